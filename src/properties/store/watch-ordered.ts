/**
 * watch.ordered: the revisions of a watch's events never go down, and a bookmark is never behind what was sent.
 * Models: etcd's watch guarantee "Ordered"; apiserver/pkg/storage/cacher
 */
import { APISERVER } from '../api-traffic.ts';
import { always, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameIn, openedBy, openStreams, sentBy } from './watch-streams.ts';

export const watchOrdered = always({
  id: 'watch.ordered',
  statement: 'The revisions of a watch\'s events never go down, and a bookmark is never behind what was sent.',
  source: 'etcd: watch API guarantees (Ordered, Bookmarkable)',
}, () => {
  let last: Map<string, number> | undefined;
  return {
    interest: { actors: [APISERVER] },
    step: (world, record): Verdict => {
      last ??= new Map(openStreams(world, record).map(({ stream, atRevision }) => [stream, atRevision]));
      const opened = openedBy(record);
      if (opened?.fromRevision !== undefined) last.set(opened.stream, opened.fromRevision);
      let verdict: Verdict;
      for (const { stream, event, revision } of sentBy(record)) {
        const before = last.get(stream);
        if (before === undefined) continue;
        if (revision < before) return violation('order', `${event.type} of ${nameIn(event.object)} at revision ${revision} was sent after revision ${before}.`);
        last.set(stream, revision);
        verdict = 'pass';
      }
      return verdict;
    },
  };
});
