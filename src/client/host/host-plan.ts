/**
 * The configuration of a process that hosts controllers, worked out once: who has which channel, timer and credential. No part of its state.
 * Models: cmd/kube-controller-manager/app/controllermanager.go, staging/src/k8s.io/controller-manager/pkg/clientbuilder
 */
import { invariant } from '../../base/assert.ts';
import type { ResourceId } from '../../api/resources.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { Credential } from '../../protocol/api.ts';
import type { Controller, QueueSpec } from '../controller.ts';
import { EVENTS_CHANNEL } from '../event-recorder.ts';
import type { RecorderConfig } from '../event-recorder.ts';
import type { InformerSet } from '../informers.ts';
import { informerSet, listenerChannel, mergeInformerSpecs } from '../informers.ts';
import type { ElectionConfig } from '../leader-election/leader-election.ts';
import { electionConfig } from '../leader-election/leader-election.ts';
import type { ApiClient } from '../requests.ts';
import type { RateLimits } from '../workqueue/rate-limiter.ts';
import { DEFAULT_RATE_LIMITS } from '../workqueue/rate-limiter.ts';

export interface ControllerHostOptions {
  readonly id: ActorId;
  readonly apiservers: readonly ActorId[];
  readonly controllers: readonly Controller[];
  /** The process's own identity: shared informers and leader election. Default: the certificate of `system:<name>`. */
  readonly credential?: Credential;
  /** The binary's name, in user agents, its Lease and its Events. Default: `kube-controller-manager`. */
  readonly name?: string;
  /** false: none. Default: over the Lease `kube-system/<name>` with the flags' defaults. */
  readonly leaderElection?: false | Partial<ElectionConfig>;
  /** Resync of every shared informer; default: none. */
  readonly resyncMs?: number;
  /** Whether it and its controllers record Events; default: true. */
  readonly events?: boolean;
}

export interface QueuePlan {
  readonly controller: ControllerPlan;
  readonly at: number;
  readonly spec: QueueSpec;
  readonly limits: RateLimits;
  readonly channel: string;
  readonly timer: string;
}

export interface ControllerPlan {
  readonly at: number;
  readonly controller: Controller;
  readonly client: ApiClient;
  readonly channel: string;
  readonly recorder: RecorderConfig;
  readonly queues: readonly QueuePlan[];
  readonly resources: readonly ResourceId[];
  /** The resources that it has a listener on. */
  readonly handled: readonly ResourceId[];
  readonly periodicTimers: readonly string[];
}

export type ChannelRoute =
  | { readonly kind: 'notify'; readonly controller: ControllerPlan; readonly resource: ResourceId }
  | { readonly kind: 'work'; readonly queue: QueuePlan }
  | { readonly kind: 'answer' };

export type TimerRoute =
  | { readonly kind: 'queue'; readonly queue: QueuePlan }
  | { readonly kind: 'periodic'; readonly controller: ControllerPlan; readonly at: number }
  | { readonly kind: 'recorder'; readonly controller: ControllerPlan | undefined };

export interface HostPlan {
  readonly name: string;
  readonly client: ApiClient;
  readonly informers: InformerSet;
  readonly controllers: readonly ControllerPlan[];
  readonly election: ElectionConfig | undefined;
  readonly electionClient: ApiClient;
  /** Of the process itself, for LeaderElection. */
  readonly recorder: RecorderConfig;
  readonly channels: ReadonlyMap<string, ChannelRoute>;
  readonly timers: ReadonlyMap<string, TimerRoute>;
}

const limitsOf = ({ baseDelayMs, maxDelayMs }: QueueSpec): RateLimits => ({
  ...DEFAULT_RATE_LIMITS, ...(baseDelayMs === undefined ? {} : { baseDelayMs }), ...(maxDelayMs === undefined ? {} : { maxDelayMs }),
});

const recorderConfig = (component: string, name: string, { events = true }: ControllerHostOptions): RecorderConfig =>
  ({ source: { component }, timer: `events/${name}`, ...(events ? {} : { isSilent: true }) });

