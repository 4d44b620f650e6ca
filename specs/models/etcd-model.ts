/**
 * etcd as simply as it can be said: the whole keyspace is kept for every revision, and all answers are read off that.
 * It shares no code with src/components/etcd; property-tests/etcd shows that the two agree.
 * Not modelled: time. The caller says when a lease expires.
 */
import type { Compare, EtcdAnswer, EtcdCall, EtcdErrorCode, EtcdEvent, EtcdOp, KeyValue, OpResult, RangeOp } from '../../src/protocol/etcd.ts';

type Keyspace = ReadonlyMap<string, KeyValue>;
type Write = Extract<EtcdOp, { readonly kind: 'put' | 'delete' }>;

const MESSAGES: Readonly<Record<EtcdErrorCode, string>> = {
  compacted: 'etcdserver: mvcc: required revision has been compacted',
  'future-revision': 'etcdserver: mvcc: required revision is a future revision',
  'lease-not-found': 'etcdserver: requested lease not found',
  'lease-exists': 'etcdserver: lease already exists',
  'duplicate-key': 'etcdserver: duplicate key given in txn request',
  'no-space': 'etcdserver: mvcc: database space exceeded',
  unavailable: 'etcdserver: leader changed',
};

const covers = (key: string, begin: string, end: string | undefined): boolean =>
  end === undefined ? key === begin : key >= begin && (end === '\0' || key < end);

const select = (keyspace: Keyspace, begin: string, end: string | undefined): KeyValue[] =>
  [...keyspace.values()].filter(({ key }) => covers(key, begin, end)).sort((a, b) => (a.key < b.key ? -1 : 1));

export class EtcdModel {
  /** past[r]: the keyspace after revision r; events[r]: what revision r changed. Revision 1 is the empty store. */
  private readonly past: Keyspace[] = [new Map(), new Map()];
  private readonly events: EtcdEvent[][] = [[], []];
  private readonly leases = new Map<number, number>();
  private compactRevision = 0;
  private isFull = false;

  get revision(): number {
    return this.past.length - 1;
  }

  private get now(): Keyspace {
    return this.past[this.revision] as Keyspace;
  }

  call(call: EtcdCall): EtcdAnswer {
    switch (call.kind) {
      case 'range': return this.refusal(call) ?? { ...this.range(call, this.now), revision: this.revision };
      case 'txn': return this.txn(call.compare, call.success, call.failure);
      case 'compact':
        if (call.revision <= this.compactRevision) return this.error('compacted');
        if (call.revision > this.revision) return this.error('future-revision');
        this.compactRevision = call.revision;
        return { kind: 'compact', revision: this.revision };
      case 'alarm':
        this.isFull = call.action === 'activate';
        return { kind: 'alarm', revision: this.revision };
      case 'lease-grant':
        if (this.isFull) return this.error('no-space');
        if (this.leases.has(call.id)) return this.error('lease-exists');
        this.leases.set(call.id, Math.max(2, call.ttlSeconds));
        return this.lease(call.id, Math.max(2, call.ttlSeconds));
      case 'lease-keep-alive': return this.lease(call.id, this.leases.get(call.id) ?? 0);
      case 'lease-revoke': return this.endLease(call.id);
    }
  }

  /** Revoked or expired: its keys go in one revision. */
  endLease(id: number): EtcdAnswer {
    if (!this.leases.delete(id)) return this.error('lease-not-found');
    const attached = select(this.now, '', '\0').filter(({ lease }) => lease === id);
    this.commit(attached.map(({ key }): Write => ({ kind: 'delete', key })));
    return this.lease(id, 0);
  }

  /** All that a watch from `start` is told up to now, by revision; undefined: the start was compacted. */
  watched(start: number, key: string, end: string | undefined): ReadonlyMap<number, readonly EtcdEvent[]> | undefined {
    if (start > 0 && start < this.compactRevision) return undefined;
    const told = new Map<number, readonly EtcdEvent[]>();
    for (let r = start; r <= this.revision; r++) {
      const wanted = (this.events[r] ?? []).filter((event) => covers(event.kv.key, key, end));
      if (wanted.length > 0) told.set(r, wanted);
    }
    return told;
  }

