/**
 * What a namespace that is going away says about what keeps it.
 * Models: pkg/controller/namespace/deletion/status_condition_utils.go
 */
import { compareStrings } from '../../../base/order.ts';
import { findCondition } from '../../../api/conditions.ts';
import { formatTime } from '../../../api/time.ts';
import type { Namespace, NamespaceCondition } from '../../../api/types.ts';

/** What a pass over the contents found. */
export interface Remains {
  /** Errors of deletes and lists. */
  readonly errors: readonly string[];
  /** Resource, as `deployments.apps`, and how many objects of it are left. */
  readonly left: readonly { readonly resource: string; readonly count: number }[];
  /** Finalizer, and how many of the objects left wait for it. */
  readonly finalizers: readonly { readonly name: string; readonly count: number }[];
}

export const noRemains: Remains = { errors: [], left: [], finalizers: [] };

type Judged = Pick<NamespaceCondition, 'type' | 'status' | 'reason' | 'message'>;

const counted = (what: readonly string[]): string => [...what].sort(compareStrings).join(', ');

const judge = ({ errors, left, finalizers }: Remains): readonly Judged[] => [
  { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
  { type: 'NamespaceDeletionGroupVersionParsingFailure', status: 'False', reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
  errors.length === 0
    ? { type: 'NamespaceDeletionContentFailure', status: 'False', reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization' }
    : { type: 'NamespaceDeletionContentFailure', status: 'True', reason: 'ContentDeletionFailed', message: `Failed to delete all resource types, ${errors.length} remaining: ${counted(errors)}` },
  left.length === 0
    ? { type: 'NamespaceContentRemaining', status: 'False', reason: 'ContentRemoved', message: 'All content successfully removed' }
    : {
      type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain',
      message: `Some resources are remaining: ${counted(left.map(({ resource, count }) => `${resource.includes('.') ? resource : `${resource}.`} has ${count} resource instances`))}`,
    },
  finalizers.length === 0
    ? { type: 'NamespaceFinalizersRemaining', status: 'False', reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' }
    : {
      type: 'NamespaceFinalizersRemaining', status: 'True', reason: 'SomeFinalizersRemain',
      message: `Some content in the namespace has finalizers remaining: ${counted(finalizers.map(({ name, count }) => `${name} in ${count} resource instances`))}`,
    },
];

const isSame = (a: Judged, b: Judged): boolean => a.status === b.status && a.reason === b.reason && a.message === b.message;

/** The namespace with its conditions brought up to date; undefined when they are. The time of transition moves with a condition's status only. */
export const withConditions = (namespace: Namespace, remains: Remains, nowMs: number): Namespace | undefined => {
  const standing = namespace.status?.conditions ?? [];
  const wanted = judge(remains);
  const before = (one: Judged): NamespaceCondition | undefined => findCondition(standing, one.type);
  if (wanted.every((one) => { const was = before(one); return was !== undefined && isSame({ reason: '', message: '', ...was }, one); })) return undefined;
  const now = formatTime(nowMs);
  const after = (one: Judged): NamespaceCondition => {
    const was = before(one);
    return was?.status === one.status ? { ...was, ...one } : { ...one, lastTransitionTime: now };
  };
  const kept = standing.map((was) => { const one = findCondition(wanted, was.type); return one === undefined ? was : after(one); });
  return { ...namespace, status: { ...namespace.status, conditions: [...kept, ...wanted.filter((one) => before(one) === undefined).map(after)] } };
};
