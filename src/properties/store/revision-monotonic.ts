/**
 * store.revision-monotonic: every write to the store has a revision of its own, one more than the one before.
 * Models: etcd's KV API guarantees (https://etcd.io/docs/v3.6/learning/api_guarantees/), revisions of server/storage/mvcc
 */
import { appendedRevisions } from '../changes.ts';
import { always, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';

export const revisionMonotonic = always({
  id: 'store.revision-monotonic',
  statement: 'Every write to the store has a revision of its own, one more than the one before.',
  source: 'etcd: KV API guarantees',
}, () => {
  let last: number | undefined;
  return {
    interest: { actors: ['etcd'] },
    step: (_world, record): Verdict => {
      let verdict: Verdict;
      for (const revision of appendedRevisions(record)) {
        if (last !== undefined && revision !== last + 1) return violation('revision', `Revision ${revision} was written after revision ${last}; expected ${last + 1}.`);
        last = revision;
        verdict = 'pass';
      }
      return verdict;
    },
  };
});
