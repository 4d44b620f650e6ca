/** The state of a kube-scheduler process, its configuration, and the turn: what one step has changed so far. */
import type { Mutable } from '../../base/mutable.ts';
import type { PersistentMap } from '../../base/persistent-map.ts';
import { emptyMap } from '../../base/persistent-map.ts';
import type { EventRecorder, RecorderConfig } from '../../client/event-recorder.ts';
import { newEventRecorder } from '../../client/event-recorder.ts';
import { newSeriesRecorder } from '../../client/event-series-recorder.ts';
import type { SeriesRecorder, SeriesRecorderConfig } from '../../client/event-series-recorder.ts';
import type { InformerSet, Informers } from '../../client/informers.ts';
import { newInformers } from '../../client/informers.ts';
import type { Election, ElectionConfig } from '../../client/leader-election/leader-election.ts';
import { newElection } from '../../client/leader-election/leader-election.ts';
import type { ApiClient, Requests } from '../../client/requests.ts';
import { noRequests } from '../../client/requests.ts';
import type { Effect, Env } from '../../kernel/transition.ts';
import type { ApiRequest } from '../../protocol/api.ts';
import { emptyCache } from './cache/cache.ts';
import type { SchedulerCache } from './cache/cache.ts';
import type { Snapshot } from './cache/snapshot.ts';
import type { PodInfo } from './framework/pod-info.ts';
import type { Profile } from './framework/profile.ts';
import type { ProcessPhase } from './machine.ts';
import { schedulerProcess } from './machine.ts';
import { emptyQueue } from './queue/queue.ts';
import type { BackoffLimits, SchedulingQueue } from './queue/queue.ts';

/** Where the default differs from a buggy variant of it. */
export interface SchedulerPolicy {
  /** `two-steps`: a pod is popped and the snapshot taken in one step, and decided on in another, so events may arrive between. */
  readonly attempt: 'two-steps' | 'one-step';
  /** `lost`: events that arrive while a pod is being scheduled are not kept for it (lost-wake-up). */
  readonly inFlightEvents: 'kept' | 'lost';
  /** 0: an assumed pod is kept until its binding fails or is observed; else it expires so long after (assumed-pod-expiry). */
  readonly assumedPodTtlMs: number;
  /** A bind whose outcome is unknown: forget the pod and try again (upstream's), or keep it assumed until its fate is observed (ambiguous-bind). */
  readonly unknownBind: 'forget' | 'keep';
  /** A delete and a create that arrive as one update: both at once, or the create in a later step (coalesced-recreate). */
  readonly recreate: 'atomic' | 'split';
  /** `observed-only`: a nomination counts only once it comes back by the watch (nominated-unobserved). */
  readonly nomination: 'remembered' | 'observed-only';
}

export const defaultPolicy: SchedulerPolicy = {
  attempt: 'two-steps', inFlightEvents: 'kept', assumedPodTtlMs: 0, unknownBind: 'forget', recreate: 'atomic', nomination: 'remembered',
};

/** The configuration, worked out once; no part of the state. */
export interface SchedulerPlan {
  readonly profile: Profile;
  readonly policy: SchedulerPolicy;
  readonly client: ApiClient;
  readonly electionClient: ApiClient;
  /** undefined: none. */
  readonly election: ElectionConfig | undefined;
  readonly informers: InformerSet;
  readonly recorder: SeriesRecorderConfig;
  /** Of the process itself, for LeaderElection. */
  readonly coreRecorder: RecorderConfig;
  readonly backoff: BackoffLimits;
  readonly maxUnschedulableMs: number;
}

/** A pod between being popped and being decided on. */
export interface Attempt {
  readonly uid: string;
  readonly snapshot: Snapshot;
}

/** An assumed pod whose binding is under way. */
export interface Binding {
  readonly info: PodInfo;
  readonly node: string;
  /** What is still to be sent; the last one binds. */
  readonly requests: readonly ApiRequest[];
  readonly plugin: string;
}

/** A preemption that is being carried out. */
export interface Preemption {
  readonly preemptor: PodInfo;
  readonly node: string;
  readonly phase: 'victims' | 'last';
  readonly outstanding: number;
  readonly failed: boolean;
  readonly last: PodInfo;
}

export type Tag =
  | { readonly kind: 'election' }
  | { readonly kind: 'core-event' }
  | { readonly kind: 'event'; readonly write: number }
  | { readonly kind: 'bind'; readonly uid: string }
  | { readonly kind: 'status' }
  | { readonly kind: 'victim'; readonly preemptor: string; readonly victim: PodInfo; readonly stage: 'patch' | 'delete' };

export interface SchedulerState {
  readonly phase: ProcessPhase;
  /** One more each time the process exited by itself. */
  readonly life: number;
  readonly startMs: number;
  readonly requests: Requests<Tag>;
  readonly informers: Informers;
  readonly election: Election;
  readonly coreRecorder: EventRecorder;
  readonly recorder: SeriesRecorder;
  readonly queue: SchedulingQueue;
  readonly cache: SchedulerCache;
  /** Where the next search over the nodes begins. */
  readonly nextStart: number;
  readonly attempt: Attempt | undefined;
  /** A message on `schedule` is on its way. */
  readonly called: boolean;
  readonly bindings: PersistentMap<Binding>;
  readonly preemptions: PersistentMap<Preemption>;
  /** When the timers of the queue are due; undefined: not armed. */
  readonly backoffTimerMs: number | undefined;
  readonly flushTimerMs: number | undefined;
}

export const newSchedulerState = (plan: SchedulerPlan): SchedulerState => ({
  phase: schedulerProcess.initial, life: 0, startMs: 0, requests: noRequests<Tag>(), informers: newInformers(plan.informers), election: newElection(),
  coreRecorder: newEventRecorder(), recorder: newSeriesRecorder(), queue: emptyQueue(), cache: emptyCache(), nextStart: 0, attempt: undefined, called: false,
  bindings: emptyMap<Binding>(), preemptions: emptyMap<Preemption>(), backoffTimerMs: undefined, flushTimerMs: undefined,
});

/** Why spelled out: see mutable.ts. */
export const copyOf = (state: SchedulerState): Mutable<SchedulerState> => ({
  phase: state.phase, life: state.life, startMs: state.startMs, requests: state.requests, informers: state.informers, election: state.election,
  coreRecorder: state.coreRecorder, recorder: state.recorder, queue: state.queue, cache: state.cache, nextStart: state.nextStart, attempt: state.attempt,
  called: state.called, bindings: state.bindings, preemptions: state.preemptions, backoffTimerMs: state.backoffTimerMs, flushTimerMs: state.flushTimerMs,
});

/** What one step has done so far. Why mutable: a step touches many parts, and nothing of it outlives the transition. */
export interface Turn {
  readonly plan: SchedulerPlan;
  readonly env: Env;
  readonly effects: Effect[];
  state: SchedulerState;
  /** The state itself, once this step has made a copy of its own to write into. */
  own: Mutable<SchedulerState> | undefined;
}

export const SCHEDULE_CHANNEL = 'schedule';
/** On `schedule`, to itself. */
export type ScheduleBody =
  | { readonly kind: 'schedule-one'; readonly life: number }
  | { readonly kind: 'decide'; readonly life: number }
  /** The second half of a split recreate (see `SchedulerPolicy.recreate`). */
  | { readonly kind: 'recreated'; readonly life: number; readonly uid: string; readonly namespace: string; readonly name: string };
