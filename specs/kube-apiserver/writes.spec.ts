import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { startBench } from './bench.ts';
import { configMap, deployment, MAP_AT, namespace, POD_AT, pod, withAccount } from './objects.ts';

describe('create', () => {
  it('draws a name from generateName in the safe alphabet', () => {
    const bench = startBench();
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'web-' } };
    const first = bench.object({ verb: 'create', ...MAP_AT, body });
    const second = bench.object({ verb: 'create', ...MAP_AT, body });
    expect(first.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(second.metadata.name).not.toBe(first.metadata.name);
  });

  it('stamps seconds, a uid, and no resourceVersion in etcd', () => {
    const bench = startBench();
    const made = bench.object({ verb: 'create', ...MAP_AT, body: configMap('one') });
    expect(made.metadata.creationTimestamp).toBe('2026-01-01T00:00:00Z');
    expect(Number(made.metadata.resourceVersion)).toBeGreaterThan(0);
  });

  it('refuses a name that is taken', () => {
    const bench = startBench();
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('one') });
    expect(bench.refusal({ verb: 'create', ...MAP_AT, body: configMap('one') }))
      .toMatchObject({ code: 409, reason: 'AlreadyExists', message: 'configmaps "one" already exists' });
  });

  it('gives a drawn name up after eight tries', () => {
    const bench = startBench();
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'web-' } };
    const other = startBench();
    const names = Array.from({ length: 8 }, () => other.object({ verb: 'create', ...MAP_AT, body }).metadata.name);
    for (const name of names) bench.object({ verb: 'create', ...MAP_AT, body: configMap(name) });
    expect(bench.refusal({ verb: 'create', ...MAP_AT, body }).message)
      .toBe(`configmaps "${names[7]}" already exists, the server was not able to generate a unique name for the object`);
    expect(bench.object({ verb: 'create', ...MAP_AT, body }).metadata.name).toMatch(/^web-/);
  });

  it('refuses a namespace that is not there, and one that is going', () => {
    const bench = startBench();
    expect(bench.refusal({ verb: 'create', resource: 'configmaps', namespace: 'nowhere', body: configMap('one') }))
      .toMatchObject({ code: 404, message: 'namespaces "nowhere" not found' });
    bench.object({ verb: 'create', resource: 'namespaces', body: namespace('going') });
    bench.ask({ verb: 'delete', resource: 'namespaces', name: 'going' });
    expect(bench.refusal({ verb: 'create', resource: 'configmaps', namespace: 'going', body: configMap('one') })).toMatchObject({
      code: 403, message: 'configmaps "one" is forbidden: unable to create new content in namespace going because it is being terminated',
    });
  });

  it('refuses unknown fields only when asked to be strict', () => {
    const bench = startBench();
    const body = { ...(configMap('one') as object), colour: 'red' };
    expect(bench.refusal({ verb: 'create', ...MAP_AT, body, options: { fieldValidation: 'Strict' } })).toMatchObject({
      code: 400, message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "colour"',
    });
    expect(bench.object({ verb: 'create', ...MAP_AT, body }).metadata.name).toBe('one');
  });

  it('refuses what does not validate, in upstream\'s words', () => {
    const bench = startBench();
    const body = deployment('web', -1);
    expect(bench.refusal({ verb: 'create', resource: 'deployments.apps', namespace: 'default', body })).toMatchObject({
      code: 422, reason: 'Invalid', message: 'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    });
  });

  it('writes nothing in a dry run', () => {
    const bench = startBench();
    expect(bench.object({ verb: 'create', ...MAP_AT, body: configMap('one'), options: { dryRun: true } }).metadata.uid).toBeDefined();
    expect(bench.refusal({ verb: 'get', ...MAP_AT, name: 'one' }).code).toBe(404);
  });

  it('shares one spec among pods of one template', () => {
    const bench = startBench();
    withAccount(bench);
    const { spec } = pod('') as { readonly spec: unknown };
    const make = (): KubeObject => bench.object({ verb: 'create', ...POD_AT, body: { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'web-' }, spec } });
    const [a, b] = [make(), make()] as unknown as [{ spec: unknown; metadata: { name: string } }, { spec: unknown; metadata: { name: string } }];
    expect(b.spec).toBe(a.spec);
    expect(b.metadata.name).not.toBe(a.metadata.name);
  });
});

