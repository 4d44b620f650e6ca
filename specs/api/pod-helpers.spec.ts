import { describe, expect, it } from 'vitest';
import { controllerOf, findPort, isPodActive, isPodAvailable, isPodReady, isPodTerminating, ownerReference, podTemplateHash, qosClassOf } from '../../src/api/pod-helpers.ts';
import { nonZeroPodRequests, podRequests } from '../../src/api/pod-requests.ts';
import type { Pod } from '../../src/api/types.ts';

const pod = (spec: Partial<Pod['spec']>, status: Pod['status'] = {}): Pod => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec }, status,
});

describe('pod helpers', () => {
  it('a pod is available once it has been ready long enough', () => {
    const ready = pod({}, { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '1970-01-01T00:00:10Z' }] });
    expect(isPodReady(ready)).toBe(true);
    expect(isPodAvailable(ready, 0, 0)).toBe(true);
    expect(isPodAvailable(ready, 5, 14_999)).toBe(false);
    expect(isPodAvailable(ready, 5, 15_000)).toBe(true);
  });
  it('a finished pod is neither active nor terminating', () => {
    const done = pod({}, { phase: 'Succeeded' });
    expect([isPodActive(done), isPodTerminating(done)]).toEqual([false, false]);
    const going: Pod = { ...pod({}), metadata: { name: 'p', deletionTimestamp: '1970-01-01T00:00:00Z' } };
    expect([isPodActive(going), isPodTerminating(going)]).toEqual([false, true]);
  });
  it('requests are the containers plus sidecars, or the largest init step', () => {
    const asks = (cpu: string, memory: string): { resources: { requests: Record<string, string> } } => ({ resources: { requests: { cpu, memory } } });
    const p = pod({
      containers: [{ name: 'a', image: 'i', ...asks('100m', '1Mi') }, { name: 'b', image: 'i', resources: { requests: { cpu: '200m', 'example.com/gpu': '2' } } }],
      initContainers: [{ name: 's', image: 'i', restartPolicy: 'Always', ...asks('50m', '1Mi') }, { name: 'i', image: 'i', ...asks('1', '1Mi') }],
      overhead: { cpu: '10m' },
    });
    expect(podRequests(p)).toEqual({ cpu: 1060, memory: 2 * 1024 * 1024, pods: 1, scalar: new Map([['example.com/gpu', 2]]) });
  });
  it('scoring assumes 100m and 200Mi of a container that asks for nothing', () => {
    expect(nonZeroPodRequests(pod({}))).toEqual({ cpu: 100, memory: 209715200, pods: 1, scalar: new Map() });
    expect(podRequests(pod({}))).toEqual({ cpu: 0, memory: 0, pods: 1, scalar: new Map() });
  });
  it('tells the quality of service', () => {
    const both = { cpu: '1', memory: '1Gi' };
    expect(qosClassOf(pod({}))).toBe('BestEffort');
    expect(qosClassOf(pod({ containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] }))).toBe('Burstable');
    expect(qosClassOf(pod({ containers: [{ name: 'c', image: 'i', resources: { requests: both, limits: both } }] }))).toBe('Guaranteed');
  });
  it('finds a named port', () => {
    const p = pod({ containers: [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] }] });
    expect(findPort(p, 'http')).toBe(8080);
    expect(findPort(p, 'grpc')).toBeUndefined();
    expect(findPort(p, 81)).toBe(81);
  });
  it('owns what it makes', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'rs', uid: 'u' } };
    const owned: Pod = { ...pod({}), metadata: { name: 'p', ownerReferences: [ownerReference(owner)] } };
    expect(controllerOf(owned)).toEqual({ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'u', controller: true, blockOwnerDeletion: true });
  });
  it('the template hash ignores its own label and key order, and moves with the collision count', () => {
    const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const labelled = { spec: { containers: [{ image: 'i', name: 'c' }] }, metadata: { labels: { 'pod-template-hash': 'abc', app: 'x' } } };
    expect(podTemplateHash(template)).toBe(podTemplateHash(labelled));
    expect(podTemplateHash(template, 1)).not.toBe(podTemplateHash(template));
  });
});
