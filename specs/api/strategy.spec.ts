import { describe, expect, it } from 'vitest';
import type { UnknownObject } from '../../src/api/object.ts';
import { allResources } from '../../src/api/resources.ts';
import { carryOver, fillSystemFields, strategyOf } from '../../src/api/strategy.ts';
import { base64 } from '../../src/api/strategy/core.ts';

const containers = [{ name: 'c', image: 'i' }];
const object = (apiVersion: string, kind: string, rest: object): UnknownObject => ({ apiVersion, kind, metadata: { name: 'x', namespace: 'default', uid: 'u' }, ...rest });

describe('strategies', () => {
  it('every stored resource has one', () => {
    for (const info of allResources) expect(strategyOf(info.id).validateCreate).toBeTypeOf('function');
    expect(strategyOf('things.example.com').allowUnconditionalUpdate).toBe(true);
  });
  it('a new pod is Pending, of generation 1, with its quality of service', () => {
    expect(strategyOf('pods').prepareForCreate(object('v1', 'Pod', { spec: { containers }, status: { phase: 'Running' } }), {}))
      .toMatchObject({ metadata: { generation: 1 }, status: { phase: 'Pending', qosClass: 'BestEffort' } });
  });
  it('a spec write keeps the status and moves the generation only with the spec', () => {
    const strategy = strategyOf('replicasets.apps');
    const before = { ...object('apps/v1', 'ReplicaSet', { spec: { replicas: 1 }, status: { replicas: 1 } }), metadata: { name: 'x', generation: 3 } };
    expect(strategy.prepareForUpdate({ ...before, spec: { replicas: 2 }, status: {} } as UnknownObject, before, {})).toMatchObject({ metadata: { generation: 4 }, status: { replicas: 1 } });
    expect(strategy.prepareForUpdate({ ...before, metadata: { name: 'x', labels: { a: 'b' } } } as UnknownObject, before, {})).toMatchObject({ metadata: { generation: 3 } });
  });
  it('a status write keeps the spec and the generation', () => {
    const before = { ...object('apps/v1', 'ReplicaSet', { spec: { replicas: 1 } }), metadata: { name: 'x', generation: 3 } };
    const now = { ...object('apps/v1', 'ReplicaSet', { spec: { replicas: 9 }, status: { replicas: 1 } }), metadata: { name: 'x', generation: 7 } };
    expect(strategyOf('replicasets.apps').prepareForStatusUpdate(now, before)).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 1 }, metadata: { generation: 3 } });
  });
  it('a Job without labels has those of its template, the generated ones included; one with labels keeps its own', () => {
    const labelsOf = (labels: Record<string, string> | undefined): unknown => {
      const job = { ...object('batch/v1', 'Job', { spec: { template: { spec: { containers } } } }) };
      const made = { ...job, metadata: { ...job.metadata, ...(labels === undefined ? {} : { labels }) } };
      return strategyOf('jobs.batch').prepareForCreate(made, {}).metadata.labels;
    };
    expect(labelsOf(undefined)).toEqual({ 'batch.kubernetes.io/controller-uid': 'u', 'batch.kubernetes.io/job-name': 'x', 'controller-uid': 'u', 'job-name': 'x' });
    expect(labelsOf({ own: 'yes' })).toEqual({ own: 'yes' });
  });

  it('a Job selects its own pods', () => {
    const job = strategyOf('jobs.batch').prepareForCreate(object('batch/v1', 'Job', { spec: { template: { spec: { containers } } } }), {});
    expect(job).toMatchObject({ spec: {
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } },
      template: { metadata: { labels: { 'batch.kubernetes.io/controller-uid': 'u', 'batch.kubernetes.io/job-name': 'x', 'controller-uid': 'u', 'job-name': 'x' } } },
    } });
  });
  it('a namespace has the kubernetes finalizer and is Active', () => {
    expect(strategyOf('namespaces').prepareForCreate(object('v1', 'Namespace', {}), {})).toMatchObject({ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
  });
  it('a pod without a node, or finished, is deleted at once', () => {
    const grace = strategyOf('pods').gracefulDeletion;
    const pod = (spec: object, status: object): UnknownObject => object('v1', 'Pod', { spec: { containers, terminationGracePeriodSeconds: 30, ...spec }, status });
    expect(grace?.(pod({}, {}), {})).toBe(0);
    expect(grace?.(pod({ nodeName: 'n' }, {}), {})).toBe(30);
    expect(grace?.(pod({ nodeName: 'n' }, {}), { gracePeriodSeconds: 5 })).toBe(5);
    expect(grace?.(pod({ nodeName: 'n' }, { phase: 'Failed' }), {})).toBe(0);
    expect(strategyOf('deployments.apps').gracefulDeletion).toBeUndefined();
  });
  it('an EndpointSlice counts changes of what it says', () => {
    const before = { ...object('discovery.k8s.io/v1', 'EndpointSlice', { addressType: 'IPv4', endpoints: [], ports: [] }), metadata: { name: 'x', generation: 1 } };
    const strategy = strategyOf('endpointslices.discovery.k8s.io');
    expect(strategy.prepareForUpdate({ ...before, endpoints: [{ addresses: ['10.0.0.1'] }] } as UnknownObject, before, {}).metadata.generation).toBe(2);
    expect(strategy.prepareForUpdate({ ...before, metadata: { ...before.metadata, annotations: { a: 'b' } } } as UnknownObject, before, {}).metadata.generation).toBe(1);
  });
  it('what only the server sets comes from the server', () => {
    const fresh = fillSystemFields(object('v1', 'ConfigMap', {}), { name: 'x', namespace: 'default', uid: 'u2', creationTimestamp: '1970-01-01T00:00:00Z' });
    expect(fresh.metadata.uid).toBe('u2');
    const before = { ...fresh, metadata: { ...fresh.metadata, deletionTimestamp: '1970-01-01T00:00:05Z', generation: 2 } };
    const { uid: _uid, ...rest } = fresh.metadata;
    const now: UnknownObject = { ...fresh, metadata: { ...rest, generation: 9 } };
    expect(carryOver<UnknownObject>(now, before).metadata).toEqual(before.metadata);
  });
  it('a secret keeps its string data as base64', () => {
    expect(base64('päss')).toBe(Buffer.from('päss').toString('base64'));
    const secret = strategyOf('secrets').defaultsOf(object('v1', 'Secret', { stringData: { a: 'hello' } }));
    expect(secret).toMatchObject({ data: { a: 'aGVsbG8=' }, type: 'Opaque' });
    expect(secret).not.toHaveProperty('stringData');
  });
});
