/**
 * The annotations by which a Deployment and its ReplicaSets remember revisions and sizes.
 * Models: pkg/controller/deployment/util/deployment_util.go SetNewReplicaSetAnnotations, SetReplicasAnnotations, SetDeploymentRevision, Revision,
 *   MaxRevision, copyDeploymentAnnotationsToReplicaSet, GetDesiredReplicasAnnotation
 */
import { sortedEntries } from '../../../../base/order.ts';
import type { KubeObject } from '../../../../api/object.ts';
import type { Deployment, ReplicaSet } from '../../../../api/types.ts';
import { sizeOf } from './replica-sets.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

const MAX_REVISION_HISTORY_CHARS = 2000;

const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration', REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, 'deprecated.deployment.rollback.to',
]);

type Annotations = Readonly<Record<string, string>>;

const INTEGER = /^[+-]?[0-9]+$/;
/** As Go's ParseInt in base 10. */
const parseInteger = (text: string): number | undefined => (INTEGER.test(text) ? Number(text) : undefined);

const integerAnnotation = (rs: ReplicaSet, name: string): number | undefined => {
  const text = rs.metadata.annotations?.[name];
  return text === undefined ? undefined : parseInteger(text);
};

/** The Deployment's size when this ReplicaSet was last scaled. */
export const desiredReplicasOf = (rs: ReplicaSet): number | undefined => integerAnnotation(rs, DESIRED_REPLICAS);
export const maxReplicasOf = (rs: ReplicaSet): number | undefined => integerAnnotation(rs, MAX_REPLICAS);

/** 0 without the annotation; undefined when it is no number. */
export const revisionOf = (object: KubeObject): number | undefined => parseInteger(object.metadata.annotations?.[REVISION] ?? '0');

export const maxRevision = (sets: readonly ReplicaSet[]): number => sets.reduce((max, rs) => Math.max(max, revisionOf(rs) ?? 0), 0);

const withAnnotations = <T extends KubeObject>(object: T, annotations: Annotations): T => ({ ...object, metadata: { ...object.metadata, annotations } });

const copied = (d: Deployment, annotations: Annotations): Annotations => {
  const news = sortedEntries(d.metadata.annotations ?? {}).filter(([key, value]) => !NOT_COPIED.has(key) && annotations[key] !== value);
  return news.length === 0 ? annotations : { ...annotations, ...Object.fromEntries(news) };
};

/** Appends a revision to the history, dropping the oldest where it would grow too long. */
const remembered = (history: string, revision: string): string => {
  if (history === '') return revision;
  const revisions = history.split(',');
  let length = history.length + revision.length + 1;
  let start = 0;
  for (; length > MAX_REVISION_HISTORY_CHARS && start < revisions.length; start += 1) length -= (revisions[start] ?? '').length + 1;
  return length <= MAX_REVISION_HISTORY_CHARS ? [...revisions.slice(start), revision].join(',') : history;
};

/** A revision only ever rises; one that it replaces, on a rollback, goes to the history. */
const revised = (annotations: Annotations, revision: number): Annotations => {
  const before = annotations[REVISION];
  const beforeNumber = before === undefined || before === '' ? 0 : parseInteger(before);
  if (beforeNumber === undefined || beforeNumber >= revision) return annotations;
  const history = before === undefined ? {} : { [REVISION_HISTORY]: remembered(annotations[REVISION_HISTORY] ?? '', before) };
  return { ...annotations, [REVISION]: String(revision), ...history };
};

/** The same ReplicaSet when it bears all annotations already. */
export const withRevisionAnnotations = (d: Deployment, rs: ReplicaSet, revision: number): ReplicaSet => {
  const before = rs.metadata.annotations ?? {};
  const after = revised(copied(d, before), revision);
  return after === before ? rs : withAnnotations(rs, after);
};

export const needsReplicasAnnotations = (rs: ReplicaSet, desired: number, max: number): boolean =>
  rs.metadata.annotations?.[DESIRED_REPLICAS] !== String(desired) || rs.metadata.annotations[MAX_REPLICAS] !== String(max);

export const withReplicasAnnotations = (rs: ReplicaSet, d: Deployment, maxSurge: number): ReplicaSet =>
  withAnnotations(rs, { ...rs.metadata.annotations, [DESIRED_REPLICAS]: String(sizeOf(d)), [MAX_REPLICAS]: String(sizeOf(d) + maxSurge) });

/** The same Deployment when it bears the revision already. */
export const withDeploymentRevision = (d: Deployment, revision: string): Deployment =>
  (d.metadata.annotations?.[REVISION] === revision ? d : withAnnotations(d, { ...d.metadata.annotations, [REVISION]: revision }));
