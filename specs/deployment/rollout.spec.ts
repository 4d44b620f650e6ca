/** Whole rollouts by the Deployment and ReplicaSet controllers together, over caches that never lag. */
import { describe, expect, it } from 'vitest';
import type { Deployment, Pod, ReplicaSet } from '../../src/api/types.ts';
import { typedReplicaSetController } from '../../src/components/kube-controller-manager/replicaset/replicaset-controller.ts';
import { readySince } from '../replicaset/cluster.ts';
import { controller, deployment, nameOf, recreate, template } from './deployments.ts';
import type { TinyApi } from './tiny-api.ts';
import { tinyApi } from './tiny-api.ts';

const replicaSets = typedReplicaSetController();
const NEW = nameOf('nginx:2');
const OLD = nameOf('nginx:1');

interface Bounds {
  most: number;
  fewestAvailable: number;
}

const watch = (api: TinyApi, bounds: Bounds): void => {
  const pods = api.objects<Pod>('pods');
  bounds.most = Math.max(bounds.most, pods.length);
  bounds.fewestAvailable = Math.min(bounds.fewestAvailable, pods.filter((one) => one.status?.phase === 'Running').length);
};

const withStatus = (one: Pod): Pod => ({ ...one, status: readySince('2023-11-14T22:00:00Z') });
const respecified = (d: Deployment, spec: Partial<Deployment['spec']>): Deployment =>
  ({ ...d, metadata: { ...d.metadata, generation: (d.metadata.generation ?? 0) + 1 }, spec: { ...d.spec, ...spec } });

/** Lets the controllers act in turn; one more pod becomes ready each time. */
const run = (api: TinyApi, ready: (pod: Pod) => boolean = () => true): Bounds => {
  const bounds: Bounds = { most: 0, fewestAvailable: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 60; round += 1) {
    api.settle(controller, 'deployments.apps');
    api.settle(replicaSets, 'replicasets.apps');
    watch(api, bounds);
    const next = api.objects<Pod>('pods').find((one) => one.status?.phase !== 'Running' && ready(one));
    if (next !== undefined) api.put('pods', withStatus(next));
  }
  return bounds;
};

const begin = (d: Deployment): TinyApi => {
  const api = tinyApi();
  api.put('deployments.apps', d);
  run(api);
  api.sizes.length = 0;
  return api;
};

const change = (api: TinyApi, spec: Partial<Deployment['spec']>): void => {
  const [d] = api.objects<Deployment>('deployments.apps');
  if (d !== undefined) api.put('deployments.apps', respecified(d, spec));
};

const sizesOf = (api: TinyApi): Readonly<Record<string, number>> =>
  Object.fromEntries(api.objects<ReplicaSet>('replicasets.apps').map((rs) => [rs.metadata.name, rs.spec.replicas ?? 0]));
const reasonsOf = (api: TinyApi): readonly string[] =>
  (api.objects<Deployment>('deployments.apps')[0]?.status?.conditions ?? []).map((condition) => `${condition.type}=${condition.status} ${condition.reason ?? ''}`);

describe('deployment.rollout', () => {
  it('four replicas roll one by one, growing before shrinking, as the real controllers did', () => {
    const api = begin(deployment(4));
    change(api, { template: template('nginx:2') });
    const bounds = run(api);
    expect(api.sizes).toEqual([`${NEW}=1`, `${OLD}=3`, `${NEW}=2`, `${OLD}=2`, `${NEW}=3`, `${OLD}=1`, `${NEW}=4`, `${OLD}=0`]);
    expect(reasonsOf(api)).toEqual(['Available=True MinimumReplicasAvailable', 'Progressing=True NewReplicaSetAvailable']);
    expect(bounds).toEqual({ most: 5, fewestAvailable: 3 });
  });

  it.each([[10, '25%', '25%', 13, 8], [10, 0, 3, 10, 7], [10, 3, 0, 13, 10], [3, '100%', 0, 6, 3], [1, 1, 0, 2, 1]])(
    'of %i with maxSurge %s and maxUnavailable %s there are never more than %i pods nor fewer than %i available', (replicas, surge, unavailable, most, fewest) => {
      const api = begin(deployment(replicas, { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } } } }));
      change(api, { template: template('nginx:2') });
      const bounds = run(api);
      expect(bounds.most).toBeLessThanOrEqual(most);
      expect(bounds.fewestAvailable).toBeGreaterThanOrEqual(fewest);
      expect(sizesOf(api)).toEqual({ [OLD]: 0, [NEW]: replicas });
    });

  it('a rollout whose pods never become ready stops short, and a rollback ends it', () => {
    const api = begin(deployment(4));
    change(api, { template: template('nginx:2') });
    run(api, (pod) => pod.spec.containers[0]?.image !== 'nginx:2');
    expect(sizesOf(api)).toEqual({ [OLD]: 3, [NEW]: 2 });
    change(api, { template: template('nginx:1') });
    run(api);
    expect(sizesOf(api)).toEqual({ [OLD]: 4, [NEW]: 0 });
    const old = api.objects<ReplicaSet>('replicasets.apps').find((rs) => rs.metadata.name === OLD);
    expect(old?.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' });
  });

  it('scaling in the middle of a rollout keeps the proportions', () => {
    const api = begin(deployment(10));
    change(api, { template: template('nginx:2') });
    run(api, (pod) => pod.spec.containers[0]?.image !== 'nginx:2');
    expect(sizesOf(api)).toEqual({ [OLD]: 8, [NEW]: 5 });
    change(api, { replicas: 20 });
    run(api, (pod) => pod.spec.containers[0]?.image !== 'nginx:2');
    expect(sizesOf(api)).toEqual({ [OLD]: 15, [NEW]: 10 });
  });

  it('recreate never has old and new pods together', () => {
    const api = begin(deployment(3, { spec: recreate }));
    change(api, { template: template('nginx:2') });
    const bounds = run(api);
    expect(api.sizes).toEqual([`${OLD}=0`, `${NEW}=3`]);
    expect(bounds.most).toBe(3);
  });

  it('a rollout takes only the history that it is allowed to keep', () => {
    const api = begin(deployment(2, { spec: { revisionHistoryLimit: 1 } }));
    for (const image of ['nginx:2', 'nginx:3']) {
      change(api, { template: template(image) });
      run(api);
    }
    expect(sizesOf(api)).toEqual({ [NEW]: 0, [nameOf('nginx:3')]: 2 });
  });
});
