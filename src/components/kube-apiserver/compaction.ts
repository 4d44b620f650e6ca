/**
 * Every five minutes, history older than five minutes is compacted, by whichever API server comes first.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/etcd3/compact.go compactor
 */
import type { EtcdAnswer } from '../../protocol/etcd.ts';
import type { Turn } from './turn.ts';
import { armTimer, callEtcd } from './turn.ts';

export const COMPACT_TIMER = 'compact';
const KEY = 'compact_rev_key';

export const scheduleCompaction = (turn: Turn): void => {
  if (turn.settings.compactionIntervalMs > 0) armTimer(turn, COMPACT_TIMER, turn.settings.compactionIntervalMs);
};

/** Claims this interval by bumping the version of a key that all servers share; who loses learns the version and the revision. */
export const startCompaction = (turn: Turn): void => {
  const { version, revision } = turn.state.compaction;
  callEtcd(turn, {
    kind: 'txn',
    compare: [{ target: 'version', key: KEY, op: '=', operand: version }],
    success: [{ kind: 'put', key: KEY, value: revision }],
    failure: [{ kind: 'range', key: KEY }],
  }, { kind: 'compact-claim', revision });
};

export const compactionAnswered = (turn: Turn, revision: number, answer: EtcdAnswer): void => {
  scheduleCompaction(turn);
  if (answer.kind !== 'txn') return;
  const [result] = answer.results;
  const held = result?.kind === 'range' ? result.kvs[0] : undefined;
  const version = answer.succeeded ? turn.state.compaction.version + 1 : held?.version ?? 0;
  turn.state = { ...turn.state, compaction: { version, revision: answer.revision } };
  if (answer.succeeded && revision > 0) callEtcd(turn, { kind: 'compact', revision }, { kind: 'compact' });
};
