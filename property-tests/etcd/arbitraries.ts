/** Generated calls and watches for etcd: few keys, few leases and small revisions, so that they meet. */
import fc from 'fast-check';
import type { WatchSpec } from '../../specs/etcd/etcd-driver.ts';
import type { Compare, EtcdCall, EtcdOp, RangeOp } from '../../src/protocol/etcd.ts';

export const KEYS = ['/r/pods/a/x', '/r/pods/a/y', '/r/pods/b/x', '/r/nodes/n', '/r/nodes/n0', 'c'] as const;
const ENDS = [undefined, '\0', '/r/pods0', '/r/nodes0', '/r/pods/b', 'd'] as const;

const key = fc.constantFrom(...KEYS, '/r/pods/', '/r/nodes/', '/r/');
const leaseId = fc.integer({ min: 1, max: 3 });
const revision = fc.nat(25);

const ranged = fc.tuple(key, fc.constantFrom(...ENDS)).map(([begin, rangeEnd]) => (rangeEnd === undefined ? { key: begin } : { key: begin, rangeEnd }));

const range: fc.Arbitrary<RangeOp> = fc
  .record({ span: ranged, revision: fc.oneof(fc.constant(0), revision), limit: fc.nat(3), countOnly: fc.boolean() })
  .map(({ span, ...rest }) => ({ kind: 'range', ...span, ...rest }));

const put = fc.record({ kind: fc.constant('put' as const), key: fc.constantFrom(...KEYS), value: fc.nat(2), lease: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, leaseId) });
const remove: fc.Arbitrary<EtcdOp> = fc.tuple(ranged, fc.boolean()).map(([span, prevKv]) => ({ kind: 'delete', ...span, prevKv }));
const op: fc.Arbitrary<EtcdOp> = fc.oneof({ weight: 4, arbitrary: put }, { weight: 1, arbitrary: remove }, { weight: 1, arbitrary: range });

const compare: fc.Arbitrary<Compare> = fc.record({
  target: fc.constantFrom('mod', 'create', 'version', 'lease'), key, op: fc.constantFrom('=', '!=', '<', '>'), operand: fc.nat(8),
});

const txn: fc.Arbitrary<EtcdCall> = fc.record({
  kind: fc.constant('txn' as const), compare: fc.array(compare, { maxLength: 2 }), success: fc.array(op, { maxLength: 3 }), failure: fc.array(op, { maxLength: 2 }),
});

export const call: fc.Arbitrary<EtcdCall> = fc.oneof(
  { weight: 8, arbitrary: txn },
  { weight: 4, arbitrary: range },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact' as const), revision }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lease-grant' as const), id: leaseId, ttlSeconds: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('alarm' as const), action: fc.constantFrom('activate' as const, 'deactivate' as const, 'deactivate' as const), alarm: fc.constant('NOSPACE' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('lease-keep-alive' as const, 'lease-revoke' as const), id: leaseId }) },
);

export const watchSpec: fc.Arbitrary<Required<Pick<WatchSpec, 'startRevision'>> & WatchSpec> =
  fc.tuple(ranged, fc.oneof(fc.constant(0), revision)).map(([span, startRevision]) => ({ ...span, startRevision }));

export type Command =
  | { readonly kind: 'call'; readonly call: EtcdCall }
  | { readonly kind: 'watch'; readonly spec: WatchSpec & { readonly startRevision: number } }
  | { readonly kind: 'expire'; readonly id: number }
  | { readonly kind: 'crash' };

export const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof(
    { weight: 16, arbitrary: call.map((made): Command => ({ kind: 'call', call: made })) },
    { weight: 3, arbitrary: watchSpec.map((spec): Command => ({ kind: 'watch', spec })) },
    { weight: 1, arbitrary: leaseId.map((id): Command => ({ kind: 'expire', id })) },
    { weight: 1, arbitrary: fc.constant<Command>({ kind: 'crash' }) },
  ),
  { maxLength: 60, size: 'max' },
);
