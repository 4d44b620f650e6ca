import { describe, expect, it } from 'vitest';
import { startBench, told } from './bench.ts';

const configMap = (name: string, data: Record<string, string> = {}): unknown => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

describe('kube-apiserver verbs', () => {
  it('creates, gets, lists, watches, updates and deletes', () => {
    const bench = startBench();
    const at = { resource: 'configmaps', namespace: 'default' };
    const watch = bench.watch(at);
    const made = bench.object({ verb: 'create', ...at, body: configMap('one', { a: '1' }) });
    expect(made.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(bench.object({ verb: 'get', ...at, name: 'one' })).toEqual(made);
    const list = bench.ask({ verb: 'list', ...at });
    expect(list).toMatchObject({ kind: 'list', list: { kind: 'ConfigMapList', items: [made] } });
    const updated = bench.object({ verb: 'update', ...at, name: 'one', body: { ...made, data: { a: '2' } } });
    expect(Number(updated.metadata.resourceVersion)).toBeGreaterThan(Number(made.metadata.resourceVersion));
    expect(bench.object({ verb: 'update', ...at, name: 'one', body: updated })).toBe(updated);
    expect(bench.ask({ verb: 'delete', ...at, name: 'one' })).toMatchObject({ kind: 'done', status: { status: 'Success', details: { name: 'one', kind: 'configmaps' } } });
    expect(bench.refusal({ verb: 'get', ...at, name: 'one' })).toMatchObject({ code: 404, message: 'configmaps "one" not found' });
    expect(told(bench.events.get(watch.id) ?? [])).toEqual(['ADDED one', 'MODIFIED one', 'DELETED one']);
  });
});
