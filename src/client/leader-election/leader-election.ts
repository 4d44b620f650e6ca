/**
 * Leader election over a Lease: a candidate writes its name into the Lease, and trusts only what it has itself seen change.
 * Models: client-go/tools/leaderelection/leaderelection.go, resourcelock/leaselock.go
 * Not modelled: release on cancel (off in every component), coordinated leader election. Not fenced, as upstream's is not.
 */
import { formatMicroTime } from '../../api/time.ts';
import type { Lease } from '../../api/types.ts';
import type { Effect, Env } from '../../kernel/transition.ts';
import { arm, cancel } from '../../kernel/transition.ts';
import type { ApiRequest } from '../../protocol/api.ts';
import { fraction, jitter } from '../back-off.ts';
import type { Answer } from '../controller.ts';
import type { ElectionAction, ElectionEvent, ElectionPhase } from './machine.ts';
import { electionChart } from './machine.ts';

export interface ElectionConfig {
  readonly namespace: string;
  /** The Lease's name. */
  readonly name: string;
  readonly leaseDurationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}

/** The flags' defaults in kube-controller-manager and kube-scheduler. */
export const electionConfig = (name: string): ElectionConfig =>
  ({ namespace: 'kube-system', name, leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 });

/** What the Lease says. */
export interface LeaderRecord {
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly acquireTime: string;
  readonly renewTime: string;
  readonly leaseTransitions: number;
}

export interface Election {
  readonly phase: ElectionPhase;
  readonly identity: string;
  readonly observed: LeaderRecord | undefined;
  /** When `observed` was seen to change, by the candidate's own clock: all that counts. */
  readonly observedMs: number;
  /** As last read or written; updates start from it. */
  readonly lease: Lease | undefined;
  readonly attempts: number;
}

export interface ElectionStep {
  readonly election: Election;
  /** To be sent on `leader-election` with a timeout of half the renew deadline; its answer comes back as an `answer`. */
  readonly request: ApiRequest | undefined;
  readonly effects: readonly Effect[];
  readonly outcome: 'became-leader' | 'stopped-leading' | undefined;
}

export type ElectionInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'timer'; readonly key: string };

const RETRY_TIMER = 'leader-election/retry';
const DEADLINE_TIMER = 'leader-election/deadline';
export const ELECTION_CHANNEL = 'leader-election';
export const ELECTION_TIMERS: readonly string[] = [RETRY_TIMER, DEADLINE_TIMER];
const JITTER_FACTOR = 1.2;

const hex = (value: number): string => value.toString(16).padStart(8, '0');

/** `<actor>_<uuid>`: upstream's host name and a fresh uuid. */
const newIdentity = (env: Env): string => {
  const [a, b, c, d] = [0, 1, 2, 3].map((n) => hex(env.random('leader-election/identity', n))) as [string, string, string, string];
  return `${env.self}_${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`;
};

export const newElection = (): Election =>
  ({ phase: electionChart.initial, identity: '', observed: undefined, observedMs: 0, lease: undefined, attempts: 0 });

export const isLeading = (election: Election): boolean => election.phase.startsWith('leading.');

const isOwn = (election: Election): boolean => election.observed?.holderIdentity === election.identity;

const isValid = ({ observed, observedMs }: Election, nowMs: number): boolean =>
  observed !== undefined && observedMs + observed.leaseDurationSeconds * 1000 > nowMs;

const recordOf = ({ spec }: Lease): LeaderRecord => ({
  holderIdentity: spec.holderIdentity ?? '',
  leaseDurationSeconds: spec.leaseDurationSeconds ?? 0,
  acquireTime: spec.acquireTime ?? '',
  renewTime: spec.renewTime ?? '',
  leaseTransitions: spec.leaseTransitions ?? 0,
});

const isSameRecord = (a: LeaderRecord | undefined, b: LeaderRecord): boolean =>
  a !== undefined && a.holderIdentity === b.holderIdentity && a.leaseDurationSeconds === b.leaseDurationSeconds
  && a.acquireTime === b.acquireTime && a.renewTime === b.renewTime && a.leaseTransitions === b.leaseTransitions;

/** Why spelled out: see mutable.ts. */
const observing = ({ phase, identity, attempts }: Election, lease: Lease, observed: LeaderRecord | undefined, observedMs: number): Election =>
  ({ phase, identity, observed, observedMs, lease, attempts });

const observe = (election: Election, lease: Lease, nowMs: number): Election => {
  const record = recordOf(lease);
  return isSameRecord(election.observed, record) ? observing(election, lease, election.observed, election.observedMs) : observing(election, lease, record, nowMs);
};

