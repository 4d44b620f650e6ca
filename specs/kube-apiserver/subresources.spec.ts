import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import type { Bench } from './bench.ts';
import { startBench } from './bench.ts';
import { bind, deployment, POD_AT, pod, withAccount } from './objects.ts';

const podBench = (): Bench => {
  const bench = startBench();
  withAccount(bench);
  bench.object({ verb: 'create', ...POD_AT, body: pod('web', {}, { labels: { app: 'web' } }) });
  return bench;
};

describe('pods/binding', () => {
  it('gives the pod its node and says that it is scheduled', () => {
    const bench = podBench();
    expect(bind(bench, 'web')).toMatchObject({ kind: 'done', status: { status: 'Success', code: 201 } });
    expect(bench.object({ verb: 'get', ...POD_AT, name: 'web' })).toMatchObject({
      spec: { nodeName: 'n1' }, status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
    });
  });

  it('refuses a second node', () => {
    const bench = podBench();
    bind(bench, 'web');
    expect(bind(bench, 'web', 'n2')).toMatchObject({
      code: 409, status: { message: 'Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "n1"' },
    });
  });

  it('refuses a pod that is not there, or not the one that was meant', () => {
    const bench = podBench();
    expect(bind(bench, 'none')).toMatchObject({ code: 404, status: { message: 'pods "none" not found' } });
    expect(bench.refusal({ verb: 'create', ...POD_AT, subresource: 'binding', name: 'web', body: { metadata: { name: 'web', uid: 'other' }, target: { name: 'n1' } } }).code).toBe(409);
  });
});

describe('scale', () => {
  it('reads and sets the replicas alone', () => {
    const bench = startBench();
    const at = { resource: 'deployments.apps', namespace: 'default', name: 'web', subresource: 'scale' };
    bench.object({ verb: 'create', resource: 'deployments.apps', namespace: 'default', body: deployment('web') });
    const scale = bench.object({ verb: 'get', ...at });
    expect(scale).toMatchObject({ apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas: 2 }, status: { replicas: 0, selector: 'app=web' } });
    expect(bench.object({ verb: 'patch', ...at, patchType: 'merge', body: { spec: { replicas: 4 } } })).toMatchObject({ kind: 'Scale', spec: { replicas: 4 } });
    expect(bench.refusal({ verb: 'update', ...at, body: scale })).toMatchObject({ code: 409 });
    expect(bench.object({ verb: 'get', resource: 'deployments.apps', namespace: 'default', name: 'web' })).toMatchObject({ spec: { replicas: 4 }, metadata: { generation: 2 } });
    expect(bench.refusal({ verb: 'patch', ...at, patchType: 'merge', body: { spec: { replicas: -1 } } }).message)
      .toBe('Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0');
  });
});

const evict = (bench: Bench): unknown =>
  bench.ask({ verb: 'create', ...POD_AT, subresource: 'eviction', name: 'web', body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web' } } });

const runningPod = (): Bench => {
  const bench = podBench();
  bind(bench, 'web');
  bench.object({
    verb: 'patch', ...POD_AT, name: 'web', subresource: 'status', body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
  });
  return bench;
};

const withBudget = (bench: Bench, status: Readonly<Record<string, unknown>>): void => {
  const at = { resource: 'poddisruptionbudgets.policy', namespace: 'default' };
  const made = bench.object({ verb: 'create', ...at, body: {
    apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'guard' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
  } });
  bench.object({ verb: 'update', ...at, name: 'guard', subresource: 'status', body: { ...made, status: { observedGeneration: 1, ...status } } as KubeObject });
};

describe('pods/eviction', () => {
  it('marks the pod as disrupted and deletes it gracefully', () => {
    const bench = runningPod();
    expect(evict(bench)).toMatchObject({ kind: 'done', status: { status: 'Success' } });
    const gone = bench.object({ verb: 'get', ...POD_AT, name: 'web' }) as KubeObject & { readonly status: { readonly conditions: readonly unknown[] } };
    expect(gone.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(gone.status.conditions).toContainEqual(expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' }));
  });

  it('is refused where it would violate a budget', () => {
    const bench = runningPod();
    withBudget(bench, { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 });
    expect(evict(bench)).toMatchObject({ code: 429, status: {
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: { causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget guard needs 1 healthy pods and has 1 currently' }] },
    } });
  });

  it('charges the budget', () => {
    const bench = runningPod();
    withBudget(bench, { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 });
    expect(evict(bench)).toMatchObject({ kind: 'done' });
    expect(bench.object({ verb: 'get', resource: 'poddisruptionbudgets.policy', namespace: 'default', name: 'guard' }))
      .toMatchObject({ status: { disruptionsAllowed: 0, disruptedPods: { web: '2026-01-01T00:00:00Z' } } });
  });

  it('needs no budget for a pod that has not started', () => {
    const bench = podBench();
    withBudget(bench, { disruptionsAllowed: 0 });
    expect(evict(bench)).toMatchObject({ kind: 'done' });
    expect(bench.refusal({ verb: 'get', ...POD_AT, name: 'web' }).code).toBe(404);
  });
});
