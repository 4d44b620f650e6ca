/**
 * The scheduling queue: which pods wait for a node, where, and which goes next. Every move is a transition of the pod's statechart.
 * Models: pkg/scheduler/backend/queue/{scheduling_queue,active_queue,backoff_queue}.go PriorityQueue, with SchedulerQueueingHints and
 *   SchedulerPopFromBackoffQ on, as by default in v1.34
 * Not modelled: moveRequestCycle (without queueing hints), metrics.
 */
import type { Pod } from '../../../api/types.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import type { QueueOrder } from '../framework/plugin.ts';
import { podInfo } from '../framework/pod-info.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import type { Profile } from '../framework/profile.ts';
import { podScheduling } from '../machine.ts';
import type { PodAction, PodEvent, PodPhase } from '../machine.ts';
import { popped, push } from './heap.ts';
import type { Heap } from './heap.ts';
import { noneInFlight, track, untrack } from './in-flight.ts';
import type { InFlight } from './in-flight.ts';
import { nominate, noNominations, unnominate } from './nominator.ts';
import type { Nominator } from './nominator.ts';

export interface QueuedPod {
  readonly info: PodInfo;
  readonly phase: PodPhase;
  /** When it was (re-)added. */
  readonly timestampMs: number;
  /** Order of arrival: breaks ties. */
  readonly seq: number;
  /** The one heap entry that counts. */
  readonly stamp: number;
  readonly attempts: number;
  readonly unschedulableCount: number;
  readonly consecutiveErrors: number;
  readonly unschedulablePlugins: readonly string[];
  readonly pendingPlugins: readonly string[];
  /** The PreEnqueue plugin that refuses it; '' when none does. */
  readonly gatedBy: string;
  /** The last failure's sentence; '' before the first. */
  readonly message: string;
}

interface Entry extends QueueOrder {
  readonly seq: number;
  readonly stamp: number;
  readonly backoffUntilMs: number;
}

export interface SchedulingQueue {
  readonly pods: PersistentMap<QueuedPod>;
  readonly active: Heap<Entry> | undefined;
  readonly activeSize: number;
  /** Rejected pods: popped before their time when nothing is active. */
  readonly backoff: Heap<Entry> | undefined;
  readonly backoffSize: number;
  /** Pods that failed with an error: they wait their back-off out. */
  readonly errorBackoff: Heap<Entry> | undefined;
  readonly errorBackoffSize: number;
  /** Keys of `pods` that are unschedulable or gated. */
  readonly parked: PersistentMap<true>;
  readonly inFlight: InFlight;
  readonly nominator: Nominator;
  readonly nextSeq: number;
  readonly nextStamp: number;
}

export interface QueueContext {
  readonly profile: Profile;
  readonly nowMs: number;
  /** The pod's preemption is still being carried out. */
  readonly preempting: (uid: string) => boolean;
  readonly backoff: BackoffLimits;
}
export interface BackoffLimits {
  readonly initialMs: number;
  readonly maxMs: number;
  /** Pods whose back-off ends within the same window are ordered by priority. */
  readonly windowMs: number;
}
export const defaultBackoff: BackoffLimits = { initialMs: 1000, maxMs: 10_000, windowMs: 1000 };

export const emptyQueue = (): SchedulingQueue => ({
  pods: emptyMap(), active: undefined, activeSize: 0, backoff: undefined, backoffSize: 0, errorBackoff: undefined, errorBackoffSize: 0,
  parked: emptyMap(), inFlight: noneInFlight, nominator: noNominations(), nextSeq: 0, nextStamp: 0,
});

/** The queue with some fields changed. Why spelled out: see mutable.ts. */
const changed = (queue: SchedulingQueue, fields: Partial<SchedulingQueue>): SchedulingQueue => {
  const { pods, active, activeSize, backoff, backoffSize, errorBackoff, errorBackoffSize, parked, inFlight, nominator, nextSeq, nextStamp } = queue;
  return Object.assign({ pods, active, activeSize, backoff, backoffSize, errorBackoff, errorBackoffSize, parked, inFlight, nominator, nextSeq, nextStamp }, fields);
};

const aligned = (ms: number, limits: BackoffLimits): number => Math.floor(ms / limits.windowMs) * limits.windowMs;
/** When a pod's back-off ends. Source: `getBackoffTime`, `calculateBackoffDuration`. */
const backoffUntil = (pod: QueuedPod, limits: BackoffLimits): number => {
  const count = pod.consecutiveErrors > 0 ? pod.consecutiveErrors : pod.unschedulableCount;
  const durationMs = count === 0 ? 0 : Math.min(limits.initialMs * 2 ** Math.min(count - 1, 30), limits.maxMs);
  return aligned(pod.timestampMs + durationMs, limits);
};
export const isBackingOff = (pod: QueuedPod, context: QueueContext): boolean => backoffUntil(pod, context.backoff) > aligned(context.nowMs, context.backoff);