/** What we would write now. Source: `tryAcquireOrRenew`: whoever holds it already keeps its acquireTime. */
const ownRecord = (election: Election, config: ElectionConfig, nowMs: number): LeaderRecord => {
  const now = formatMicroTime(nowMs);
  const { observed } = election;
  const held = isOwn(election);
  return {
    holderIdentity: election.identity,
    leaseDurationSeconds: Math.floor(config.leaseDurationMs / 1000),
    acquireTime: held && observed !== undefined ? observed.acquireTime : now,
    renewTime: now,
    leaseTransitions: observed === undefined ? 0 : held ? observed.leaseTransitions : observed.leaseTransitions + 1,
  };
};

const LEASES = 'leases.coordination.k8s.io';

const leaseRequest = ({ namespace, name }: ElectionConfig, verb: 'get' | 'create' | 'update', body?: unknown): ApiRequest => {
  if (verb === 'create') return { verb, resource: LEASES, namespace, body };
  return verb === 'get' ? { verb, resource: LEASES, namespace, name } : { verb, resource: LEASES, namespace, name, body };
};

const creation = (election: Election, config: ElectionConfig, nowMs: number): ApiRequest => leaseRequest(config, 'create', {
  apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: config.name, namespace: config.namespace },
  spec: ownRecord({ ...election, observed: undefined }, config, nowMs),
});

/** What a read or an answer to a write says; what was written is taken from the answer itself. */
const interpret = (election: Election, answer: Answer, nowMs: number): readonly [Election, ElectionEvent] => {
  const reading = election.phase.endsWith('.getting');
  if (answer.kind !== 'object') return [election, reading && answer.kind === 'refused' && answer.code === 404 ? { type: 'missing' } : { type: 'error' }];
  const lease = answer.object as Lease;
  if (!reading) return [observing(election, lease, recordOf(lease), nowMs), { type: 'written' }];
  const seen = observe(election, lease, nowMs);
  const held = seen.observed !== undefined && seen.observed.holderIdentity !== '' && isValid(seen, nowMs) && !isOwn(seen);
  return [seen, { type: held ? 'held' : 'free' }];
};

interface Turn {
  request: ApiRequest | undefined;
  outcome: ElectionStep['outcome'];
  readonly effects: Effect[];
}

const perform = (election: Election, action: ElectionAction, config: ElectionConfig, env: Env, turn: Turn): void => {
  switch (action) {
    case 'get': turn.request = leaseRequest(config, 'get'); return;
    case 'create': turn.request = creation(election, config, env.nowMs); return;
    case 'update': turn.request = leaseRequest(config, 'update', { ...election.lease, spec: ownRecord(election, config, env.nowMs) }); return;
    case 'retryLater':
      turn.effects.push(arm(RETRY_TIMER, jitter(config.retryPeriodMs, JITTER_FACTOR, fraction(env.random('leader-election/retry', election.attempts)))));
      return;
    case 'retrySoon': turn.effects.push(arm(RETRY_TIMER, config.retryPeriodMs)); return;
    case 'waitToRenew': turn.effects.push(cancel(DEADLINE_TIMER), arm(RETRY_TIMER, config.retryPeriodMs)); return;
    case 'armDeadline': turn.effects.push(arm(DEADLINE_TIMER, config.renewDeadlineMs)); return;
    case 'becomeLeader': turn.outcome = 'became-leader'; return;
    case 'stopLeading':
      turn.outcome = 'stopped-leading';
      turn.effects.push(cancel(RETRY_TIMER));
      return;
    default: action satisfies never;
  }
};

const eventOf = (election: Election, input: ElectionInput, env: Env): readonly [Election, ElectionEvent] | undefined => {
  switch (input.kind) {
    case 'start': return [{ ...election, identity: newIdentity(env) }, { type: 'start' }];
    case 'answer': return interpret(election, input.answer, env.nowMs);
    case 'timer':
      if (input.key === DEADLINE_TIMER) return [election, { type: 'deadline' }];
      return input.key === RETRY_TIMER ? [election, { type: 'timer', valid: isOwn(election) && isValid(election, env.nowMs) }] : undefined;
    default: return input satisfies never;
  }
};

/** One step of a candidate. */
export const elect = (election: Election, config: ElectionConfig, input: ElectionInput, env: Env): ElectionStep => {
  const caused = eventOf(election, input, env);
  if (caused === undefined) return { election, request: undefined, effects: [], outcome: undefined };
  const [seen, event] = caused;
  const { state, actions } = electionChart.next(seen.phase, event);
  const { identity, observed, observedMs, lease, attempts } = seen;
  const next = { phase: state, identity, observed, observedMs, lease, attempts: attempts + 1 };
  const turn: Turn = { request: undefined, outcome: undefined, effects: [] };
  for (const action of actions) perform(next, action, config, env, turn);
  return { election: next, request: turn.request, effects: turn.effects, outcome: turn.outcome };
};
