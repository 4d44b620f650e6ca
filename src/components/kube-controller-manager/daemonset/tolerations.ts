/**
 * The tolerations that every daemon pod is given, and which taints a pod does not tolerate.
 * Models: pkg/controller/daemon/util/daemonset_util.go AddOrUpdateDaemonPodTolerations; pkg/apis/core/v1/helper/helpers.go
 *   AddOrUpdateTolerationInPodSpec, FindMatchingUntoleratedTaint; staging/src/k8s.io/api/core/v1/toleration.go ToleratesTaint
 */
import type { PodSpec, Taint, Toleration } from '../../../api/types.ts';

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

/** Why a WeakMap: a template's spec is immutable, and every node of every sync asks. */
const known = new WeakMap<PodSpec, readonly Toleration[]>();

export const daemonTolerations = (spec: PodSpec): readonly Toleration[] => {
  const cached = known.get(spec);
  if (cached !== undefined) return cached;
  const added = spec.hostNetwork === true ? [...DAEMON_TOLERATIONS, HOST_NETWORK_TOLERATION] : DAEMON_TOLERATIONS;
  const tolerations = added.reduce(withToleration, spec.tolerations ?? []);
  known.set(spec, tolerations);
  return tolerations;
};

const tolerates = (toleration: Toleration, taint: Taint): boolean => {
  if ((toleration.effect ?? '') !== '' && toleration.effect !== taint.effect) return false;
  if ((toleration.key ?? '') !== '' && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? '') {
    case '': case 'Equal': return (toleration.value ?? '') === (taint.value ?? '');
    case 'Exists': return true;
    default: return false;
  }
};

/** Whether some taint of one of the effects is not tolerated. */
export const hasUntoleratedTaint = (taints: readonly Taint[], tolerations: readonly Toleration[], effects: readonly string[]): boolean =>
  taints.some((taint) => effects.includes(taint.effect) && !tolerations.some((toleration) => tolerates(toleration, taint)));
