/**
 * A DaemonSet's status, counted over nodes.
 * Models: pkg/controller/daemon/daemon_controller.go updateDaemonSetStatus, storeDaemonSetStatus
 */
import { isPodAvailable, isPodReady } from '../../../api/pod-helpers.ts';
import type { DaemonSet, DaemonSetStatus, Node } from '../../../api/types.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { isPodUpdated } from './daemon-pod.ts';
import { nodeShouldRunDaemonPod } from './node-fit.ts';
import type { NodePods } from './node-pods.ts';
import { oldestFirst } from './node-pods.ts';

export interface Counts {
  readonly desiredNumberScheduled: number;
  readonly currentNumberScheduled: number;
  readonly numberMisscheduled: number;
  readonly numberReady: number;
  readonly updatedNumberScheduled: number;
  readonly numberAvailable: number;
  readonly numberUnavailable: number;
}

/** Of several pods on a node the oldest counts. */
export const countDaemonPods = (ds: DaemonSet, nodes: readonly Node[], byNode: NodePods, hash: string, nowMs: number): Counts => {
  let [desired, current, misscheduled, ready, updated, available] = [0, 0, 0, 0, 0, 0];
  for (const node of nodes) {
    const pods = byNode.get(node.metadata.name) ?? [];
    if (!nodeShouldRunDaemonPod(node, ds).shouldRun) {
      if (pods.length > 0) misscheduled += 1;
      continue;
    }
    desired += 1;
    const pod = oldestFirst(pods)[0];
    if (pod === undefined) continue;
    current += 1;
    if (isPodReady(pod)) ready += 1;
    if (isPodAvailable(pod, ds.spec.minReadySeconds ?? 0, nowMs)) available += 1;
    if (isPodUpdated(ds, pod, hash)) updated += 1;
  }
  return {
    desiredNumberScheduled: desired, currentNumberScheduled: current, numberMisscheduled: misscheduled, numberReady: ready,
    updatedNumberScheduled: updated, numberAvailable: available, numberUnavailable: desired - available,
  };
};

export const isStatusCurrent = (ds: DaemonSet, counts: Counts): boolean => {
  const { status } = ds;
  return (status?.desiredNumberScheduled ?? 0) === counts.desiredNumberScheduled
    && (status?.currentNumberScheduled ?? 0) === counts.currentNumberScheduled
    && (status?.numberMisscheduled ?? 0) === counts.numberMisscheduled
    && (status?.numberReady ?? 0) === counts.numberReady
    && (status?.updatedNumberScheduled ?? 0) === counts.updatedNumberScheduled
    && (status?.numberAvailable ?? 0) === counts.numberAvailable
    && (status?.numberUnavailable ?? 0) === counts.numberUnavailable
    && (status?.observedGeneration ?? 0) >= (ds.metadata.generation ?? 0);
};

/** As upstream prints it: these three are left out when 0. */
const omitZero = (counts: Counts): Partial<DaemonSetStatus> => ({
  ...(counts.updatedNumberScheduled === 0 ? {} : { updatedNumberScheduled: counts.updatedNumberScheduled }),
  ...(counts.numberAvailable === 0 ? {} : { numberAvailable: counts.numberAvailable }),
  ...(counts.numberUnavailable === 0 ? {} : { numberUnavailable: counts.numberUnavailable }),
});

/** `observedGeneration`: undefined keeps what `latest` says. */
export const statusRequest = (latest: DaemonSet, counts: Counts, observedGeneration: number | undefined): ApiRequest => {
  const { updatedNumberScheduled: _u, numberAvailable: _a, numberUnavailable: _n, ...kept } = latest.status ?? {};
  const status = {
    ...kept,
    currentNumberScheduled: counts.currentNumberScheduled,
    numberMisscheduled: counts.numberMisscheduled,
    desiredNumberScheduled: counts.desiredNumberScheduled,
    numberReady: counts.numberReady,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...omitZero(counts),
  };
  return {
    verb: 'update', resource: 'daemonsets.apps', subresource: 'status', name: latest.metadata.name,
    ...(latest.metadata.namespace === undefined ? {} : { namespace: latest.metadata.namespace }),
    body: { ...latest, status },
  };
};