const activeOrder = (profile: Profile) => (a: Entry, b: Entry): number => profile.compare(a, b) || a.seq - b.seq;
const backoffOrder = (profile: Profile) => (a: Entry, b: Entry): number => a.backoffUntilMs - b.backoffUntilMs || profile.compare(a, b) || a.seq - b.seq;

/** PreEnqueue: the first plugin that refuses. */
const gatingPlugin = (pod: Pod, uid: string, context: QueueContext): string => {
  const facts = { preempting: context.preempting(uid) };
  for (const plugin of context.profile.preEnqueue) if (plugin.preEnqueue?.(pod, facts) !== undefined) return plugin.name;
  return '';
};

type Located = Pick<SchedulingQueue, 'activeSize' | 'backoffSize' | 'errorBackoffSize' | 'parked'>;
const NO_COUNTS: Partial<Located> = {};
const isError = (pod: QueuedPod): boolean => pod.consecutiveErrors > 0;
/** The counts once the pod has left (-1) or entered (+1) its place. */
const counted = (queue: Located, pod: QueuedPod, by: 1 | -1): Partial<Located> => {
  switch (pod.phase) {
    case 'active': return { activeSize: queue.activeSize + by };
    case 'backoff': return isError(pod) ? { errorBackoffSize: queue.errorBackoffSize + by } : { backoffSize: queue.backoffSize + by };
    case 'gated': case 'unschedulable': return { parked: by === 1 ? queue.parked.set(pod.info.uid, true) : queue.parked.delete(pod.info.uid) };
    case 'arriving': case 'inFlight.scheduling': case 'inFlight.waiting': case 'binding': case 'gone': return NO_COUNTS;
  }
};

const entryOf = (pod: QueuedPod, stamp: number, limits: BackoffLimits): Entry =>
  ({ pod: pod.info, timestampMs: pod.timestampMs, seq: pod.seq, stamp, backoffUntilMs: backoffUntil(pod, limits) });

interface Step { readonly queue: SchedulingQueue; readonly pod: QueuedPod }

const perform = ({ queue, pod }: Step, action: PodAction, context: QueueContext): Step => {
  const stamp = queue.nextStamp;
  switch (action) {
    case 'pushActive':
      return {
        pod: { ...pod, stamp },
        queue: changed(queue, { nextStamp: stamp + 1, active: push(queue.active, entryOf(pod, stamp, context.backoff), activeOrder(context.profile)) }),
      };
    case 'pushBackoff': {
      const entry = entryOf(pod, stamp, context.backoff);
      const order = backoffOrder(context.profile);
      const pushed = isError(pod) ? { errorBackoff: push(queue.errorBackoff, entry, order) } : { backoff: push(queue.backoff, entry, order) };
      return { pod: { ...pod, stamp }, queue: { ...queue, nextStamp: stamp + 1, ...pushed } };
    }
    case 'countAttempt': return { queue, pod: { ...pod, attempts: pod.attempts + 1 } };
    case 'trackEvents': return { pod, queue: changed(queue, { inFlight: track(queue.inFlight, pod.info.uid) }) };
    case 'untrackEvents': return { pod, queue: changed(queue, { inFlight: untrack(queue.inFlight, pod.info.uid) }) };
    case 'discard': return { pod, queue };
  }
};

/** Sends an event to a pod's statechart and does what it says. `pod` may differ from the stored one in everything but its phase. */
export const dispatch = (queue: SchedulingQueue, pod: QueuedPod, event: PodEvent, context: QueueContext): SchedulingQueue => {
  const next = podScheduling.next(pod.phase, event);
  const left = counted(queue, pod, -1);
  let step: Step = { queue: left === NO_COUNTS ? queue : changed(queue, left), pod: next.state === pod.phase ? pod : { ...pod, phase: next.state } };
  for (const action of next.actions) step = perform(step, action, context);
  const { uid } = pod.info;
  const pods = next.state === 'gone' ? step.queue.pods.delete(uid) : step.queue.pods.set(uid, step.pod);
  return changed(step.queue, { ...counted(step.queue, step.pod, 1), pods });
};

const newQueuedPod = (pod: Pod, queue: SchedulingQueue, nowMs: number): QueuedPod => ({
  info: podInfo(pod), phase: podScheduling.initial, timestampMs: nowMs, seq: queue.nextSeq, stamp: -1, attempts: 0, unschedulableCount: 0, consecutiveErrors: 0,
  unschedulablePlugins: [], pendingPlugins: [], gatedBy: '', message: '',
});

