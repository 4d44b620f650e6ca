import { describe, expect, it } from 'vitest';
import { ADMIN, startBench, told } from './bench.ts';
import { configMap, MAP_AT } from './objects.ts';

const created = (name: string) => ({ verb: 'create', ...MAP_AT, body: configMap(name) }) as const;

describe('two API servers on one etcd', () => {
  it('see one another\'s writes, each when its watch has told it', () => {
    const bench = startBench({ servers: ['api-1', 'api-2'] });
    bench.hold = (message) => message.to === 'api-2' && message.channel === 'watch/configmaps';
    bench.ask(created('one'), ADMIN, 'api-1');
    const stale = { verb: 'list', ...MAP_AT, options: { resourceVersion: '0' } } as const;
    expect(bench.ask(stale, ADMIN, 'api-1')).toMatchObject({ list: { items: [{}] } });
    expect(bench.ask(stale, ADMIN, 'api-2')).toMatchObject({ list: { items: [] } });
    expect(bench.ask({ verb: 'get', ...MAP_AT, name: 'one' }, ADMIN, 'api-2')).toMatchObject({ kind: 'object' });
    bench.release();
    expect(bench.ask(stale, ADMIN, 'api-2')).toMatchObject({ list: { items: [{}] } });
  });

  it('refuse the same name twice', () => {
    const bench = startBench({ servers: ['api-1', 'api-2'] });
    bench.hold = (message) => message.channel === 'watch/configmaps';
    bench.ask(created('one'), ADMIN, 'api-1');
    expect(bench.ask(created('one'), ADMIN, 'api-2')).toMatchObject({ code: 409 });
  });
});

describe('a broken connection to a client', () => {
  it('takes the answers with it, so that the next incarnation is not told of the last one\'s requests', () => {
    const bench = startBench();
    bench.hold = (message) => message.from === 'etcd' && message.channel === 'kv';
    const before = bench.send(created('one'));
    bench.step('kube-apiserver', { kind: 'disconnected', peer: 'client', channel: 'api' });
    const after = bench.send(created('two'));
    bench.hold = undefined;
    bench.release();
    expect(bench.answers.has(before)).toBe(false);
    expect(bench.answers.get(after)).toMatchObject({ kind: 'object', code: 201 });
    expect(bench.refusal(created('one')).code).toBe(409);
  });
});

describe('a broken connection to etcd', () => {
  it('leaves the outcome of what was under way unknown', () => {
    const bench = startBench();
    bench.hold = (message) => message.from === 'etcd' && message.channel === 'kv';
    const id = bench.send(created('one'));
    bench.step('kube-apiserver', { kind: 'disconnected', peer: 'etcd', channel: 'kv' });
    bench.settle();
    expect(bench.answers.get(id)).toMatchObject({ kind: 'refused', code: 500, status: { message: 'etcdserver: request timed out' } });
    bench.hold = undefined;
    expect(bench.refusal(created('one')).code).toBe(409);
  });

  it('lets the cache resume from where it stood', () => {
    const bench = startBench();
    const watch = bench.watch(MAP_AT);
    bench.step('etcd', { kind: 'disconnected', peer: 'kube-apiserver', channel: 'watch/configmaps' });
    bench.step('kube-apiserver', { kind: 'disconnected', peer: 'etcd', channel: 'watch/configmaps' });
    bench.object(created('one'));
    expect(told(bench.events.get(watch.id) ?? [])).toEqual([]);
    bench.advance(1000);
    expect(told(bench.events.get(watch.id) ?? [])).toEqual(['ADDED one']);
  });

  it('ends all streams and lists anew when what was missed is compacted', () => {
    const bench = startBench();
    const watch = bench.watch(MAP_AT);
    bench.step('kube-apiserver', { kind: 'message', from: 'etcd', channel: 'watch/configmaps', body: {
      kind: 'etcd-watch-end', watchId: 'configmaps', code: 'compacted', message: 'etcdserver: mvcc: required revision has been compacted', compactRevision: 3,
    } });
    expect(bench.ask({ verb: 'watch', ...MAP_AT })).toMatchObject({ code: 429, status: { message: 'storage is (re)initializing' } });
    expect(bench.ended.has(watch.id)).toBe(true);
    expect(bench.ask({ verb: 'list', ...MAP_AT })).toMatchObject({ kind: 'list' });
  });
});

describe('start', () => {
  it('keeps requests waiting until every cache has listed', () => {
    const bench = startBench({ hold: (message) => message.from === 'etcd' && message.to === 'kube-apiserver' });
    const id = bench.send({ verb: 'list', resource: 'namespaces', options: { resourceVersion: '0' } });
    expect(bench.answers.has(id)).toBe(false);
    bench.release();
    expect(bench.answers.get(id)).toMatchObject({ list: { items: [{}, {}, {}, {}] } });
  });

  it('serves an empty etcd', () => {
    const bench = startBench({ bootstrap: false });
    expect(bench.ask({ verb: 'list', resource: 'namespaces' })).toMatchObject({ list: { items: [] } });
  });
});

describe('events', () => {
  it('share a lease and are gone after an hour', () => {
    const bench = startBench();
    const at = { resource: 'events', namespace: 'default' } as const;
    for (const name of ['a', 'b']) bench.object({ verb: 'create', ...at, body: { apiVersion: 'v1', kind: 'Event', metadata: { name }, involvedObject: {}, reason: 'R', message: 'm', type: 'Normal' } });
    bench.advance(3_500_000);
    expect(bench.ask({ verb: 'list', ...at })).toMatchObject({ list: { items: [{}, {}] } });
    bench.advance(200_000);
    expect(bench.ask({ verb: 'list', ...at })).toMatchObject({ list: { items: [] } });
  });
});

describe('a server that lags behind what the client has seen', () => {
  it('tells it nothing that it knows already', () => {
    const bench = startBench({ servers: ['api-1', 'api-2'] });
    bench.hold = (message) => message.to === 'api-1' && message.channel === 'watch/configmaps';
    bench.ask(created('one'), ADMIN, 'api-2');
    const two = bench.ask(created('two'), ADMIN, 'api-2') as unknown as { object: { metadata: { resourceVersion: string } } };
    const watch = bench.watch({ ...MAP_AT, options: { resourceVersion: two.object.metadata.resourceVersion } });
    bench.release();
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('three') });
    expect(told(bench.events.get(watch.id) ?? [])).toEqual(['ADDED three']);
  });
});
