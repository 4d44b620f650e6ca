/**
 * The revisions of a DaemonSet's template: which one is current, what a new one holds, and which may go.
 * Models: pkg/controller/daemon/update.go constructHistory, Match, getPatch, snapshot, dedupCurHistories, cleanupHistory, maxRevision
 */
import { ownerReference, podTemplateHash } from '../../../api/pod-helpers.ts';
import type { ControllerRevision, DaemonSet, Pod } from '../../../api/types.ts';
import { semanticEqual } from '../../../api/validation/deep-equal.ts';
import { compareNumbers } from '../../../base/order.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { REVISION_HASH_LABEL } from './daemon-pod.ts';

const REVISIONS = 'controllerrevisions.apps';

const placed = (namespace: string | undefined): { readonly namespace?: string } => (namespace === undefined ? {} : { namespace });

export const hashLabelOf = (revision: ControllerRevision): string => revision.metadata.labels?.[REVISION_HASH_LABEL] ?? '';

/** The strategic merge patch that brings a DaemonSet back to this template. */
const patchOf = (ds: DaemonSet): unknown => ({ spec: { template: { ...ds.spec.template, $patch: 'replace' } } });

/** Why: a revision and a template are compared at every sync, and both are immutable. */
const compared = new WeakMap<ControllerRevision, { readonly template: unknown; readonly isMatch: boolean }>();

export const matchesRevision = (ds: DaemonSet, revision: ControllerRevision): boolean => {
  const known = compared.get(revision);
  if (known?.template === ds.spec.template) return known.isMatch;
  const isMatch = semanticEqual(patchOf(ds), revision.data);
  compared.set(revision, { template: ds.spec.template, isMatch });
  return isMatch;
};

/** A revision made before the label existed is labelled with its own name. */
export const labelRequest = (revision: ControllerRevision): ApiRequest | undefined => {
  if (revision.metadata.labels?.[REVISION_HASH_LABEL] !== undefined) return undefined;
  const labels = { ...revision.metadata.labels, [REVISION_HASH_LABEL]: revision.metadata.name };
  return updateRequest({ ...revision, metadata: { ...revision.metadata, labels } });
};

const updateRequest = (revision: ControllerRevision): ApiRequest =>
  ({ verb: 'update', resource: REVISIONS, ...placed(revision.metadata.namespace), name: revision.metadata.name, body: revision });

export const deleteRevisionRequest = (revision: ControllerRevision): ApiRequest =>
  ({ verb: 'delete', resource: REVISIONS, ...placed(revision.metadata.namespace), name: revision.metadata.name });

export const maxRevision = (revisions: readonly ControllerRevision[]): number => revisions.reduce((max, { revision }) => Math.max(max, revision), 0);

export interface History {
  /** Those that match the template: usually one, several after a race, none when the template is new. */
  readonly current: readonly ControllerRevision[];
  readonly old: readonly ControllerRevision[];
}

export const splitHistory = (ds: DaemonSet, revisions: readonly ControllerRevision[]): History => ({
  current: revisions.filter((revision) => matchesRevision(ds, revision)),
  old: revisions.filter((revision) => !matchesRevision(ds, revision)),
});

/** Of several current revisions the newest stays. */
export const revisionToKeep = (current: readonly ControllerRevision[]): ControllerRevision | undefined =>
  current.reduce<ControllerRevision | undefined>((keep, one) => (keep === undefined || one.revision >= keep.revision ? one : keep), undefined);

/** Pods are relabelled before the duplicates go, so that none seems outdated. */
export const dedupRequests = (keep: ControllerRevision, current: readonly ControllerRevision[], pods: readonly Pod[]): readonly ApiRequest[] => {
  const duplicates = current.filter((one) => one.metadata.name !== keep.metadata.name);
  if (duplicates.length === 0) return [];
  const hash = hashLabelOf(keep);
  const relabels = pods.filter((pod) => (pod.metadata.labels?.[REVISION_HASH_LABEL] ?? '') !== hash).map((pod): ApiRequest => ({
    verb: 'update', resource: 'pods', ...placed(pod.metadata.namespace), name: pod.metadata.name,
    body: { ...pod, metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, [REVISION_HASH_LABEL]: hash } } },
  }));
  return [...relabels, ...duplicates.map(deleteRevisionRequest)];
};

/** A rollback makes an old revision current again: it takes the highest number. */
export const renumberRequest = (keep: ControllerRevision, revision: number): ApiRequest | undefined =>
  (keep.revision < revision ? updateRequest({ ...keep, revision }) : undefined);

export const newRevision = (ds: DaemonSet, revision: number): ControllerRevision => {
  const hash = podTemplateHash(ds.spec.template, ds.status?.collisionCount);
  return {
    apiVersion: 'apps/v1', kind: 'ControllerRevision',
    metadata: {
      name: `${ds.metadata.name}-${hash}`,
      ...placed(ds.metadata.namespace),
      labels: { ...ds.spec.template.metadata?.labels, [REVISION_HASH_LABEL]: hash },
      ...(ds.metadata.annotations === undefined ? {} : { annotations: ds.metadata.annotations }),
      ownerReferences: [ownerReference(ds, { apiVersion: 'apps/v1', kind: 'DaemonSet' })],
    },
    data: patchOf(ds) as NonNullable<ControllerRevision['data']>,
    revision,
  };
};

export const createRevisionRequest = (revision: ControllerRevision): ApiRequest =>
  ({ verb: 'create', resource: REVISIONS, ...placed(revision.metadata.namespace), body: revision });

export const getRevisionRequest = (revision: ControllerRevision): ApiRequest =>
  ({ verb: 'get', resource: REVISIONS, ...placed(revision.metadata.namespace), name: revision.metadata.name });

/** The oldest beyond the limit, save those that some pod still runs. */
export const revisionsToDelete = (ds: DaemonSet, old: readonly ControllerRevision[], pods: readonly Pod[]): readonly ControllerRevision[] => {
  const surplus = old.length - (ds.spec.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return [];
  const live = new Set(pods.map((pod) => pod.metadata.labels?.[REVISION_HASH_LABEL] ?? '').filter((hash) => hash !== ''));
  return [...old].sort((a, b) => compareNumbers(a.revision, b.revision)).filter((revision) => !live.has(hashLabelOf(revision))).slice(0, surplus);
};
