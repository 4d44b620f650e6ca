/**
 * kube-scheduler as an actor: watches pods without a node and everything that decides where they may run, and binds them, one attempt at a time.
 * Models: cmd/kube-scheduler/app/server.go Run, pkg/scheduler/scheduler.go
 * Not modelled: several profiles, extenders, dynamic resources, API dispatching (SchedulerAsyncAPICalls), metrics.
 */
import type { ResourceId } from '../../api/resources.ts';
import type { Answer } from '../../client/controller.ts';
import { EVENTS_CHANNEL, recordEvent as recordCore, recorderAnswered, recorderTimer } from '../../client/event-recorder.ts';
import type { RecorderStep } from '../../client/event-recorder.ts';
import { isSeriesTimer, seriesAnswered, seriesTimer, seriesTimers } from '../../client/event-series-recorder.ts';
import { hasSynced, informersInput, informerSet, listenerChannel, listenerHandled, startInformers, stopInformers } from '../../client/informers.ts';
import type { Informed, ListeningInformerSpec, NotifyBody } from '../../client/informers.ts';
import { elect, ELECTION_CHANNEL, ELECTION_TIMERS, electionConfig } from '../../client/leader-election/leader-election.ts';
import type { ElectionConfig, ElectionInput } from '../../client/leader-election/leader-election.ts';
import { isRequestTimer, settle } from '../../client/requests.ts';
import type { Actor, ActorId, Effect, Env, Input } from '../../kernel/transition.ts';
import { arm, cancel, noEffects } from '../../kernel/transition.ts';
import type { Credential } from '../../protocol/api.ts';
import { decide, reviewWaiting, scheduleOne, wakeScheduler } from './attempt.ts';
import { bindingAnswered, permitTimer, permitTimerUid } from './binding.ts';
import { canonicalScheduler } from './canonical.ts';
import { defaultProfile } from './default-profile.ts';
import { victimAnswered } from './eviction.ts';
import { compileProfile } from './framework/profile.ts';
import type { ProfileSpec } from './framework/profile.ts';
import { handle, recreated } from './handlers.ts';
import type { Listener } from './handlers.ts';
import { schedulerProcess } from './machine.ts';
import type { ProcessAction, ProcessEvent } from './machine.ts';
import { defaultBackoff } from './queue/queue.ts';
import type { BackoffLimits } from './queue/queue.ts';
import { defaultPolicy, newSchedulerState, SCHEDULE_CHANNEL } from './state.ts';
import type { ScheduleBody, SchedulerPlan, SchedulerPolicy, SchedulerState, Tag, Turn } from './state.ts';
import {
  BACKOFF_TIMER, backoffFired, EXPIRY_TIMER, expiryFired, FLUSH_TIMER, flushFired, lookAfterTimers, permitFired,
} from './timers.ts';
import { ask, isAnswerChannel, recorderStep, set } from './turn.ts';

export interface KubeSchedulerOptions {
  readonly id: ActorId;
  readonly apiservers: readonly ActorId[];
  /** Default: v1.34's default profile. */
  readonly profile?: ProfileSpec;
  readonly policy?: Partial<SchedulerPolicy>;
  /** Default: the certificate of `system:kube-scheduler`. */
  readonly credential?: Credential;
  /** false: none. Default: over the Lease `kube-system/kube-scheduler` with the flags' defaults. */
  readonly leaderElection?: false | Partial<ElectionConfig>;
  readonly backoff?: Partial<BackoffLimits>;
  /** How long a pod may be unschedulable before it is tried again whatever happened; 5 minutes. */
  readonly maxUnschedulableMs?: number;
  /** Whether it records Events; default: true. */
  readonly events?: boolean;
}

const LISTENERS: ReadonlyMap<ResourceId, readonly Listener[]> = new Map<ResourceId, readonly Listener[]>([
  ['nodes', ['nodes']],
  ['pods', ['assigned-pods', 'unassigned-pods']],
  ['persistentvolumeclaims', ['storage']], ['persistentvolumes', ['storage']], ['storageclasses.storage.k8s.io', ['storage']],
  ['namespaces', []], ['services', []], ['replicationcontrollers', []], ['replicasets.apps', []], ['statefulsets.apps', []], ['poddisruptionbudgets.policy', []],
]);

/** Finished pods take no room: the scheduler's pod informer does not even see them. */
const UNFINISHED = 'status.phase!=Succeeded,status.phase!=Failed';
const informerSpecs: readonly ListeningInformerSpec[] = [...LISTENERS].map(([resource, listeners]) => ({
  resource, listeners, ...(resource === 'pods' ? { fieldSelector: UNFINISHED } : {}),
}));

interface Route { readonly resource: ResourceId; readonly listener: Listener }
const routes: ReadonlyMap<string, Route> = new Map([...LISTENERS].flatMap(([resource, listeners]) =>
  listeners.map((listener) => [listenerChannel(resource, listener), { resource, listener }] as const)));

