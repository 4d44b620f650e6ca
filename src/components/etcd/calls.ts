/**
 * Calls and their answers: each call's change to the store, the records that make it durable, what watchers are told, and the answer.
 * Models: etcd server/etcdserver/v3_server.go, server/etcdserver/api/v3rpc (key.go, lease.go), server/storage/mvcc/kvstore.go (updateCompactRev),
 *   server/etcdserver/apply/apply.go (applierV3Capped)
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { unreachable } from '../../base/assert.ts';
import type { ActorId, Effect, Env } from '../../kernel/transition.ts';
import { send } from '../../kernel/transition.ts';
import type { EtcdAnswer, EtcdCall, FromEtcd, RangeOp } from '../../protocol/etcd.ts';
import { draftOf, seal } from './draft.ts';
import type { OrRefusal, Refusal } from './errors.ts';
import { compacted, futureRevision, noSpace } from './errors.ts';
import type { LeaseOutcome } from './leases.ts';
import { grantLease, renewLease, revokeLease } from './leases.ts';
import { checkRevision, range } from './range.ts';
import { record, recordNewest, withAlarm, withCompaction } from './records.ts';
import type { EtcdState } from './state.ts';
import { runTxn } from './txn.ts';
import { notify } from './watch.ts';

type EtcdEffect = Effect<FromEtcd>;

interface Outcome {
  readonly state: EtcdState;
  /** All but the answer. */
  readonly effects: readonly EtcdEffect[];
  readonly answer: EtcdAnswer;
}

const nothing: readonly EtcdEffect[] = [];

const refused = (state: EtcdState, { code, message }: Refusal): Outcome => {
  const { revision, compactRevision } = state;
  const answer: EtcdAnswer = { kind: 'error', revision, code, message };
  return { state, effects: nothing, answer: code === 'compacted' ? { ...answer, compactRevision } : answer };
};

const onRange = (state: EtcdState, op: RangeOp): Outcome => {
  const checked = checkRevision(state, op.revision);
  if (isLeft(checked)) return refused(state, checked.left);
  return { state, effects: nothing, answer: { ...range(draftOf(state), op), revision: state.revision } };
};

/** Ref: quota.go costTxn: the dearer branch counts, whichever is taken; what deletes costs nothing. */
const grows = ({ success, failure }: Extract<EtcdCall, { readonly kind: 'txn' }>): boolean =>
  success.some((op) => op.kind === 'put') || failure.some((op) => op.kind === 'put');

const onTxn = (before: EtcdState, call: Extract<EtcdCall, { readonly kind: 'txn' }>): Outcome => {
  const ran = runTxn(before, call);
  // Why in this order: a malformed request is refused by the API, before it comes to be applied.
  const isMalformed = isLeft(ran) && ran.left.code === 'duplicate-key';
  if (before.noSpace === true && !isMalformed && grows(call)) return refused(before, noSpace);
  if (isLeft(ran)) return refused(before, ran.left);
  const { draft, succeeded, results } = ran.right;
  const sealed = seal(before, draft);
  const answer: EtcdAnswer = { kind: 'txn', revision: sealed.revision, succeeded, results };
  if (sealed === before) return { state: before, effects: nothing, answer };
  const [state, events] = notify(sealed);
  return { state, effects: [recordNewest(state), ...events], answer };
};

const onCompact = (state: EtcdState, revision: number): Outcome => {
  if (revision <= state.compactRevision) return refused(state, compacted);
  if (revision > state.revision) return refused(state, futureRevision);
  return { state: withCompaction(state, revision), effects: [record({ kind: 'compacted', revision })], answer: { kind: 'compact', revision: state.revision } };
};

const onAlarm = (before: EtcdState, active: boolean): Outcome => {
  const answer: EtcdAnswer = { kind: 'alarm', revision: before.revision };
  if ((before.noSpace === true) === active) return { state: before, effects: nothing, answer };
  return { state: withAlarm(before, active), effects: [record({ kind: 'alarm', alarm: 'NOSPACE', active })], answer };
};

const onGrant = (state: EtcdState, granted: OrRefusal<LeaseOutcome>): Outcome => {
  if (isLeft(granted)) return refused(state, granted.left);
  const { id, ttlSeconds } = granted.right.lease;
  const answer: EtcdAnswer = { kind: 'lease', revision: state.revision, id, ttlSeconds };
  return { state: granted.right.state, effects: [record({ kind: 'lease', id, ttlSeconds }), ...granted.right.effects], answer };
};

/** Ref: LeaseServer.LeaseKeepAlive answers a lease that is gone with a time to live of zero; only etcd's client makes an error of it. */
const onRenew = (state: EtcdState, id: number): Outcome => {
  const renewed = renewLease(state, id);
  const [ttlSeconds, effects] = isLeft(renewed) ? [0, nothing] : [renewed.right.lease.ttlSeconds, renewed.right.effects];
  return { state, effects, answer: { kind: 'lease', revision: state.revision, id, ttlSeconds } };
};

const onRevoke = (before: EtcdState, id: number): Outcome => {
  const revoked = revokeLease(before, id);
  if (isLeft(revoked)) return refused(before, revoked.left);
  const { state: after, effects } = revoked.right;
  const gone = record({ kind: 'lease-gone', id });
  const answer: EtcdAnswer = { kind: 'lease', revision: after.revision, id, ttlSeconds: 0 };
  if (after.revision === before.revision) return { state: after, effects: [gone, ...effects], answer };
  const [state, events] = notify(after);
  return { state, effects: [recordNewest(state), gone, ...effects, ...events], answer };
};

const carryOut = (state: EtcdState, call: EtcdCall, env: Env, label: string): Outcome => {
  switch (call.kind) {
    case 'range': return onRange(state, call);
    case 'txn': return onTxn(state, call);
    case 'compact': return onCompact(state, call.revision);
    case 'alarm': return onAlarm(state, call.action === 'activate');
    case 'lease-grant': return state.noSpace === true ? refused(state, noSpace) : onGrant(state, grantLease(state, call.id, call.ttlSeconds, env, label));
    case 'lease-keep-alive': return onRenew(state, call.id);
    case 'lease-revoke': return onRevoke(state, call.id);
    default: return unreachable(call);
  }
};

/** The answer goes last: after what the call made durable and what it told watchers. */
export const answerCall = (before: EtcdState, from: ActorId, id: number, call: EtcdCall, env: Env): readonly [EtcdState, readonly EtcdEffect[]] => {
  const { state, effects, answer } = carryOut(before, call, env, `${from}/${id}`);
  return [state, [...effects, send(from, 'kv', { kind: 'etcd-answer', id, answer })]];
};