describe('update', () => {
  it('refuses a stale resourceVersion', () => {
    const bench = startBench();
    const made = bench.object({ verb: 'create', ...MAP_AT, body: configMap('one', { a: '1' }) });
    bench.object({ verb: 'update', ...MAP_AT, name: 'one', body: { ...made, data: { a: '2' } } });
    expect(bench.refusal({ verb: 'update', ...MAP_AT, name: 'one', body: { ...made, data: { a: '3' } } })).toMatchObject({
      code: 409, reason: 'Conflict',
      message: 'Operation cannot be fulfilled on configmaps "one": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  it('overwrites without a resourceVersion where the kind allows it', () => {
    const bench = startBench();
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('one', { a: '1' }) });
    expect(bench.object({ verb: 'update', ...MAP_AT, name: 'one', body: configMap('one', { a: '9' }) })).toMatchObject({ data: { a: '9' } });
  });

  it('keeps the revision when nothing changes', () => {
    const bench = startBench();
    const made = bench.object({ verb: 'create', ...MAP_AT, body: configMap('one', { a: '1' }) });
    const again = bench.object({ verb: 'update', ...MAP_AT, name: 'one', body: { ...made, metadata: { ...made.metadata, labels: {} } } });
    expect(again.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  });

  it('counts generations with the spec, not with the status', () => {
    const bench = startBench();
    const at = { resource: 'deployments.apps', namespace: 'default' };
    const made = bench.object({ verb: 'create', ...at, body: deployment('web') });
    expect(made.metadata.generation).toBe(1);
    const status = bench.object({ verb: 'update', ...at, name: 'web', subresource: 'status', body: { ...made, spec: {}, status: { replicas: 2 } } });
    expect(status).toMatchObject({ metadata: { generation: 1 }, status: { replicas: 2 }, spec: { replicas: 2 } });
    const scaled = bench.object({ verb: 'patch', ...at, name: 'web', patchType: 'merge', body: { spec: { replicas: 5 } } });
    expect(scaled).toMatchObject({ metadata: { generation: 2 }, status: { replicas: 2 }, spec: { replicas: 5 } });
  });

  it('refuses the wrong name and the wrong uid', () => {
    const bench = startBench();
    const made = bench.object({ verb: 'create', ...MAP_AT, body: configMap('one') });
    expect(bench.refusal({ verb: 'update', ...MAP_AT, name: 'one', body: configMap('two') }).message)
      .toBe('the name of the object (two) does not match the name on the URL (one)');
    expect(bench.refusal({ verb: 'update', ...MAP_AT, name: 'one', body: { ...made, metadata: { ...made.metadata, uid: 'other' } } }).code).toBe(409);
  });

  it('creates a Lease that is not there by PUT', () => {
    const bench = startBench();
    const at = { resource: 'leases.coordination.k8s.io', namespace: 'kube-node-lease' };
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'n1' }, spec: { holderIdentity: 'n1' } };
    expect(bench.ask({ verb: 'update', ...at, name: 'n1', body })).toMatchObject({ kind: 'object', code: 201 });
  });
});

describe('patch', () => {
  it('applies json, merge and strategic merge patches', () => {
    const bench = startBench();
    const at = { resource: 'deployments.apps', namespace: 'default', name: 'web' };
    bench.object({ verb: 'create', resource: 'deployments.apps', namespace: 'default', body: deployment('web') });
    expect(bench.object({ verb: 'patch', ...at, patchType: 'json', body: [{ op: 'replace', path: '/spec/replicas', value: 3 }] })).toMatchObject({ spec: { replicas: 3 } });
    expect(bench.object({ verb: 'patch', ...at, patchType: 'merge', body: { metadata: { labels: { a: 'b' } } } })).toMatchObject({ metadata: { labels: { a: 'b' } } });
    const strategic = bench.object({ verb: 'patch', ...at, patchType: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } } } } });
    expect(strategic).toMatchObject({ spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:2', imagePullPolicy: 'IfNotPresent' }] } } } });
  });

  it('rejects a json patch that does not apply', () => {
    const bench = startBench();
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('one') });
    expect(bench.refusal({ verb: 'patch', ...MAP_AT, name: 'one', patchType: 'json', body: [{ op: 'test', path: '/data/a', value: '1' }] }))
      .toMatchObject({ code: 422, message: 'the server rejected our request due to an error in our request' });
  });

  it('applies to the newest state even from a stale cache', () => {
    const bench = startBench();
    bench.object({ verb: 'create', ...MAP_AT, body: configMap('one', { a: '1' }) });
    bench.hold = (message) => message.channel === 'watch/configmaps';
    bench.object({ verb: 'patch', ...MAP_AT, name: 'one', patchType: 'merge', body: { data: { b: '2' } } });
    expect(bench.object({ verb: 'patch', ...MAP_AT, name: 'one', patchType: 'merge', body: { data: { c: '3' } } })).toMatchObject({ data: { a: '1', b: '2', c: '3' } });
  });
});
