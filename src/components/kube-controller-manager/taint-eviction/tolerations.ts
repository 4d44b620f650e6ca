/**
 * How long a pod may stay on a node with NoExecute taints.
 * Models: pkg/apis/core/v1/helper/helpers.go GetMatchingTolerations; pkg/controller/tainteviction/taint_eviction.go getNoExecuteTaints, getMinTolerationTime
 */
import { SECOND_MS } from '../../../api/time.ts';
import { evicts, tolerationOf } from '../../../api/tolerations.ts';
import type { Node, Taint, Toleration } from '../../../api/types.ts';

const none: readonly Taint[] = [];

export const noExecuteTaints = (node: Node): readonly Taint[] => {
  const { taints } = node.spec;
  return taints === undefined ? none : taints.filter(evicts);
};

/** ms; `at-once` when some taint is not tolerated, `forever` when no toleration has a limit. */
export type Stay = 'at-once' | 'forever' | number;

/** The shortest of the limits of the tolerations that are used, the first match for each taint. */
export const stayOf = (taints: readonly Taint[], tolerations: readonly Toleration[]): Stay => {
  let limit: number | undefined;
  for (const taint of taints) {
    const used = tolerationOf(tolerations, taint);
    if (used === undefined) return 'at-once';
    if (used.tolerationSeconds !== undefined) limit = Math.min(limit ?? Infinity, Math.max(0, used.tolerationSeconds));
  }
  return limit === undefined ? 'forever' : limit * SECOND_MS;
};