const USER_AGENT = 'kube-scheduler';
const RESTART_TIMER = 'restart';
const RESTART_MS = 10_000;
const CORE_EVENTS_TIMER = 'events/core';

const planOf = (options: KubeSchedulerOptions): SchedulerPlan => {
  const credential: Credential = options.credential ?? { kind: 'certificate', commonName: 'system:kube-scheduler', organizations: [] };
  const client = { servers: options.apiservers, credential, userAgent: USER_AGENT };
  const election = options.leaderElection === false ? undefined : { ...electionConfig('kube-scheduler'), ...options.leaderElection };
  const profile = compileProfile(options.profile ?? defaultProfile);
  const { schedulerName } = profile;
  const silence = options.events === false ? { isSilent: true } : {};
  return {
    profile, recorder: { reportingController: schedulerName, reportingInstance: `${schedulerName}-${options.id}`.slice(0, 128), timer: 'events/series', ...silence },
    coreRecorder: { source: { component: 'default-scheduler' }, timer: CORE_EVENTS_TIMER, ...silence }, policy: { ...defaultPolicy, ...options.policy },
    client, electionClient: election === undefined ? client : { ...client, timeoutMs: election.renewDeadlineMs / 2 }, election,
    informers: informerSet(informerSpecs, client), backoff: { ...defaultBackoff, ...options.backoff }, maxUnschedulableMs: options.maxUnschedulableMs ?? 300_000,
  };
};

const absorb = (turn: Turn, { informers, effects }: Informed): void => {
  turn.effects.push(...effects);
  if (informers !== turn.state.informers) set(turn, { informers });
};

const advance = (turn: Turn, event: ProcessEvent): void => {
  const { state: phase, actions } = schedulerProcess.next(turn.state.phase, event);
  set(turn, { phase });
  for (const action of actions) perform(turn, action);
};

const perform = (turn: Turn, action: ProcessAction): void => {
  switch (action) {
    case 'startInformers':
      set(turn, { startMs: turn.env.nowMs });
      return absorb(turn, startInformers(turn.plan.informers, turn.state.informers, turn.env, turn.state.life));
    case 'campaign': return campaign(turn, { kind: 'start' });
    case 'startScheduling': return wakeScheduler(turn);
    case 'exit': return exit(turn);
    default: return action satisfies never;
  }
};

/** Losing the lead ends the process; what it has sent may still take effect. */
const exit = (turn: Turn): void => {
  const { plan, state, env } = turn;
  const { informers, effects } = stopInformers(plan.informers, state.informers, env);
  const own = [BACKOFF_TIMER, FLUSH_TIMER, EXPIRY_TIMER, CORE_EVENTS_TIMER, ...seriesTimers(state.recorder, plan.recorder), ...state.bindings.keys().map(permitTimer)];
  turn.effects.push(...effects, ...[...own, ...ELECTION_TIMERS].map(cancel), arm(RESTART_TIMER, RESTART_MS));
  const fresh = newSchedulerState(plan);
  const { nextId, server, broken } = state.requests;
  turn.state = { ...fresh, phase: state.phase, life: state.life + 1, informers, requests: { ...fresh.requests, nextId, server, broken } };
};

const coreStep = (turn: Turn, { recorder, request, effects }: RecorderStep): void => {
  set(turn, { coreRecorder: recorder });
  turn.effects.push(...effects);
  if (request !== undefined) ask(turn, EVENTS_CHANNEL, request, { kind: 'core-event' });
};

const campaign = (turn: Turn, input: ElectionInput): void => {
  if (turn.plan.election === undefined) return;
  const { election, request, effects, outcome } = elect(turn.state.election, turn.plan.election, input, turn.env);
  set(turn, { election });
  turn.effects.push(...effects);
  if (request !== undefined) ask(turn, ELECTION_CHANNEL, request, { kind: 'election' }, turn.plan.electionClient);
  if (outcome === 'stopped-leading') return advance(turn, { type: 'LOST' });
  if (outcome !== 'became-leader') return;
  if (election.lease !== undefined) {
    const event = { regarding: election.lease, type: 'Normal', reason: 'LeaderElection', message: `${election.identity} became leader` } as const;
    coreStep(turn, recordCore(turn.state.coreRecorder, turn.plan.coreRecorder, event, turn.env));
  }
  advance(turn, { type: 'ELECTED' });
};

const checkSynced = (turn: Turn): void => {
  if (turn.state.phase !== 'syncing') return;
  const { plan: { informers: plans, election }, state: { informers } } = turn;
  const synced = [...LISTENERS].every(([resource, listeners]) =>
    (listeners.length === 0 ? hasSynced(plans, informers, resource) : listeners.every((listener) => hasSynced(plans, informers, resource, listener))));
  if (synced) advance(turn, { type: 'SYNCED', elect: election !== undefined });
};

