/**
 * scheduler.pending-progress: a pod that some node would take is bound, and soon: within two minutes of when a pod or a node last made way. (Upstream's
 * safety net, which retries unschedulable pods after five minutes, is not what a cluster should live on.) Time in which the scheduler has not started, or
 * does not lead, does not count.
 * Models: pkg/scheduler/backend/queue/scheduling_queue.go; the race lost-wake-up, #72122 #73309
 * Not modelled: preemption, affinity among pods, topology spread, ports and volumes: pods that ask for these are not judged.
 */
import type { Pod } from '../../api/types.ts';
import { MINUTE_MS } from '../../api/time.ts';
import { KUBE_SCHEDULER } from '../../cluster/create-cluster.ts';
import { readStore } from '../../cluster/store-view.ts';
import type { SchedulerState } from '../../components/kube-scheduler/state.ts';
import { makes, ownsPods } from '../applies.ts';
import { changesOf } from '../changes.ts';
import type { StoreChange } from '../changes.ts';
import { atEnd, eventually, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { bindingIn } from './bindings.ts';
import { feasibleNode, isSimplePending } from './feasible.ts';

const SOON_MS = 2 * MINUTE_MS;

/** Anything that may make room, or ask for it. A heartbeat does not. */
const movesSomething = ({ resource, before, after }: StoreChange): boolean =>
  (resource === 'pods' ? before === undefined || after === undefined || (before as Pod).status?.phase !== (after as Pod).status?.phase
    : before === undefined || after === undefined || JSON.stringify([before.metadata.labels, (before as Pod).spec]) !== JSON.stringify([after.metadata.labels, (after as Pod).spec]));

export const pendingProgress = eventually({
  id: 'scheduler.pending-progress',
  statement: 'A pod that some node would take is bound within two minutes of when a pod or a node last made way.',
  source: 'https://github.com/kubernetes/kubernetes/issues/72122',
  assumes: ['the scheduler leads, and is not cut off, meanwhile'],
  appliesTo: makes(ownsPods),
}, () => {
  let movedMs: number | undefined;
  return {
    interest: { resources: ['pods', 'nodes'], actors: [KUBE_SCHEDULER] },
    step: (world, record): Verdict => {
      if (record.actor === KUBE_SCHEDULER) {
        if (world.stateOf<SchedulerState>(KUBE_SCHEDULER).phase !== 'scheduling') movedMs = world.nowMs;
        return undefined;
      }
      let verdict: Verdict;
      for (const change of changesOf(world, record)) {
        if (change.resource !== 'pods' && change.resource !== 'nodes') continue;
        const binding = bindingIn(change);
        if (binding !== undefined && isSimplePending(change.before as Pod) && movedMs !== undefined) {
          const waitedMs = world.nowMs - movedMs;
          if (waitedMs > SOON_MS) return violation('left waiting', `Pod ${nameOf(binding.pod)} was bound ${Math.round(waitedMs / 1000)} s after anything had last made way for it.`);
          verdict = 'pass';
        }
        if (movesSomething(change)) movedMs = world.nowMs;
      }
      return verdict;
    },
    end: (world) => atEnd(() => (readStore(world)('pods') as readonly Pod[]).filter(isSimplePending), (pod) => {
      const node = feasibleNode(world, pod);
      return node === undefined ? 'pass' : violation('never bound', `Pod ${nameOf(pod)} is not bound, although ${node.metadata.name} would take it.`);
    }).end?.(world),
  };
});
