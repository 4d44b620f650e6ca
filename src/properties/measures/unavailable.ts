/**
 * unavailable: how much simulated time passes while some Deployment that updates by rolling has fewer ready pods than it has promised. It promises
 * replicas - maxUnavailable from the moment on at which it has so many; when it is asked for less, or scaled down, it promises that much less. So
 * coming up for the first time and scaling up do not count, nor does what a deleted Deployment no longer has.
 * Models: docs, Deployments, "Max Unavailable"
 * Not modelled: minReadySeconds; a ready pod counts as available.
 */
import { isPodReady } from '../../api/pod-helpers.ts';
import type { Deployment } from '../../api/types.ts';
import type { World } from '../../kernel/world.ts';
import { changesOf } from '../changes.ts';
import type { StoreIndex } from '../store-index.ts';
import { storeIndex } from '../store-index.ts';
import { activePodsOf, isRolling, replicaSetsOf, rolloutLimits } from '../workloads/owned.ts';
import type { Measure } from './measure.ts';

const readyPodsOf = (index: StoreIndex, deployment: Deployment): number =>
  replicaSetsOf(index, deployment).reduce((sum, one) => sum + activePodsOf(index, one).filter(isPodReady).length, 0);

/** Whether the Deployment has fewer ready pods than promised. Brings its promise up to date. */
const isBelow = (index: StoreIndex, deployment: Deployment, promises: Map<string, number>): boolean => {
  const uid = deployment.metadata.uid ?? '';
  const ready = readyPodsOf(index, deployment);
  const { fewest } = rolloutLimits(deployment);
  const known = promises.get(uid) ?? 0;
  const promised = ready >= fewest ? fewest : Math.min(known, fewest);
  promises.set(uid, promised);
  return ready < promised;
};

const isAnyBelow = (world: World, promises: Map<string, number>): boolean => {
  const index = storeIndex(world);
  let found = false;
  for (const object of index.all()) {
    if (object.kind === 'Deployment' && isRolling(object as Deployment) && isBelow(index, object as Deployment, promises)) found = true;
  }
  return found;
};

export const unavailable: Measure = {
  id: 'unavailable', unit: 'simulated ms', kind: 'total',
  statement: 'How long some Deployment that updates by rolling has fewer ready pods than replicas - maxUnavailable, once it has had so many.',
  gauge: (start) => {
    const promises = new Map<string, number>();
    let sinceMs = isAnyBelow(start, promises) ? start.nowMs : undefined;
    let totalMs = 0;
    const upTo = (nowMs: number): number => totalMs + (sinceMs === undefined ? 0 : nowMs - sinceMs);
    return {
      interest: { resources: ['deployments.apps', 'replicasets.apps', 'pods'] },
      step: (world, record) => {
        if (changesOf(world, record).length === 0) return;
        totalMs = upTo(world.nowMs);
        sinceMs = isAnyBelow(world, promises) ? world.nowMs : undefined;
      },
      value: (world) => upTo(world.nowMs),
    };
  },
};
