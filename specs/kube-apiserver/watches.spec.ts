import { describe, expect, it } from 'vitest';
import { START_MS, startBench, told } from './bench.ts';
import { bind, configMap, MAP_AT, POD_AT, pod, withAccount } from './objects.ts';

describe('watch', () => {
  it('tells the state first when it starts anywhere, and only what follows from a revision', () => {
    const bench = startBench();
    const one = bench.object({ verb: 'create', ...MAP_AT, body: configMap('one') });
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('two') });
    const any = bench.watch({ ...MAP_AT, options: { resourceVersion: '0' } });
    const from = bench.watch({ ...MAP_AT, options: { resourceVersion: one.metadata.resourceVersion ?? '' } });
    expect(told(bench.events.get(any.id) ?? [])).toEqual(['ADDED one', 'ADDED two']);
    expect(told(bench.events.get(from.id) ?? [])).toEqual(['ADDED two']);
  });

  it('tells objects that enter and leave a selector as added and deleted', () => {
    const bench = startBench();
    const watch = bench.watch({ ...MAP_AT, options: { labelSelector: 'app=x' } });
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('one', {}, { app: 'y' }) });
    const label = (app: string): unknown => bench.object({ verb: 'patch', ...MAP_AT, name: 'one', patchType: 'merge', body: { metadata: { labels: { app } } } });
    label('x');
    bench.object({ verb: 'patch', ...MAP_AT, name: 'one', patchType: 'merge', body: { data: { a: '1' } } });
    const left = label('z') as { metadata: { resourceVersion: string } };
    const events = bench.events.get(watch.id) ?? [];
    expect(told(events)).toEqual(['ADDED one', 'MODIFIED one', 'DELETED one']);
    expect(events[2]).toMatchObject({ object: { metadata: { labels: { app: 'x' }, resourceVersion: left.metadata.resourceVersion } } });
  });

  it('gives each node its own pods', () => {
    const bench = startBench();
    withAccount(bench);
    const watches = ['n1', 'n2'].map((node) => bench.watch({ resource: 'pods', options: { fieldSelector: `spec.nodeName=${node}` } }));
    bench.object({ verb: 'create', ...POD_AT, body: pod('web') });
    bind(bench, 'web', 'n2');
    bench.object({ verb: 'delete', ...POD_AT, name: 'web' });
    bench.object({ verb: 'delete', ...POD_AT, name: 'web', options: { gracePeriodSeconds: 0 } });
    expect(watches.map((watch) => told(bench.events.get(watch.id) ?? []))).toEqual([[], ['ADDED web', 'MODIFIED web', 'MODIFIED web', 'DELETED web']]);
  });

  it('follows one name', () => {
    const bench = startBench();
    const watch = bench.watch({ ...MAP_AT, options: { fieldSelector: 'metadata.name=two' } });
    for (const name of ['one', 'two']) bench.object({ verb: 'create', ...MAP_AT, body: configMap(name) });
    expect(told(bench.events.get(watch.id) ?? [])).toEqual(['ADDED two']);
  });

  it('shares one object among all watchers', () => {
    const bench = startBench();
    const watches = [bench.watch(MAP_AT), bench.watch({ resource: 'configmaps' })];
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('one') });
    const [a, b] = watches.map((watch) => (bench.events.get(watch.id) ?? [])[0]);
    expect(a).toBe(b);
  });

  it('tells the deleted object at the revision of its deletion', () => {
    const bench = startBench();
    const made = bench.object({ verb: 'create', ...MAP_AT, body: configMap('one', { a: '1' }) });
    const watch = bench.watch({ ...MAP_AT, options: { resourceVersion: made.metadata.resourceVersion ?? '' } });
    bench.ask({ verb: 'delete', ...MAP_AT, name: 'one' });
    expect(bench.events.get(watch.id)).toMatchObject([{ type: 'DELETED', object: { data: { a: '1' }, metadata: { resourceVersion: String(Number(made.metadata.resourceVersion) + 1) } } }]);
  });

  it('refuses a revision it has forgotten', () => {
    const bench = startBench({ server: { watchCacheCapacity: 2 } });
    const first = bench.object({ verb: 'create', ...MAP_AT, body: configMap('c0') });
    for (let i = 1; i < 5; i += 1) {
      bench.advance(80_000);
      bench.object({ verb: 'create', ...MAP_AT, body: configMap(`c${i}`) });
    }
    const rv = Number(first.metadata.resourceVersion);
    const watch = bench.watch({ ...MAP_AT, options: { resourceVersion: String(rv) } });
    expect(told(bench.events.get(watch.id) ?? [])).toEqual([`ERROR 410 too old resource version: ${rv} (${rv + 2})`]);
    expect(bench.ended.has(watch.id)).toBe(true);
  });

  it('sends bookmarks each minute to those who allow them', () => {
    const bench = startBench();
    const made = bench.object({ verb: 'create', ...MAP_AT, body: configMap('one') });
    const options = { resourceVersion: made.metadata.resourceVersion ?? '' };
    const [without, allowed] = [bench.watch({ ...MAP_AT, options }), bench.watch({ ...MAP_AT, options: { ...options, allowWatchBookmarks: true } })];
    bench.advance(60_000);
    expect(bench.events.get(without?.id ?? 0)).toEqual([]);
    expect(bench.events.get(allowed?.id ?? 0)).toMatchObject([{ type: 'BOOKMARK', object: { kind: 'ConfigMap', metadata: { resourceVersion: made.metadata.resourceVersion } } }]);
  });

  it('ends after the time asked for, or between 30 and 60 minutes', () => {
    const bench = startBench();
    const [short, long] = [bench.watch({ ...MAP_AT, options: { timeoutSeconds: 10 } }), bench.watch(MAP_AT)];
    bench.advance(10_000);
    expect([bench.ended.has(short?.id ?? 0), bench.ended.has(long?.id ?? 0)]).toEqual([true, false]);
    bench.advance(1_700_000);
    expect(bench.ended.has(long?.id ?? 0)).toBe(false);
    bench.advance(1_900_000);
    expect(bench.ended.has(long?.id ?? 0)).toBe(true);
    expect(bench.nowMs).toBeGreaterThan(START_MS);
  });

  it('shows events in the words of the group they are watched in', () => {
    const bench = startBench();
    const watch = bench.watch({ resource: 'events.events.k8s.io', namespace: 'default', options: { fieldSelector: 'regarding.name=web' } });
    const body = {
      apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'web.1', namespace: 'default' }, regarding: { kind: 'Pod', name: 'web', namespace: 'default' },
      eventTime: '2026-01-01T00:00:00.000000Z', reason: 'Scheduled', note: 'Successfully assigned', action: 'Binding', type: 'Normal', reportingController: 'default-scheduler', reportingInstance: 'x',
    };
    bench.object({ verb: 'create', resource: 'events.events.k8s.io', namespace: 'default', body });
    expect(bench.events.get(watch.id)).toMatchObject([{ type: 'ADDED', object: { apiVersion: 'events.k8s.io/v1', note: 'Successfully assigned' } }]);
    expect(bench.object({ verb: 'get', resource: 'events', namespace: 'default', name: 'web.1' })).toMatchObject({ apiVersion: 'v1', message: 'Successfully assigned', involvedObject: { name: 'web' } });
  });
});
