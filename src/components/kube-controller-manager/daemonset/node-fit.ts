/**
 * Whether a DaemonSet wants a pod on a node, and whether one that is there may stay.
 * Models: pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod, predicates, NewPod
 */
import { matchesNodeAffinity } from '../../../api/node-affinity.ts';
import { memoised } from '../../../base/memo.ts';
import { evicts, untoleratedTaint } from '../../../api/tolerations.ts';
import type { DaemonSet, Node, PodSpec } from '../../../api/types.ts';
import { daemonTolerations } from './tolerations.ts';

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
  if (!matchesNodeAffinity(spec, node)) return UNFIT;
  const taints = node.spec.taints ?? [];
  const tolerations = daemonTolerations(spec);
  if (untoleratedTaint(taints, tolerations) === undefined) return FITS;
  return untoleratedTaint(taints, tolerations, evicts) === undefined ? STAYS : UNFIT;
};

/** Why memoised: a sync asks several times for every node of the cluster. */
const decisions = memoised((spec: PodSpec) => memoised((node: Node): NodeFit => decide(spec, node)));

export const nodeShouldRunDaemonPod = (node: Node, ds: DaemonSet): NodeFit => decisions(ds.spec.template.spec ?? NO_SPEC)(node);
