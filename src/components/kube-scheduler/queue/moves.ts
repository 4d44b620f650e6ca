/**
 * How events, updates and failures move pods between the queues: only a plugin that refused a pod, and whose hint says that the event may help,
 * wakes it.
 * Models: pkg/scheduler/backend/queue/scheduling_queue.go isPodWorthRequeuing, requeuePodWithQueueingStrategy, MoveAllToActiveOrBackoffQueue,
 *   AddUnschedulableIfNotPresent, Update, AssignedPodAdded, Activate, flushUnschedulablePodsLeftover
 */
import type { KubeObject } from '../../../api/object.ts';
import type { Pod } from '../../../api/types.ts';
import type { ClusterEvent } from '../framework/cluster-event.ts';
import { EVENT, eventMatches, isWildcard, podEvents } from '../framework/cluster-event.ts';
import { podInfo, podUid, termMatches } from '../framework/pod-info.ts';
import { isOfInterest } from '../framework/profile.ts';
import { eventsSince, keep } from './in-flight.ts';
import { renominate } from './nominator.ts';
import { dispatch, enqueue, isBackingOff, withGate } from './queue.ts';
import type { QueueContext, QueuedPod, SchedulingQueue } from './queue.ts';

type Strategy = 'skip' | 'after-backoff' | 'immediately';
type Objects = { readonly before: KubeObject | undefined; readonly after: KubeObject | undefined };

const worthRequeuing = (pod: QueuedPod, event: ClusterEvent, { before, after }: Objects, context: QueueContext): Strategy => {
  if (pod.unschedulablePlugins.length === 0 && pod.pendingPlugins.length === 0) return 'after-backoff';
  if (isWildcard(event)) return after !== undefined && after.metadata.uid !== pod.info.pod.metadata.uid ? 'skip' : 'after-backoff';
  let strategy: Strategy = 'skip';
  for (const registration of context.profile.registrations) {
    const pending = pod.pendingPlugins.includes(registration.plugin);
    if (!pending && !pod.unschedulablePlugins.includes(registration.plugin)) continue;
    if (!eventMatches(registration, event) || registration.hint?.(pod.info.pod, before, after) === 'skip') continue;
    if (pending) return 'immediately';
    if (pod.pendingPlugins.length === 0) return 'after-backoff';
    strategy = 'after-backoff';
  }
  return strategy;
};

const requeue = (queue: SchedulingQueue, pod: QueuedPod, strategy: Strategy, context: QueueContext): SchedulingQueue => {
  if (strategy === 'skip') return queue;
  const checked = withGate(pod, context);
  const to = strategy === 'after-backoff' && isBackingOff(pod, context) ? 'backoff' : 'active';
  return dispatch(queue, checked, { type: 'MOVE', to, gated: checked.gatedBy !== '' }, context);
};

/** A gated pod is only looked at for events that its gate registered. */
const gateCares = (pod: QueuedPod, event: ClusterEvent, context: QueueContext): boolean =>
  pod.phase !== 'gated' || isWildcard(event) || context.profile.registrations.some((registration) => registration.plugin === pod.gatedBy && eventMatches(registration, event));

const movePods = (queue: SchedulingQueue, uids: readonly string[], event: ClusterEvent, objects: Objects, context: QueueContext): SchedulingQueue => {
  if (!isWildcard(event) && !isOfInterest(context.profile, event)) return queue;
  let now = queue;
  for (const uid of uids) {
    const pod = now.pods.get(uid);
    if (pod !== undefined && gateCares(pod, event, context)) now = requeue(now, pod, worthRequeuing(pod, event, objects, context), context);
  }
  return { ...now, inFlight: keep(now.inFlight, event, objects.before, objects.after) };
};

export const nothingChanged: Objects = { before: undefined, after: undefined };

/** An event happened: every parked pod that it may help moves. `only`: which pods to ask. */
export const moveAll = (
  queue: SchedulingQueue, event: ClusterEvent, objects: Objects, context: QueueContext, only?: (pod: QueuedPod) => boolean,
): SchedulingQueue => {
  if (queue.parked.size === 0 && queue.inFlight.pods.length === 0) return queue;
  const uids = queue.parked.keys();
  const asked = only === undefined ? uids : uids.filter((uid) => {
    const pod = queue.pods.get(uid);
    return pod !== undefined && only(pod);
  });
  return movePods(queue, asked, event, objects, context);
};

/** A pod was bound or changed on its node: only pods that look at other pods' labels can be helped by it. */
export const assignedPodEvent = (
  queue: SchedulingQueue, event: ClusterEvent, objects: Objects, pod: Pod, namespaceLabels: Readonly<Record<string, string>>, context: QueueContext,
): SchedulingQueue => moveAll(queue, event, objects, context, ({ info }) => (
  (info.pod.spec.topologySpreadConstraints?.length ?? 0) > 0 && info.pod.metadata.namespace === pod.metadata.namespace)
  || info.affinity.some((term) => termMatches(term, pod, namespaceLabels)));

/** What a failed attempt leaves behind. */
export interface Failure {
  readonly unschedulablePlugins: readonly string[];
  readonly pendingPlugins: readonly string[];
  readonly message: string;
}

