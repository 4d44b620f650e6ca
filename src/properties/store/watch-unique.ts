/**
 * watch.unique: no event is sent twice on a watch.
 * Models: etcd's watch guarantee "Unique"; apiserver/pkg/storage/cacher
 */
import { APISERVER } from '../api-traffic.ts';
import { always, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameIn, openedBy, openStreams, sentBy } from './watch-streams.ts';

/** What was sent of the newest revision of a stream: an older one is a matter of order. */
interface Newest {
  readonly revision: number;
  readonly names: Set<string>;
}

export const watchUnique = always({
  id: 'watch.unique',
  statement: 'No event is sent twice on a watch.',
  source: 'etcd: watch API guarantees (Unique)',
}, () => {
  let newest: Map<string, Newest> | undefined;
  return {
    interest: { actors: [APISERVER] },
    step: (world, record): Verdict => {
      newest ??= new Map(openStreams(world, record).map(({ stream, atRevision }) => [stream, { revision: atRevision, names: new Set<string>() }]));
      const opened = openedBy(record);
      if (opened?.fromRevision !== undefined) newest.set(opened.stream, { revision: opened.fromRevision, names: new Set() });
      let verdict: Verdict;
      for (const { stream, event, revision } of sentBy(record)) {
        const known = newest.get(stream);
        if (known === undefined || event.type === 'BOOKMARK') continue;
        const name = nameIn(event.object);
        if (revision === known.revision && known.names.has(name)) return violation('twice', `${event.type} of ${name} at revision ${revision} was sent twice.`);
        if (revision === known.revision) known.names.add(name);
        else newest.set(stream, { revision, names: new Set([name]) });
        verdict = 'pass';
      }
      return verdict;
    },
  };
});
