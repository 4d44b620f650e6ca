/**
 * The container runtime of one node: what its kubelet asks over CRI, and what its containers do by themselves.
 * Models: containerd's CRI plugin (internal/cri/server), with its shims: sandboxes and containers outlive a crash of the kubelet and of the runtime
 *   itself; calls and pulls under way do not. No container outlives the machine.
 * Not modelled: ImageStatus (the kubelet knows the images from `list` and its own pulls), created and deleted events (nobody waits for them).
 */
import { invariant, unreachable } from '../../base/assert.ts';
import { mapFrom } from '../../base/persistent-map.ts';
import { noEffects } from '../../kernel/transition.ts';
import type { Actor, ActorId, Env, Input } from '../../kernel/transition.ts';
import type { ToRuntime } from '../../protocol/cri.ts';
import { canonicalRuntime } from './canonical.ts';
import { containerDue, createContainer, probeContainer, processDied, processExited, processesLost, rearmContainer, removeContainer, startContainer, stopContainer, watchContainers } from './containers.ts';
import { reply } from './effects.ts';
import type { Outcome, RuntimeBody, RuntimeEffect, RuntimeOptions } from './effects.ts';
import { presentImages, pullDone, pullImage, registryIs } from './images.ts';
import { detachAgain, networkAnswered, networkLost, removeSandbox, runSandbox, sandboxesLost, stopSandbox } from './sandboxes.ts';
import { emptyRuntimeState } from './state.ts';
import type { Caller, RuntimeState } from './state.ts';

export type { RuntimeOptions } from './effects.ts';

const handleCall = (state: RuntimeState, options: RuntimeOptions, from: ActorId, { id, call }: Extract<ToRuntime, { readonly kind: 'cri-call' }>, env: Env): Outcome => {
  const caller: Caller = { to: from, id };
  switch (call.kind) {
    case 'run-pod-sandbox': return runSandbox(state, options, caller, call.config, env);
    case 'stop-pod-sandbox': return stopSandbox(state, options, caller, call.sandboxId, env);
    case 'remove-pod-sandbox': return removeSandbox(state, options, caller, call.sandboxId, env);
    case 'pull-image': return pullImage(state, options, caller, call.image, env);
    case 'create-container': return createContainer(state, options, caller, call.sandboxId, call.config, env);
    case 'start-container': return startContainer(state, options, caller, call.containerId, env);
    case 'stop-container': return stopContainer(state, options, caller, call.containerId, call.timeoutMs, env);
    case 'remove-container': return [removeContainer(state, call.containerId), [reply(caller, { kind: 'done' })]];
    case 'list': return [state, [reply(caller, {
      kind: 'listed',
      sandboxes: state.sandboxes.values().map((record) => record.status),
      containers: state.containers.values().map((record) => record.status),
      images: state.images.keys(),
    })]];
    case 'probe': return [state, [reply(caller, probeContainer(state, call, env))]];
    default: return unreachable(call);
  }
};

/** A new incarnation: what ran still runs; whoever waited is gone; a sandbox that was being set up is given up. */
const restart = (durable: RuntimeState, options: RuntimeOptions, env: Env): Outcome => {
  const containers = mapFrom(durable.containers.entries().map(([id, { starter: _starter, ...record }]) => [id, { ...record, stoppers: [] }] as const));
  const effects: RuntimeEffect[] = containers.values().flatMap((record) => rearmContainer(record, env));
  let state: RuntimeState = { ...durable, isWatched: false, containers, pulls: emptyRuntimeState.pulls, cni: emptyRuntimeState.cni };
  for (const [id, record] of durable.sandboxes.entries()) {
    const phase = record.phase === 'setting-up' ? 'stopping' : record.phase;
    state = { ...state, sandboxes: state.sandboxes.set(id, { ...record, phase, callers: [] }) };
    if (phase !== 'stopping') continue;
    const [next, sent] = detachAgain(state, options, id);
    state = next;
    effects.push(...sent);
  }
  return [state, effects];
};

/** The kubelet's calls are cancelled with its connection; a pull goes on. */
const forgetCaller = (state: RuntimeState, peer: ActorId): RuntimeState => {
  const others = (callers: readonly Caller[]): readonly Caller[] => callers.filter((caller) => caller.to !== peer);
  return {
    ...state,
    pulls: mapFrom(state.pulls.entries().map(([key, pull]) => [key, { ...pull, callers: others(pull.callers) }] as const)),
    sandboxes: mapFrom(state.sandboxes.entries().map(([key, record]) => [key, { ...record, callers: others(record.callers) }] as const)),
    containers: mapFrom(state.containers.entries().map(([key, { starter: _starter, ...record }]) => [key, { ...record, stoppers: others(record.stoppers) }] as const)),
  };
};

const handleTimer = (state: RuntimeState, options: RuntimeOptions, key: string, env: Env): Outcome => {
  const space = key.indexOf(' ');
  const [what, which] = [key.slice(0, space), key.slice(space + 1)];
  switch (what) {
    case 'container': return containerDue(state, options, which, env);
    case 'pull': return pullDone(state, options, which, env);
    case 'detach': return detachAgain(state, options, which);
    default: invariant(false, `container runtime: unknown timer ${key}`);
  }
};

const booted = (state: RuntimeState, options: RuntimeOptions, env: Env): Outcome => {
  const [ended, told] = processesLost(state, options, env);
  const [lost, sent] = sandboxesLost(ended, options);
  return [lost, [...told, ...sent]];
};

const handleMessage = (state: RuntimeState, options: RuntimeOptions, from: ActorId, body: RuntimeBody, env: Env): Outcome => {
  switch (body.kind) {
    case 'cri-call': return handleCall(state, options, from, body, env);
    case 'cri-watch': return watchContainers(state, options);
    case 'cni-answer': return networkAnswered(state, options, body);
    case 'process-exited': return processExited(state, options, body.containerId, body.exitCode, env);
    case 'machine-booted': return booted(state, options, env);
    case 'registry': return [registryIs(state, body.isReachable), noEffects];
    default: invariant(false, `container runtime: unexpected message ${body.kind}`);
  }
};

const transitionOf = (options: RuntimeOptions) => (state: RuntimeState, input: Input<RuntimeBody>, env: Env): Outcome => {
  switch (input.kind) {
    case 'start': return input.durable === undefined ? [state, noEffects] : restart(input.durable as RuntimeState, options, env);
    case 'message': return handleMessage(state, options, input.from, input.body, env);
    case 'timer': return handleTimer(state, options, input.key, env);
    case 'disconnected':
      if (input.peer === options.network) return networkLost(state, options);
      if (input.channel === 'cri-events') return [{ ...state, isWatched: false }, noEffects];
      if (input.channel === 'process') return processDied(state, options, input.peer, env);
      return [input.channel === 'cri' ? forgetCaller(state, input.peer) : state, noEffects];
    default: return unreachable(input);
  }
};

export const containerRuntimeActor = (options: RuntimeOptions): Actor<RuntimeState, RuntimeBody> => ({
  id: options.id,
  initial: { ...emptyRuntimeState, images: mapFrom(presentImages(options.images ?? [])) },
  transition: transitionOf(options),
  durable: (state) => state,
  canonical: canonicalRuntime,
});
