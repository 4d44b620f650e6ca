/**
 * Whether a DaemonSet wants a pod on a node, and whether one that is there may stay.
 * Models: pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod, predicates, NewPod
 */
import type { DaemonSet, Node, PodSpec } from '../../../api/types.ts';
import { matchesRequiredNodeAffinity } from './node-affinity.ts';
import { daemonTolerations, hasUntoleratedTaint } from './tolerations.ts';

export interface NodeFit {
  /** A pod should be started if there is none. */
  readonly shouldRun: boolean;
  /** A pod that runs there already may go on. */
  readonly shouldContinueRunning: boolean;
}

const FITS: NodeFit = { shouldRun: true, shouldContinueRunning: true };
const STAYS: NodeFit = { shouldRun: false, shouldContinueRunning: true };
const UNFIT: NodeFit = { shouldRun: false, shouldContinueRunning: false };

const NO_SPEC: PodSpec = { containers: [] };

const decide = (spec: PodSpec, node: Node): NodeFit => {
  if ((spec.nodeName ?? '') !== '' && spec.nodeName !== node.metadata.name) return UNFIT;
  if (!matchesRequiredNodeAffinity(spec, node)) return UNFIT;
  const taints = node.spec.taints ?? [];
  const tolerations = daemonTolerations(spec);
  if (!hasUntoleratedTaint(taints, tolerations, ['NoExecute', 'NoSchedule'])) return FITS;
  return hasUntoleratedTaint(taints, tolerations, ['NoExecute']) ? UNFIT : STAYS;
};

/** Why: a sync asks several times for every node of the cluster, and both objects are immutable. */
const decided = new WeakMap<PodSpec, WeakMap<Node, NodeFit>>();

export const nodeShouldRunDaemonPod = (node: Node, ds: DaemonSet): NodeFit => {
  const spec = ds.spec.template.spec ?? NO_SPEC;
  let byNode = decided.get(spec);
  if (byNode === undefined) decided.set(spec, byNode = new WeakMap());
  const known = byNode.get(node);
  if (known !== undefined) return known;
  const fit = decide(spec, node);
  byNode.set(node, fit);
  return fit;
};
