/**
 * The taints that say what is wrong with a node, and the requests that put them on and take them off.
 * Models: pkg/controller/nodelifecycle/node_lifecycle_controller.go (templates, nodeConditionToTaintKeyStatusMap, doNoScheduleTaintingPass),
 *   pkg/controller/util/node/controller_utils.go SwapNodeControllerTaint, pkg/controller/controller_utils.go AddOrUpdateTaintOnNode, RemoveTaintOffNode
 * Not modelled: the pause between retries after a conflict; they follow at once.
 */
import { hashOf } from '../../../base/hash.ts';
import type { Node, Taint } from '../../../api/types.ts';
import { formatTime } from '../../../api/time.ts';
import type { ApiRequest } from '../../../protocol/api.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

export const notReadyNoExecute: Taint = { key: NOT_READY, effect: 'NoExecute' };
export const unreachableNoExecute: Taint = { key: UNREACHABLE, effect: 'NoExecute' };

/** Condition type -> condition status -> taint key. */
const KEYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};
const MANAGED: ReadonlySet<string> = new Set([UNSCHEDULABLE, ...Object.values(KEYS).flatMap((byStatus) => Object.values(byStatus))]);

/** Same key and effect: one node holds at most one of them. */
const isSameTaint = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
export const hasTaint = (taints: readonly Taint[] | undefined, taint: Taint): boolean => (taints ?? []).some((one) => isSameTaint(one, taint));

const wantedNoSchedule = (node: Node): readonly Taint[] => {
  const keys = (node.status?.conditions ?? []).map((condition) => KEYS[condition.type]?.[condition.status]).filter((key) => key !== undefined);
  return [...keys, ...(node.spec.unschedulable === true ? [UNSCHEDULABLE] : [])].map((key): Taint => ({ key, effect: 'NoSchedule' }));
};

export interface TaintSwap { readonly add: readonly Taint[]; readonly remove: readonly Taint[] }

/** What a node's NoSchedule taints lack, and have too much, against its conditions. */
export const noScheduleSwap = (node: Node): TaintSwap => {
  const wanted = wantedNoSchedule(node);
  const standing = (node.spec.taints ?? []).filter((taint) => taint.effect === 'NoSchedule' && MANAGED.has(taint.key));
  return { add: wanted.filter((taint) => !hasTaint(standing, taint)), remove: standing.filter((taint) => !hasTaint(wanted, taint)) };
};

export const isEmptySwap = ({ add, remove }: TaintSwap): boolean => add.length === 0 && remove.length === 0;

/** The node read before its taints are changed: from any cache at first, from the store after a conflict. */
export const readNode = (name: string, isRetry: boolean): ApiRequest =>
  ({ verb: 'get', resource: 'nodes', name, options: isRetry ? {} : { resourceVersion: '0' } });

const patchTaints = (node: Node, taints: readonly Taint[]): ApiRequest => ({
  verb: 'patch', resource: 'nodes', name: node.metadata.name, patchType: 'strategic',
  body: { metadata: { resourceVersion: node.metadata.resourceVersion }, spec: { taints: taints.length === 0 ? null : taints } },
});

const stamped = (taint: Taint, nowMs: number): Taint => ({ ...taint, timeAdded: formatTime(nowMs) });

const withTaint = (taints: readonly Taint[], taint: Taint): readonly Taint[] =>
  (hasTaint(taints, taint) ? taints.map((one) => (isSameTaint(one, taint) ? taint : one)) : [...taints, taint]);

/** The patch that adds taints, or renews the time of those that the node has; undefined when nothing would change. */
export const addRequest = (node: Node, add: readonly Taint[], nowMs: number): ApiRequest | undefined => {
  const old = node.spec.taints ?? [];
  const taints = add.reduce((all, taint) => withTaint(all, stamped(taint, nowMs)), old);
  return hashOf(taints) === hashOf(old) ? undefined : patchTaints(node, taints);
};

/** The patch that removes taints; undefined when the node has none of them. */
export const removeRequest = (node: Node, remove: readonly Taint[]): ApiRequest | undefined => {
  const old = node.spec.taints ?? [];
  const kept = old.filter((taint) => !hasTaint(remove, taint));
  return kept.length === old.length ? undefined : patchTaints(node, kept);
};