/** With the PreEnqueue plugins' verdict, and the plugin that gates it among those that reject it. */
export const withGate = (pod: QueuedPod, context: QueueContext): QueuedPod => {
  const gatedBy = gatingPlugin(pod.info.pod, pod.info.uid, context);
  if (gatedBy === '') return pod.gatedBy === '' ? pod : { ...pod, gatedBy };
  const rejectedBy = pod.unschedulablePlugins.includes(gatedBy) ? pod.unschedulablePlugins : [...pod.unschedulablePlugins, gatedBy];
  return { ...pod, gatedBy, unschedulablePlugins: rejectedBy };
};

/** Adds a pod that is in none of the queues. */
export const enqueue = (queue: SchedulingQueue, pod: Pod, context: QueueContext): SchedulingQueue => {
  const added = withGate(newQueuedPod(pod, queue, context.nowMs), context);
  const gated = added.gatedBy !== '';
  const nominator = gated ? queue.nominator : nominate(queue.nominator, added.info);
  return dispatch(changed(queue, { nextSeq: queue.nextSeq + 1, nominator }), added, { type: 'ENQUEUE', gated }, context);
};

/** Deleted, or bound elsewhere: a pod in flight is left to its attempt. */
export const dequeue = (queue: SchedulingQueue, uid: string, context: QueueContext): SchedulingQueue => {
  const without = changed(queue, { nominator: unnominate(queue.nominator, uid) });
  const pod = queue.pods.get(uid);
  return pod === undefined ? without : dispatch(without, pod, { type: 'REMOVE' }, context);
};

const holds = (queue: SchedulingQueue, entry: Entry, phase: PodPhase): QueuedPod | undefined => {
  const pod = queue.pods.get(entry.pod.uid);
  return pod !== undefined && pod.phase === phase && pod.stamp === entry.stamp ? pod : undefined;
};

/** The heap without the entries at its top that no longer hold. */
const settled = (queue: SchedulingQueue, heap: Heap<Entry> | undefined, phase: PodPhase, order: (a: Entry, b: Entry) => number): Heap<Entry> | undefined => {
  let top = heap;
  while (top !== undefined && holds(queue, top.item, phase) === undefined) top = popped(top, order);
  return top;
};

export interface Popped { readonly queue: SchedulingQueue; readonly pod: QueuedPod }

/** The next pod to try; when none is active, one that is backing off. */
export const pop = (queue: SchedulingQueue, context: QueueContext): Popped | undefined => {
  const order = activeOrder(context.profile);
  const active = settled(queue, queue.active, 'active', order);
  if (active !== undefined) return taken(changed(queue, { active: popped(active, order) }), active.item, 'active', context);
  const later = backoffOrder(context.profile);
  const backoff = settled(queue, queue.backoff, 'backoff', later);
  return backoff === undefined ? undefined : taken(changed(queue, { active, backoff: popped(backoff, later) }), backoff.item, 'backoff', context);
};
const taken = (queue: SchedulingQueue, entry: Entry, phase: PodPhase, context: QueueContext): Popped | undefined => {
  const pod = holds(queue, entry, phase);
  if (pod === undefined) return undefined;
  const next = dispatch(queue, pod, { type: 'POP' }, context);
  return { queue: next, pod: next.pods.get(pod.info.uid) ?? pod };
};

/** Something can be popped. */
export const isPoppable = (queue: SchedulingQueue): boolean => queue.activeSize + queue.backoffSize > 0;

/** Moves to activeQ what has backed off long enough. Source: `flushBackoffQCompleted`. */
export const flushBackoff = (queue: SchedulingQueue, context: QueueContext): SchedulingQueue => {
  const order = backoffOrder(context.profile);
  const until = aligned(context.nowMs, context.backoff);
  let now = queue;
  for (const name of ['errorBackoff', 'backoff'] as const) {
    for (;;) {
      const top: Heap<Entry> | undefined = settled(now, now[name], 'backoff', order);
      if (top !== now[name]) now = changed(now, { [name]: top });
      if (top === undefined || top.item.backoffUntilMs > until) break;
      const pod = holds(now, top.item, 'backoff');
      now = changed(now, { [name]: popped(top, order) });
      if (pod !== undefined) now = dispatch(now, pod, { type: 'BACKOFF_COMPLETE' }, context);
    }
  }
  return now;
};

/** When the next back-off ends; undefined when nothing backs off. */
export const nextBackoffEnd = (queue: SchedulingQueue, context: QueueContext): number | undefined => {
  const order = backoffOrder(context.profile);
  const tops = [settled(queue, queue.errorBackoff, 'backoff', order), settled(queue, queue.backoff, 'backoff', order)];
  const ends = tops.flatMap((top) => (top === undefined ? [] : [top.item.backoffUntilMs]));
  return ends.length === 0 ? undefined : Math.min(...ends);
};
