/**
 * Counting, sorting and choosing among a Deployment's ReplicaSets.
 * Models: pkg/controller/deployment/util/deployment_util.go FindNewReplicaSet, FindOldReplicaSets, EqualIgnoreHash, Get*ReplicaCountForReplicaSets;
 *   pkg/controller/controller_utils.go ReplicaSetsByCreationTimestamp, ReplicaSetsBySizeOlder, ReplicaSetsBySizeNewer, FilterActiveReplicaSets
 */
import { compareNumbers, compareStrings } from '../../../../base/order.ts';
import { parseTime } from '../../../../api/time.ts';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../../../api/types.ts';
import { semanticEqual } from '../../../../api/validation/deep-equal.ts';

export const POD_TEMPLATE_HASH = 'pod-template-hash';

type ReplicaSets = readonly ReplicaSet[];

/** What the spec asks for. Defaulting has made absent 1 long before. */
export const sizeOf = (object: ReplicaSet | Deployment): number => object.spec.replicas ?? 1;
export const availableOf = (rs: ReplicaSet): number => rs.status?.availableReplicas ?? 0;

const sum = (sets: ReplicaSets, of: (rs: ReplicaSet) => number): number => sets.reduce((total, rs) => total + of(rs), 0);
export const specReplicas = (sets: ReplicaSets): number => sum(sets, sizeOf);
export const actualReplicas = (sets: ReplicaSets): number => sum(sets, (rs) => rs.status?.replicas ?? 0);
export const readyReplicas = (sets: ReplicaSets): number => sum(sets, (rs) => rs.status?.readyReplicas ?? 0);
export const availableReplicas = (sets: ReplicaSets): number => sum(sets, availableOf);

export const activeReplicaSets = (sets: ReplicaSets): ReplicaSets => sets.filter((rs) => sizeOf(rs) > 0);

/** The old ones, and the new one if there is one, in upstream's order. */
export const allOf = (old: ReplicaSets, newSet: ReplicaSet | undefined): ReplicaSets => (newSet === undefined ? old : [...old, newSet]);

const createdAt = (rs: ReplicaSet): number => (rs.metadata.creationTimestamp === undefined ? 0 : parseTime(rs.metadata.creationTimestamp) ?? 0);
export const compareOlder = (a: ReplicaSet, b: ReplicaSet): number =>
  compareNumbers(createdAt(a), createdAt(b)) || compareStrings(a.metadata.name, b.metadata.name);
export const compareLargerThenOlder = (a: ReplicaSet, b: ReplicaSet): number => compareNumbers(sizeOf(b), sizeOf(a)) || compareOlder(a, b);
export const compareLargerThenNewer = (a: ReplicaSet, b: ReplicaSet): number => compareNumbers(sizeOf(b), sizeOf(a)) || compareOlder(b, a);

const withoutHash = (template: PodTemplateSpec): PodTemplateSpec => {
  if (template.metadata?.labels?.[POD_TEMPLATE_HASH] === undefined) return template;
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels } };
};

/** Why a memo: two immutable templates are compared anew on every sync; their identities stand for their contents. */
const compared = new WeakMap<PodTemplateSpec, WeakMap<PodTemplateSpec, boolean>>();

export const equalIgnoringHash = (a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean => {
  if (a === undefined || b === undefined) return a === b;
  const known = compared.get(a) ?? new WeakMap<PodTemplateSpec, boolean>();
  const before = known.get(b);
  if (before !== undefined) return before;
  const equal = semanticEqual(withoutHash(a), withoutHash(b));
  known.set(b, equal);
  compared.set(a, known);
  return equal;
};

export interface Split {
  /** The one whose template is the Deployment's; the oldest if several are. */
  readonly newSet: ReplicaSet | undefined;
  /** All others, the oldest first. */
  readonly old: ReplicaSets;
}

export const splitReplicaSets = (d: Deployment, sets: ReplicaSets): Split => {
  const sorted = sets.length < 2 ? sets : [...sets].sort(compareOlder);
  const newSet = sorted.find((rs) => equalIgnoringHash(rs.spec.template, d.spec.template));
  return { newSet, old: newSet === undefined ? sorted : sorted.filter((rs) => rs !== newSet) };
};