const controllerPlan = (controller: Controller, at: number, options: ControllerHostOptions): ControllerPlan => {
  const { name } = controller;
  const account = controller.serviceAccount ?? name;
  const queues: QueuePlan[] = [];
  const plan: ControllerPlan = {
    at, controller, queues,
    client: { servers: options.apiservers, credential: { kind: 'token', token: `sa:kube-system:${account}` }, userAgent: account },
    channel: `requests/${name}`,
    recorder: recorderConfig(controller.eventSource ?? name, name, options),
    resources: controller.informers.map(({ resource }) => resource),
    handled: controller.informers.filter(({ handles }) => handles).map(({ resource }) => resource),
    periodicTimers: (controller.periodic ?? []).map(({ queue, key }) => `periodic/${name}/${queue}/${key}`),
  };
  for (const spec of controller.queues) {
    queues.push({ controller: plan, at: queues.length, spec, limits: limitsOf(spec), channel: `worker/${name}/${spec.name}`, timer: `workqueue/${name}/${spec.name}` });
  }
  return plan;
};

const channelRoutes = (controllers: readonly ControllerPlan[]): ReadonlyMap<string, ChannelRoute> => {
  const routes = new Map<string, ChannelRoute>([[EVENTS_CHANNEL, { kind: 'answer' }], ['leader-election', { kind: 'answer' }]]);
  for (const controller of controllers) {
    routes.set(controller.channel, { kind: 'answer' });
    for (const queue of controller.queues) routes.set(queue.channel, { kind: 'work', queue });
    for (const resource of controller.handled) routes.set(listenerChannel(resource, controller.controller.name), { kind: 'notify', controller, resource });
  }
  return routes;
};

const timerRoutes = (controllers: readonly ControllerPlan[], own: RecorderConfig): ReadonlyMap<string, TimerRoute> => {
  const routes = new Map<string, TimerRoute>([[own.timer, { kind: 'recorder', controller: undefined }]]);
  for (const controller of controllers) {
    routes.set(controller.recorder.timer, { kind: 'recorder', controller });
    for (const queue of controller.queues) routes.set(queue.timer, { kind: 'queue', queue });
    controller.periodicTimers.forEach((timer, at) => routes.set(timer, { kind: 'periodic', controller, at }));
  }
  return routes;
};

export const hostPlan = (options: ControllerHostOptions): HostPlan => {
  const name = options.name ?? 'kube-controller-manager';
  const names = new Set(options.controllers.map((controller) => controller.name));
  invariant(names.size === options.controllers.length, 'Expected controllers of different names. Instead, received two of one name.');
  const credential = options.credential ?? { kind: 'certificate', commonName: `system:${name}`, organizations: [] };
  const client: ApiClient = { servers: options.apiservers, credential, userAgent: name };
  const controllers = options.controllers.map((controller, at) => controllerPlan(controller, at, options));
  const wanted = options.controllers.flatMap((controller) => controller.informers.map((informer) => ({ ...informer, listener: controller.name })));
  const specs = mergeInformerSpecs(wanted).map((spec) => (options.resyncMs === undefined ? spec : { ...spec, resyncMs: options.resyncMs }));
  const election = options.leaderElection === false ? undefined : { ...electionConfig(name), ...options.leaderElection };
  const recorder = recorderConfig(name, name, options);
  return {
    name, client, controllers, election, recorder,
    informers: informerSet(specs, client),
    electionClient: { ...client, userAgent: `${name}/leader-election`, timeoutMs: (election?.renewDeadlineMs ?? 0) / 2 },
    channels: channelRoutes(controllers),
    timers: timerRoutes(controllers, recorder),
  };
};

export const queueNamed = (plan: ControllerPlan, name: string | undefined): QueuePlan => {
  const queue = name === undefined ? plan.queues[0] : plan.queues.find(({ spec }) => spec.name === name);
  invariant(queue !== undefined, () => `Expected a queue of ${plan.controller.name}. Instead, received ${String(name)}. Hint: declare it among its queues.`);
  return queue;
};
