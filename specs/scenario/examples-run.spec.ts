/** The scenarios among the examples do what their comments say. */
import { join, resolve } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { controllerOf, isPodReady } from '../../src/api/pod-helpers.ts';
import type { Pod, ReplicaSet } from '../../src/api/types.ts';
import { loadScenario } from '../../src/cli/load-scenario.ts';
import { chooserNamed } from '../../src/cli/strategies.ts';
import { KUBECTL, createCluster } from '../../src/cluster/create-cluster.ts';
import { readStore, storeRevision } from '../../src/cluster/store-view.ts';
import type { KubectlState } from '../../src/components/kubectl/kubectl-actor.ts';
import type { World } from '../../src/kernel/world.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';

/** The user's pods that are not being deleted. */
const podsOf = (world: World): readonly Pod[] =>
  (readStore(world)('pods') as readonly Pod[]).filter(({ metadata }) => metadata.namespace === 'default' && metadata.deletionTimestamp === undefined);

/** Runs an example to its end, in timed order; `see` is called at every new revision of the user's part. */
const runExample = (name: string, see: (world: World, seconds: number) => void): World => {
  const loaded = loadScenario([join(resolve(import.meta.dirname, '../../examples'), name)], { nodes: undefined, seed: '1', strategy: 'timed', skipUnknown: false, namespace: undefined });
  if (isLeft(loaded)) throw new Error(JSON.stringify(loaded.left));
  const { scenario } = loaded.right;
  const world = createCluster(scenario.topology);
  let sinceMs = 0;
  let revision = 0;
  const result = runScenario(world, chooserNamed('timed', '1'), scenario, {
    until: { kind: 'settled' }, maxSteps: 100_000, maxMs: 600_000,
    onStep: (_, phase) => {
      if (phase === 'boot') sinceMs = world.nowMs;
      else if (storeRevision(world) !== revision) {
        revision = storeRevision(world);
        see(world, (world.nowMs - sinceMs) / 1000);
      }
    },
  });
  expect(result).toMatchObject({ outcome: 'reached', converged: true });
  expect(world.stateOf<KubectlState>(KUBECTL).said.filter(({ failed }) => failed)).toEqual([]);
  return world;
};

describe('examples.rolling-update', () => {
  it('keeps four pods ready through a good and a bad image, and comes back without a new ReplicaSet', () => {
    let fewest = Infinity;
    let wanted = 0;
    const waiting = new Set<string>();
    const world = runExample('rolling-update.yaml', (now, seconds) => {
      if (seconds < 30) return;
      const pods = podsOf(now);
      fewest = Math.min(fewest, pods.filter(isPodReady).length);
      wanted = Math.max(wanted, (readStore(now)('replicasets.apps') as readonly ReplicaSet[]).reduce((sum, { spec }) => sum + (spec.replicas ?? 0), 0));
      for (const pod of pods) waiting.add(pod.status?.containerStatuses?.[0]?.state?.waiting?.reason ?? '');
    });
    expect({ fewest, wanted }).toEqual({ fewest: 4, wanted: 5 });
    expect([...waiting]).toEqual(expect.arrayContaining(['ErrImagePull', 'ImagePullBackOff']));
    expect((readStore(world)('replicasets.apps') as readonly ReplicaSet[]).map(({ spec }) => spec.replicas).toSorted((a = 0, b = 0) => a - b)).toEqual([0, 0, 4]);
  });
});

describe('examples.node-maintenance', () => {
  it('adopts the pods, empties the node, and uses it again only for new pods', () => {
    const names = new Map<string, readonly string[]>();
    const world = runExample('node-maintenance.yaml', (now, seconds) => {
      const pods = podsOf(now);
      if (seconds < 30) names.set('adopted', pods.filter((pod) => controllerOf(pod)?.name === 'web').map(({ metadata }) => metadata.name));
      else if (seconds < 100) names.set('on node-1', pods.filter(({ spec }) => spec.nodeName === 'node-1').map(({ metadata }) => metadata.name));
    });
    expect(names.get('adopted')).toEqual(['web-1', 'web-2', 'web-3']);
    expect(names.get('on node-1')).toEqual([]);
    expect(podsOf(world).filter(({ spec }) => spec.nodeName === 'node-1').length).toBeGreaterThan(0);
    expect(podsOf(world)).toHaveLength(6);
  });
});