const strategyInFlight = (queue: SchedulingQueue, pod: QueuedPod, context: QueueContext): Strategy => {
  if (pod.unschedulablePlugins.length === 0 && pod.pendingPlugins.length === 0) return 'after-backoff';
  let strategy: Strategy = 'skip';
  for (const { event, before, after } of eventsSince(queue.inFlight, pod.info.uid)) {
    const own = worthRequeuing(pod, event, { before, after }, context);
    if (own === 'immediately') return own;
    if (own === 'after-backoff') strategy = own;
  }
  return strategy;
};

/** An attempt failed: the pod is parked, unless something happened meanwhile that may help it, or it failed by error. `latest`: as the cache has it. */
export const addUnschedulable = (queue: SchedulingQueue, uid: string, latest: Pod, failure: Failure, context: QueueContext): SchedulingQueue => {
  const stored = queue.pods.get(uid);
  if (stored === undefined) return queue;
  const byError = failure.unschedulablePlugins.length === 0 && failure.pendingPlugins.length === 0;
  const pod: QueuedPod = {
    ...stored, info: podInfo(latest), ...failure, timestampMs: context.nowMs,
    consecutiveErrors: byError ? stored.consecutiveErrors + 1 : 0,
    unschedulableCount: byError ? stored.unschedulableCount : stored.unschedulableCount + 1,
  };
  const strategy = strategyInFlight(queue, pod, context);
  if (strategy === 'skip') return dispatch(queue, pod, { type: 'FAIL', to: 'unschedulable', gated: false }, context);
  const checked = withGate(pod, context);
  const to = strategy === 'after-backoff' && isBackingOff(pod, context) ? 'backoff' : 'active';
  return dispatch(queue, checked, { type: 'FAIL', to, gated: checked.gatedBy !== '' }, context);
};

/** The attempt is over and the pod is nobody's business any more. */
export const abandon = (queue: SchedulingQueue, uid: string, context: QueueContext): SchedulingQueue => {
  const pod = queue.pods.get(uid);
  return pod === undefined ? queue : dispatch(queue, pod, { type: 'ABANDON' }, context);
};

/** A pod without a node changed. */
export const updateQueued = (queue: SchedulingQueue, before: Pod, after: Pod, context: QueueContext): SchedulingQueue => {
  const pod = queue.pods.get(podUid(after));
  if (pod === undefined) return enqueue(queue, after, context);
  const events = podEvents('UnscheduledPod', after, before);
  switch (pod.phase) {
    case 'inFlight.scheduling': case 'inFlight.waiting': case 'binding':
      return { ...queue, inFlight: events.reduce((flight, event) => keep(flight, event, before, after), queue.inFlight) };
    case 'active': case 'backoff': case 'gated': case 'unschedulable': {
      const updated: QueuedPod = { ...pod, info: podInfo(after) };
      const stored = { ...queue, pods: queue.pods.set(updated.info.uid, updated), nominator: renominate(queue.nominator, before, after) };
      return pod.phase === 'active' || pod.phase === 'backoff' ? stored : moveUpdated(stored, updated, events, { before, after }, context);
    }
    case 'arriving': case 'gone': return queue;
  }
};

const moveUpdated = (queue: SchedulingQueue, pod: QueuedPod, events: readonly ClusterEvent[], objects: Objects, context: QueueContext): SchedulingQueue => {
  for (const event of events) {
    const moved = requeue(queue, pod, worthRequeuing(pod, event, objects, context), context);
    const phase = moved.pods.get(pod.info.uid)?.phase;
    if (phase === 'backoff' || phase === 'active') return moved;
  }
  return queue;
};

/** Somebody wants the pod tried again, whatever refused it. */
export const activate = (queue: SchedulingQueue, uid: string, context: QueueContext): SchedulingQueue => {
  const pod = queue.pods.get(uid);
  if (pod === undefined) return queue;
  switch (pod.phase) {
    case 'gated': case 'unschedulable': case 'backoff': return requeue(queue, pod, 'immediately', context);
    case 'inFlight.scheduling': case 'inFlight.waiting': return { ...queue, inFlight: keep(queue.inFlight, EVENT.forceActivate, undefined, pod.info.pod) };
    case 'arriving': case 'active': case 'binding': case 'gone': return queue;
  }
};

/** Moves what has been unschedulable for longer than `maxMs`. */
export const flushUnschedulable = (queue: SchedulingQueue, maxMs: number, context: QueueContext): SchedulingQueue => {
  const stale = queue.parked.keys().filter((uid) => {
    const pod = queue.pods.get(uid);
    return pod !== undefined && pod.phase === 'unschedulable' && context.nowMs - pod.timestampMs > maxMs;
  });
  return stale.length === 0 ? queue : movePods(queue, stale, EVENT.unschedulableTimeout, nothingChanged, context);
};

/** The time of the oldest pod that is unschedulable; undefined when none is. O(parked). */
export const oldestUnschedulable = (queue: SchedulingQueue): number | undefined => {
  let oldest: number | undefined;
  queue.parked.forEach((_, uid) => {
    const pod = queue.pods.get(uid);
    if (pod?.phase === 'unschedulable' && (oldest === undefined || pod.timestampMs < oldest)) oldest = pod.timestampMs;
  });
  return oldest;
};
