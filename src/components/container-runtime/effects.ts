/** The messages that the runtime sends, and its options. */
import type { Effect, Env, ActorId } from '../../kernel/transition.ts';
import { send } from '../../kernel/transition.ts';
import type { CriAnswer, CriContainerStatus, FromRegistry, FromRuntime, ToRuntime } from '../../protocol/cri.ts';
import type { FromNetwork, ToNetwork } from '../../protocol/network.ts';
import type { ImageProfiles } from './behavior.ts';
import type { FromProcess, ToProcess } from '../../protocol/process.ts';
import type { Caller, RuntimeState } from './state.ts';

export type RuntimeBody = ToRuntime | FromRuntime | ToNetwork | FromNetwork | ToProcess | FromProcess | FromRegistry;
export type RuntimeEffect = Effect<RuntimeBody>;
export type Outcome = readonly [RuntimeState, readonly RuntimeEffect[]];

export interface RuntimeOptions {
  readonly id: ActorId;
  readonly node: string;
  /** Who is told of containers that started and stopped. */
  readonly kubelet: ActorId;
  readonly network: ActorId;
  /** Images whose containers' process is an actor of the simulation, and that actor: kube-proxy's. */
  readonly processes?: Readonly<Record<string, ActorId>>;
  readonly images?: ImageProfiles;
  /** How long a pull takes where the image's profile does not say: drawn uniformly. Default 500 to 2500 ms. */
  readonly pullMs?: { readonly min: number; readonly max: number };
  /** A pull of an image that is on the node already: only its manifest is fetched. Default 200 ms. */
  readonly refreshMs?: number;
}

export const reply = (caller: Caller, answer: CriAnswer): RuntimeEffect => send(caller.to, 'cri', { kind: 'cri-answer', id: caller.id, answer });
export const replyError = (caller: Caller, message: string): RuntimeEffect => reply(caller, { kind: 'error', message });

/** Nobody is told while no stream is open. */
export const report = (state: RuntimeState, options: RuntimeOptions, event: 'started' | 'stopped', podUid: string, container: CriContainerStatus): readonly RuntimeEffect[] =>
  (state.isWatched ? [send(options.kubelet, 'cri-events', { kind: 'cri-event', event, podUid, container })] : []);

const hex = (value: number): string => value.toString(16).padStart(8, '0');

/** 16 hexadecimal digits that depend on the label and the attempt alone, so that two steps that commute name things alike. */
export const newId = (env: Env, label: string, attempt: number): string => hex(env.random(label, attempt * 2)) + hex(env.random(label, attempt * 2 + 1));

export const containerTimer = (id: string): string => `container ${id}`;
export const pullTimer = (image: string): string => `pull ${image}`;
export const detachTimer = (sandboxId: string): string => `detach ${sandboxId}`;

const PROCESS_CHANNEL = 'process';

/** Tells the process inside a container, where it is an actor, that it was started or stopped. */
export const tellProcess = (options: RuntimeOptions, event: ToProcess['kind'], podUid: string, container: CriContainerStatus): readonly RuntimeEffect[] => {
  const actor = options.processes?.[container.config.image];
  if (actor === undefined) return [];
  const body: ToProcess = event === 'process-start' ? { kind: event, containerId: container.id, podUid } : { kind: event, containerId: container.id };
  return [send(actor, PROCESS_CHANNEL, body)];
};

/** The images whose process the actor is. */
export const imagesOfProcess = (options: RuntimeOptions, actor: ActorId): readonly string[] =>
  Object.entries(options.processes ?? {}).filter(([, process]) => process === actor).map(([image]) => image);
