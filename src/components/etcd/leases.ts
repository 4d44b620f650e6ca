/**
 * Leases: granted for a time, renewed, revoked or expired; with its lease a key goes, and all keys of one lease in one revision.
 * Models: etcd server/lease/lessor.go (Grant, Renew, Revoke, Promote)
 * Not modelled: checkpoints of the remaining time (etcd has them off): after a restart a lease has its whole time again.
 */
import { left, right } from 'fp-ts/lib/Either.js';
import { emptyMap } from '../../base/persistent-map.ts';
import { unreachable } from '../../base/assert.ts';
import type { Effect, Env } from '../../kernel/transition.ts';
import { arm, cancel } from '../../kernel/transition.ts';
import type { FromEtcd } from '../../protocol/etcd.ts';
import { deleteKey, draftOf, seal } from './draft.ts';
import type { OrRefusal } from './errors.ts';
import { leaseExists, leaseNotFound } from './errors.ts';
import type { LeaseAction, LeaseEvent } from './machine.ts';
import { leaseChart } from './machine.ts';
import type { EtcdState, Lease } from './state.ts';

type EtcdEffect = Effect<FromEtcd>;

export interface LeaseOutcome {
  readonly state: EtcdState;
  readonly lease: Lease;
  /** Timers only. */
  readonly effects: readonly EtcdEffect[];
}

/** Ref: NewLessor's minLeaseTTL with etcd's default election timeout of 1 s: one and a half of it, rounded up to seconds. */
const MIN_TTL_SECONDS = 2;

const TIMER_PREFIX = 'lease/';
const timerKey = (id: number): string => `${TIMER_PREFIX}${id}`;

/** The lease whose expiry the timer is; undefined for another timer. */
export const leaseOfTimer = (key: string): number | undefined => (key.startsWith(TIMER_PREFIX) ? Number(key.slice(TIMER_PREFIX.length)) : undefined);

/** An id that no lease has. Labelled by who asked and by its call, so that grants to different clients commute. */
const freshId = (state: EtcdState, env: Env, label: string): number => {
  for (let n = 0; ; n++) {
    const id = 1 + (env.random(`lease/${label}`, n) % 0x7fff_ffff);
    if (!state.leases.has(String(id))) return id;
  }
};

const withLease = (state: EtcdState, lease: Lease): EtcdState => ({ ...state, leases: state.leases.set(String(lease.id), lease) });

/** Does what the statechart says; a live lease stays, and one that is gone takes its keys along. */
const drive = (state: EtcdState, lease: Lease, actions: readonly LeaseAction[]): LeaseOutcome => {
  let moved = state;
  const effects: EtcdEffect[] = [];
  for (const action of actions) {
    switch (action) {
      case 'armExpiry':
        effects.push(arm(timerKey(lease.id), lease.ttlSeconds * 1000));
        break;
      case 'cancelExpiry':
        effects.push(cancel(timerKey(lease.id)));
        break;
      case 'deleteKeys':
        moved = withoutKeys(moved, lease);
        break;
      default: unreachable(action);
    }
  }
  return { state: moved, lease, effects };
};

const withoutKeys = (state: EtcdState, lease: Lease): EtcdState => {
  const draft = draftOf(state);
  for (const key of lease.keys.keys()) deleteKey(draft, key);
  return seal(state, draft);
};

const step = (state: EtcdState, id: number, event: LeaseEvent): OrRefusal<LeaseOutcome> => {
  const lease = state.leases.get(String(id));
  if (lease === undefined) return left(leaseNotFound);
  const { state: next, actions } = leaseChart.next('live', event);
  const outcome = drive(state, lease, actions);
  if (next === 'live') return right(outcome);
  return right({ ...outcome, state: { ...outcome.state, leases: outcome.state.leases.delete(String(id)) } });
};

/** `id` 0: one is picked. `label` names the call. */
export const grantLease = (state: EtcdState, id: number, ttlSeconds: number, env: Env, label: string): OrRefusal<LeaseOutcome> => {
  if (id !== 0 && state.leases.has(String(id))) return left(leaseExists);
  const lease: Lease = { id: id === 0 ? freshId(state, env, label) : id, ttlSeconds: Math.max(MIN_TTL_SECONDS, ttlSeconds), keys: emptyMap<true>() };
  return right(drive(withLease(state, lease), lease, leaseChart.initialActions));
};

export const renewLease = (state: EtcdState, id: number): OrRefusal<LeaseOutcome> => step(state, id, { type: 'renew' });
export const revokeLease = (state: EtcdState, id: number): OrRefusal<LeaseOutcome> => step(state, id, { type: 'revoke' });
export const expireLease = (state: EtcdState, id: number): OrRefusal<LeaseOutcome> => step(state, id, { type: 'expire' });

/** The timers of all leases, armed anew for a new incarnation. */
export const recoverLeases = (state: EtcdState): readonly EtcdEffect[] =>
  state.leases.values().flatMap((lease) => drive(state, lease, leaseChart.next('live', { type: 'recover' }).actions).effects);