const answered = (turn: Turn, tag: Tag, answer: Answer): void => {
  switch (tag.kind) {
    case 'election': return campaign(turn, { kind: 'answer', answer });
    case 'core-event': return coreStep(turn, recorderAnswered(turn.state.coreRecorder, turn.plan.coreRecorder, answer, turn.env));
    case 'event': return recorderStep(turn, seriesAnswered(turn.state.recorder, turn.plan.recorder, tag.write, answer, turn.env));
    case 'bind': return bindingAnswered(turn, tag.uid, answer);
    case 'victim':
      victimAnswered(turn, tag.preemptor, tag.victim, tag.stage, answer);
      return reviewWaiting(turn);
    case 'status': return;
    default: return tag satisfies never;
  }
};

const settleIn = (turn: Turn, input: Input): void => {
  const { requests, settled, effects } = settle(turn.state.requests, input);
  if (requests !== turn.state.requests) set(turn, { requests });
  turn.effects.push(...effects);
  for (const { tag, answer } of settled) answered(turn, tag, answer);
};

const inform = (turn: Turn, input: Input): void => {
  absorb(turn, informersInput(turn.plan.informers, turn.state.informers, input, turn.env, turn.state.life));
  checkSynced(turn);
};

const notified = (turn: Turn, { resource, listener }: Route, { notifications, life }: NotifyBody): void => {
  if (life !== turn.state.life) return;
  handle(turn, listener, notifications);
  absorb(turn, { informers: listenerHandled(turn.plan.informers, turn.state.informers, resource, listener), effects: noEffects });
  checkSynced(turn);
};

const toSelf = (turn: Turn, body: ScheduleBody): void => {
  if (body.life !== turn.state.life) return;
  switch (body.kind) {
    case 'schedule-one': return scheduleOne(turn);
    case 'decide': return decide(turn);
    case 'recreated': return recreated(turn, body);
    default: return body satisfies never;
  }
};

const message = (turn: Turn, input: Input & { readonly kind: 'message' }): void => {
  if (input.channel === SCHEDULE_CHANNEL) return toSelf(turn, input.body as ScheduleBody);
  const route = routes.get(input.channel);
  if (route !== undefined) return notified(turn, route, input.body as NotifyBody);
  const isAnswer = input.channel === ELECTION_CHANNEL || input.channel === EVENTS_CHANNEL || isAnswerChannel(input.channel);
  return isAnswer ? settleIn(turn, input) : inform(turn, input);
};

const timer = (turn: Turn, input: Input & { readonly kind: 'timer' }): void => {
  switch (input.key) {
    case BACKOFF_TIMER: return backoffFired(turn);
    case FLUSH_TIMER: return flushFired(turn);
    case EXPIRY_TIMER: return expiryFired(turn);
    case CORE_EVENTS_TIMER: return coreStep(turn, recorderTimer(turn.state.coreRecorder));
    default: break;
  }
  if (isSeriesTimer(turn.plan.recorder, input.key)) return recorderStep(turn, seriesTimer(turn.state.recorder, turn.plan.recorder, input.key, turn.env));
  const waiting = permitTimerUid(input.key);
  if (waiting !== undefined) return permitFired(turn, waiting);
  if (isRequestTimer(input.key)) return settleIn(turn, input);
  return ELECTION_TIMERS.includes(input.key) ? campaign(turn, input) : inform(turn, input);
};

const takeInput = (turn: Turn, input: Input): void => {
  if (turn.state.phase === 'exited') {
    if (input.kind === 'timer' && input.key === RESTART_TIMER) advance(turn, { type: 'RESTART' });
    return;
  }
  switch (input.kind) {
    case 'start': return advance(turn, { type: 'START' });
    case 'message': return message(turn, input);
    case 'timer': return timer(turn, input);
    case 'disconnected':
      settleIn(turn, input);
      return inform(turn, input);
    default: return input satisfies never;
  }
};

const transitionOf = (plan: SchedulerPlan) => (state: SchedulerState, input: Input, env: Env): readonly [SchedulerState, readonly Effect[]] => {
  const turn: Turn = { plan, env, effects: [], state, own: undefined };
  takeInput(turn, input);
  if (turn.state.phase !== 'exited') {
    lookAfterTimers(turn, turn.state.queue !== state.queue, turn.state.cache !== state.cache);
    wakeScheduler(turn);
  }
  return [turn.state, turn.effects.length === 0 ? noEffects : turn.effects];
};

export const kubeSchedulerActor = (options: KubeSchedulerOptions): Actor<SchedulerState> => {
  const plan = planOf(options);
  return { id: options.id, initial: newSchedulerState(plan), transition: transitionOf(plan), canonical: canonicalScheduler };
};