  private txn(compare: readonly Compare[], success: readonly EtcdOp[], failure: readonly EtcdOp[]): EtcdAnswer {
    for (const branch of [success, failure]) {
      const puts = branch.flatMap((op) => (op.kind === 'put' ? [op.key] : []));
      const meets = (key: string): boolean => branch.some((op) => op.kind === 'delete' && covers(key, op.key, op.rangeEnd));
      if (new Set(puts).size < puts.length || puts.some(meets)) return this.error('duplicate-key');
    }
    if (this.isFull && [...success, ...failure].some((op) => op.kind === 'put')) return this.error('no-space');
    const succeeded = compare.every((one) => this.holds(one));
    const ops = succeeded ? success : failure;
    for (const op of ops) {
      const refused = op.kind === 'range' ? this.refusal(op) : op.kind === 'put' && op.lease && !this.leases.has(op.lease) ? this.error('lease-not-found') : undefined;
      if (refused !== undefined) return refused;
    }
    const results = this.commit(ops);
    return { kind: 'txn', revision: this.revision, succeeded, results };
  }

  private holds({ key, target, op, operand }: Compare): boolean {
    const kv = this.now.get(key);
    const field = ({ mod: 'modRevision', create: 'createRevision', version: 'version', lease: 'lease' } as const)[target];
    const actual = kv === undefined ? 0 : kv[field];
    return { '=': actual === operand, '!=': actual !== operand, '<': actual < operand, '>': actual > operand }[op];
  }

  private commit(ops: readonly EtcdOp[]): readonly OpResult[] {
    const next = new Map(this.now);
    const events: EtcdEvent[] = [];
    const modRevision = this.revision + 1;
    const results = ops.map((op): OpResult => {
      if (op.kind === 'range') return this.range(op, next);
      if (op.kind === 'put') {
        const prevKv = next.get(op.key);
        const { createRevision = modRevision, version = 0 } = prevKv ?? {};
        const kv: KeyValue = { key: op.key, value: op.value, createRevision, modRevision, version: version + 1, lease: op.lease ?? 0 };
        next.set(op.key, kv);
        events.push({ kind: 'put', kv, prevKv });
        return { kind: 'put' };
      }
      const gone = select(next, op.key, op.rangeEnd);
      for (const prevKv of gone) {
        next.delete(prevKv.key);
        events.push({ kind: 'delete', kv: { key: prevKv.key, value: undefined, createRevision: 0, modRevision, version: 0, lease: 0 }, prevKv });
      }
      return { kind: 'delete', deleted: gone.length, prevKvs: op.prevKv === true ? gone : [] };
    });
    if (events.length > 0) {
      this.past.push(next);
      this.events.push(events);
    }
    return results;
  }

  private range(op: RangeOp, newest: Keyspace): Extract<OpResult, { readonly kind: 'range' }> {
    const all = select(op.revision ? this.past[op.revision] as Keyspace : newest, op.key, op.rangeEnd);
    const kvs = op.countOnly === true ? [] : op.limit ? all.slice(0, op.limit) : all;
    return { kind: 'range', kvs, more: op.countOnly !== true && kvs.length < all.length, count: all.length };
  }

  private refusal({ revision = 0 }: RangeOp): EtcdAnswer | undefined {
    return revision > this.revision ? this.error('future-revision') : revision > 0 && revision < this.compactRevision ? this.error('compacted') : undefined;
  }

  private lease(id: number, ttlSeconds: number): EtcdAnswer {
    return { kind: 'lease', revision: this.revision, id, ttlSeconds };
  }

  private error(code: EtcdErrorCode): EtcdAnswer {
    const { compactRevision } = this;
    return { kind: 'error', revision: this.revision, code, message: MESSAGES[code], ...(code === 'compacted' ? { compactRevision } : {}) };
  }
}
