/**
 * watch.reliable: a watch of all objects of a resource, from a revision on, sends every later change, none left out, up to what it has sent or
 * bookmarked.
 * Models: etcd's watch guarantees "Reliable" and "Resumable"; apiserver/pkg/storage/cacher
 * Not modelled: watches with selectors or of one namespace, which leave out by right.
 */
import { etcdState } from '../../cluster/store-view.ts';
import { storedAs } from '../../components/kube-apiserver/storage/codec.ts';
import type { World } from '../../kernel/world.ts';
import { APISERVER } from '../api-traffic.ts';
import { changesOf } from '../changes.ts';
import { always, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameIn, openedBy, openStreams, sentBy } from './watch-streams.ts';
import type { Opened, Sent } from './watch-streams.ts';

interface Stream {
  /** All revisions that changed the resource, since the monitor began. */
  readonly revisions: readonly number[];
  /** Of the next one to be sent. */
  next: number;
}

const isWhole = ({ request: { namespace, options } }: Opened): boolean =>
  namespace === undefined && options?.fieldSelector === undefined && options?.labelSelector === undefined;

const firstAfter = (revisions: readonly number[], from: number): number => {
  let [low, high] = [0, revisions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((revisions[middle] as number) > from) high = middle;
    else low = middle + 1;
  }
  return low;
};

const judge = (stream: Stream, { event, revision }: Sent): Verdict => {
  const expected = stream.revisions[stream.next];
  if (event.type === 'BOOKMARK') {
    return expected === undefined || expected > revision ? 'pass' : violation('gap', `A bookmark at revision ${revision} was sent before the change of revision ${expected}.`);
  }
  if (expected !== undefined && expected < revision) return violation('gap', `${event.type} of ${nameIn(event.object)} at revision ${revision} was sent; the change of revision ${expected} was left out.`);
  if (expected === revision) stream.next += 1;
  return 'pass';
};

export const watchReliable = always({
  id: 'watch.reliable',
  statement: 'A watch of a whole resource from a revision on sends every later change, none left out.',
  source: 'etcd: watch API guarantees (Reliable, Resumable)',
}, () => {
  const written = new Map<string, number[]>();
  const streams = new Map<string, Stream>();
  let sinceRevision: number | undefined;
  const revisionsOf = (resource: string): number[] => {
    const known = written.get(resource);
    if (known !== undefined) return known;
    const fresh: number[] = [];
    written.set(resource, fresh);
    return fresh;
  };
  const open = (opened: Opened): void => {
    const { fromRevision } = opened;
    if (fromRevision === undefined || fromRevision < (sinceRevision ?? 0) || !isWhole(opened)) return;
    const revisions = revisionsOf(storedAs(opened.request.resource));
    streams.set(opened.stream, { revisions, next: firstAfter(revisions, fromRevision) });
  };
  return {
    interest: { actors: [APISERVER, 'etcd'] },
    step: (world: World, record): Verdict => {
      const changes = changesOf(world, record);
      if (sinceRevision === undefined) {
        sinceRevision = etcdState(world).revision - (changes.length === 0 ? 0 : 1);
        for (const { stream, resource, isWhole: whole } of openStreams(world, record)) if (whole) streams.set(stream, { revisions: revisionsOf(resource), next: 0 });
      }
      for (const { resource, revision } of changes) revisionsOf(resource).push(revision);
      const opened = openedBy(record);
      if (opened !== undefined) open(opened);
      let verdict: Verdict;
      for (const sent of sentBy(record)) {
        const stream = streams.get(sent.stream);
        if (stream === undefined) continue;
        verdict = judge(stream, sent);
        if (verdict !== 'pass') return verdict;
      }
      return verdict;
    },
  };
});
