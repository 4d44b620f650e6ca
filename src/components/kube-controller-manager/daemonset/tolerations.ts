/**
 * The tolerations that every daemon pod is given.
 * Models: pkg/controller/daemon/util/daemonset_util.go AddOrUpdateDaemonPodTolerations; pkg/apis/core/v1/helper/helpers.go
 *   AddOrUpdateTolerationInPodSpec
 */
import { memoised } from '../../../base/memo.ts';
import type { PodSpec, Toleration } from '../../../api/types.ts';

const exists = (key: string, effect: string): Toleration => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect });

/** A daemon pod is neither evicted by a node's trouble nor kept away by it. */
const DAEMON_TOLERATIONS: readonly Toleration[] = [
  exists('not-ready', 'NoExecute'), exists('unreachable', 'NoExecute'), exists('disk-pressure', 'NoSchedule'),
  exists('memory-pressure', 'NoSchedule'), exists('pid-pressure', 'NoSchedule'), exists('unschedulable', 'NoSchedule'),
];
const HOST_NETWORK_TOLERATION = exists('network-unavailable', 'NoSchedule');

const same = (a: Toleration, b: Toleration): boolean =>
  (a.key ?? '') === (b.key ?? '') && (a.effect ?? '') === (b.effect ?? '') && (a.operator ?? '') === (b.operator ?? '') && (a.value ?? '') === (b.value ?? '');

const withToleration = (tolerations: readonly Toleration[], toleration: Toleration): readonly Toleration[] =>
  (tolerations.some((one) => same(one, toleration))
    ? tolerations.map((one) => (same(one, toleration) ? toleration : one))
    : [...tolerations, toleration]);

/** Why memoised: every node of every sync asks. */
export const daemonTolerations = memoised((spec: PodSpec): readonly Toleration[] => {
  const added = spec.hostNetwork === true ? [...DAEMON_TOLERATIONS, HOST_NETWORK_TOLERATION] : DAEMON_TOLERATIONS;
  return added.reduce(withToleration, spec.tolerations ?? []);
});
