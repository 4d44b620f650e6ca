import { describe, expect, it } from 'vitest';
import type { ObjectList } from '../../src/protocol/api.ts';
import type { Bench } from './bench.ts';
import { startBench } from './bench.ts';
import { configMap, MAP_AT } from './objects.ts';

const three = (): Bench => {
  const bench = startBench();
  for (const name of ['a', 'b', 'c']) bench.object({ verb: 'create', ...MAP_AT, body: configMap(name, {}, { app: name === 'b' ? 'x' : 'y' }) });
  return bench;
};

const listed = (bench: Bench, options: Readonly<Record<string, unknown>>): ObjectList => {
  const answer = bench.ask({ verb: 'list', ...MAP_AT, options });
  if (answer.kind !== 'list') throw new Error(JSON.stringify(answer));
  return answer.list;
};

const names = (list: ObjectList): readonly string[] => list.items.map((item) => item.metadata.name);

describe('list', () => {
  it('selects by labels and fields', () => {
    const bench = three();
    expect(names(listed(bench, { labelSelector: 'app=y' }))).toEqual(['a', 'c']);
    expect(names(listed(bench, { fieldSelector: 'metadata.name!=a', labelSelector: 'app in (y)' }))).toEqual(['c']);
    expect(bench.refusal({ verb: 'list', ...MAP_AT, options: { fieldSelector: 'data.a=1' } })).toMatchObject({ code: 400 });
  });

  it('pages, at the revision of the first page', () => {
    const bench = three();
    const first = listed(bench, { limit: 2 });
    expect([names(first), first.metadata.remainingItemCount]).toEqual([['a', 'b'], 1]);
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('d') });
    const rest = listed(bench, { limit: 2, continue: first.metadata.continue });
    expect([names(rest), rest.metadata.continue, rest.metadata.resourceVersion]).toEqual([['c'], undefined, first.metadata.resourceVersion]);
  });

  it('reads an exact revision', () => {
    const bench = three();
    const { resourceVersion } = listed(bench, {}).metadata;
    bench.ask({ verb: 'delete', ...MAP_AT, name: 'a' });
    expect(names(listed(bench, { resourceVersion, resourceVersionMatch: 'Exact' }))).toEqual(['a', 'b', 'c']);
  });

  it('waits until its cache is as fresh as etcd, and then answers from it', () => {
    const bench = three();
    bench.hold = (message) => message.channel === 'watch/configmaps';
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('d') });
    const id = bench.send({ verb: 'list', ...MAP_AT });
    const stale = listed(bench, { resourceVersion: '0' });
    expect([bench.answers.has(id), names(stale)]).toEqual([false, ['a', 'b', 'c']]);
    bench.release();
    expect(bench.answers.get(id)).toMatchObject({ kind: 'list', list: { items: [{}, {}, {}, {}] } });
  });

  it('goes to etcd when the cache does not catch up in three seconds', () => {
    const bench = three();
    bench.hold = (message) => message.channel === 'watch/configmaps';
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('d') });
    const id = bench.send({ verb: 'list', ...MAP_AT });
    bench.advance(3000);
    expect(bench.answers.get(id)).toMatchObject({ kind: 'list', list: { items: [{}, {}, {}, {}] } });
  });

  it('refuses a revision that does not come', () => {
    const bench = three();
    const current = Number(listed(bench, {}).metadata.resourceVersion);
    const id = bench.send({ verb: 'list', ...MAP_AT, options: { resourceVersion: String(current + 100) } });
    bench.advance(3000);
    expect(bench.answers.get(id)).toMatchObject({
      kind: 'refused', code: 504, status: { reason: 'Timeout', message: `Timeout: Too large resource version: ${current + 100}, current: ${current}` },
    });
  });

  it('refuses a revision that was compacted', () => {
    const bench = startBench({ server: { compactionIntervalMs: 300_000 } });
    const made = bench.object({ verb: 'create', ...MAP_AT, body: configMap('a') });
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('b') });
    bench.advance(600_000);
    expect(bench.refusal({ verb: 'list', ...MAP_AT, options: { resourceVersion: made.metadata.resourceVersion ?? '', resourceVersionMatch: 'Exact' } }))
      .toMatchObject({ code: 410, reason: 'Expired', message: 'The resourceVersion for the provided list is too old.' });
  });
});
