import { describe, expect, it } from 'vitest';
import { startBench, told } from './bench.ts';
import { bind, configMap, deployment, MAP_AT, namespace, POD_AT, pod, withAccount } from './objects.ts';

const podBench = () => {
  const bench = startBench();
  withAccount(bench);
  bench.object({ verb: 'create', ...POD_AT, body: pod('web') });
  return bench;
};

describe('delete of pods', () => {
  it('removes a pod that has no node at once, after marking it', () => {
    const bench = podBench();
    const watch = bench.watch(POD_AT);
    const gone = bench.object({ verb: 'delete', ...POD_AT, name: 'web' });
    expect(gone.metadata.deletionGracePeriodSeconds).toBe(0);
    expect(told(bench.events.get(watch.id) ?? [])).toEqual(['ADDED web', 'MODIFIED web', 'DELETED web']);
  });

  it('marks a bound pod for its grace period and bumps its generation', () => {
    const bench = podBench();
    bind(bench, 'web');
    const marked = bench.object({ verb: 'delete', ...POD_AT, name: 'web' });
    expect(marked.metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30, generation: 2 });
    expect(bench.object({ verb: 'delete', ...POD_AT, name: 'web' }).metadata.resourceVersion).toBe(marked.metadata.resourceVersion);
  });

  it('lets a second delete only shorten the grace', () => {
    const bench = podBench();
    bind(bench, 'web');
    bench.object({ verb: 'delete', ...POD_AT, name: 'web' });
    const shorter = bench.object({ verb: 'delete', ...POD_AT, name: 'web', options: { gracePeriodSeconds: 5 } });
    expect(shorter.metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:05Z', deletionGracePeriodSeconds: 5, generation: 2 });
    const longer = bench.object({ verb: 'delete', ...POD_AT, name: 'web', options: { gracePeriodSeconds: 60 } });
    expect(longer.metadata.deletionGracePeriodSeconds).toBe(5);
    bench.object({ verb: 'delete', ...POD_AT, name: 'web', options: { gracePeriodSeconds: 0 } });
    expect(bench.refusal({ verb: 'get', ...POD_AT, name: 'web' }).code).toBe(404);
  });

  it('checks preconditions', () => {
    const bench = podBench();
    const found = bench.object({ verb: 'get', ...POD_AT, name: 'web' });
    expect(bench.refusal({ verb: 'delete', ...POD_AT, name: 'web', options: { preconditions: { uid: 'x' } } })).toMatchObject({
      code: 409, message: `Operation cannot be fulfilled on Pod "web": the UID in the precondition (x) does not match the UID in record (${found.metadata.uid}). `
        + 'The object might have been deleted and then recreated',
    });
    bench.object({ verb: 'delete', ...POD_AT, name: 'web', options: { preconditions: { uid: found.metadata.uid ?? '' } } });
  });
});

describe('finalizers', () => {
  it('hold a deleted object until the last one is gone', () => {
    const bench = startBench();
    bench.object({ verb: 'create', ...MAP_AT, body: { ...(configMap('one') as object), metadata: { name: 'one', finalizers: ['example.com/hold'] } } });
    const marked = bench.object({ verb: 'delete', ...MAP_AT, name: 'one' });
    expect(marked.metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0 });
    const watch = bench.watch(MAP_AT);
    bench.object({ verb: 'patch', ...MAP_AT, name: 'one', patchType: 'merge', body: { metadata: { finalizers: null } } });
    expect(bench.refusal({ verb: 'get', ...MAP_AT, name: 'one' }).code).toBe(404);
    expect(told(bench.events.get(watch.id) ?? [])).toEqual(['ADDED one', 'DELETED one']);
  });

  it('come with the propagation policy', () => {
    const bench = startBench();
    const at = { resource: 'deployments.apps', namespace: 'default' };
    for (const name of ['fore', 'orphan', 'back']) bench.object({ verb: 'create', ...at, body: deployment(name) });
    expect(bench.object({ verb: 'delete', ...at, name: 'fore', options: { propagationPolicy: 'Foreground' } }).metadata).toMatchObject({ finalizers: ['foregroundDeletion'], generation: 2 });
    expect(bench.object({ verb: 'delete', ...at, name: 'orphan', options: { propagationPolicy: 'Orphan' } }).metadata.finalizers).toEqual(['orphan']);
    expect(bench.ask({ verb: 'delete', ...at, name: 'back', options: { propagationPolicy: 'Background' } })).toMatchObject({
      kind: 'done', status: { status: 'Success', details: { name: 'back', group: 'apps', kind: 'deployments' } },
    });
  });
});

describe('namespaces', () => {
  it('terminate first, and go with their last finalizer', () => {
    const bench = startBench();
    const at = { resource: 'namespaces', name: 'team' };
    bench.object({ verb: 'create', resource: 'namespaces', body: namespace('team') });
    const going = bench.object({ verb: 'delete', ...at });
    expect(going).toMatchObject({ status: { phase: 'Terminating' }, spec: { finalizers: ['kubernetes'] }, metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
    bench.object({ verb: 'update', ...at, subresource: 'finalize', body: { ...going, spec: { finalizers: [] } } });
    expect(bench.refusal({ verb: 'get', ...at }).code).toBe(404);
  });

  it('of the system stay', () => {
    const bench = startBench();
    expect(bench.refusal({ verb: 'delete', resource: 'namespaces', name: 'kube-system' }).message)
      .toBe('namespaces "kube-system" is forbidden: this namespace may not be deleted');
  });
});

describe('deletecollection', () => {
  it('deletes what the selector takes and answers what it was', () => {
    const bench = startBench();
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('a', {}, { app: 'x' }) });
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('b', {}, { app: 'y' }) });
    expect(bench.ask({ verb: 'deletecollection', ...MAP_AT, options: { labelSelector: 'app=x' } })).toMatchObject({ kind: 'list', list: { items: [{ metadata: { name: 'a' } }] } });
    expect(bench.ask({ verb: 'list', ...MAP_AT })).toMatchObject({ list: { items: [{ metadata: { name: 'b' } }] } });
  });
});
