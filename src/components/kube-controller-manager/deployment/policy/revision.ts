/**
 * Which ReplicaSet is the Deployment's new one, what must be written of it, and how it is made.
 * Models: pkg/controller/deployment/sync.go getNewReplicaSet, generateReplicaSetName
 */
import { findCondition } from '../../../../api/conditions.ts';
import { controllerOf, ownerReference, podTemplateHash } from '../../../../api/pod-helpers.ts';
import type { Deployment, ReplicaSet } from '../../../../api/types.ts';
import { maxRevision, REVISION, withDeploymentRevision, withReplicasAnnotations, withRevisionAnnotations } from './annotations.ts';
import { hasProgressDeadline, newCondition, PROGRESSING, REASONS, withCondition } from './conditions.ts';
import { maxSurge, newReplicas } from './fenceposts.ts';
import type { Split } from './replica-sets.ts';
import { allOf, equalIgnoringHash, POD_TEMPLATE_HASH } from './replica-sets.ts';

export type Revision =
  /** There is no new ReplicaSet yet. */
  | { readonly kind: 'missing' }
  /** Its annotations or minReadySeconds lag behind the Deployment's: write it; the answer is the new ReplicaSet. */
  | { readonly kind: 'update-replica-set'; readonly newSet: ReplicaSet }
  /** The Deployment does not yet bear its revision, or has no Progressing condition: write its status. */
  | { readonly kind: 'update-deployment'; readonly newSet: ReplicaSet; readonly deployment: Deployment }
  | { readonly kind: 'current'; readonly newSet: ReplicaSet };

const noteFound = (d: Deployment, newSet: ReplicaSet, nowMs: number): Deployment =>
  (hasProgressDeadline(d) && findCondition(d.status?.conditions, PROGRESSING) === undefined
    ? withCondition(d, newCondition(PROGRESSING, 'True', REASONS.found, `Found new replica set "${newSet.metadata.name}"`, nowMs))
    : d);

export const nextRevision = (old: readonly ReplicaSet[]): number => maxRevision(old) + 1;

/** Zero goes over the wire as nothing: written out, it would be a change of the spec, and move the ReplicaSet's generation. */
const withMinReadySeconds = (rs: ReplicaSet, seconds: number): ReplicaSet => {
  if ((rs.spec.minReadySeconds ?? 0) === seconds) return rs;
  const { minReadySeconds: _before, ...spec } = rs.spec;
  return { ...rs, spec: seconds === 0 ? spec : { ...spec, minReadySeconds: seconds } };
};

export const decideRevision = (d: Deployment, { newSet, old }: Split, nowMs: number): Revision => {
  if (newSet === undefined) return { kind: 'missing' };
  const current = withMinReadySeconds(withRevisionAnnotations(d, newSet, nextRevision(old)), d.spec.minReadySeconds ?? 0);
  if (current !== newSet) return { kind: 'update-replica-set', newSet: current };
  const deployment = noteFound(withDeploymentRevision(d, newSet.metadata.annotations?.[REVISION] ?? ''), newSet, nowMs);
  return deployment === d ? { kind: 'current', newSet } : { kind: 'update-deployment', newSet, deployment };
};

const MAX_NAME_LENGTH = 253;

/** A name that would be too long loses the end of the Deployment's part, never of the hash. */
const replicaSetName = (deploymentName: string, hash: string): string => `${deploymentName.slice(0, MAX_NAME_LENGTH - 1 - hash.length)}-${hash}`;

/** The ReplicaSet to create, sized as far as the old ones leave room. Its name follows from the template, so that trying twice makes one. */
export const makeReplicaSet = (d: Deployment, old: readonly ReplicaSet[]): ReplicaSet => {
  const template = d.spec.template ?? {};
  const hash = podTemplateHash(template, d.status?.collisionCount);
  const labels: Readonly<Record<string, string>> = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const empty: ReplicaSet = {
    apiVersion: 'apps/v1', kind: 'ReplicaSet',
    metadata: {
      name: replicaSetName(d.metadata.name, hash), labels, ownerReferences: [ownerReference(d)],
      ...(d.metadata.namespace === undefined ? {} : { namespace: d.metadata.namespace }),
    },
    spec: {
      replicas: 0,
      ...(d.spec.minReadySeconds === undefined || d.spec.minReadySeconds === 0 ? {} : { minReadySeconds: d.spec.minReadySeconds }),
      selector: { ...d.spec.selector, matchLabels: { ...d.spec.selector?.matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
    status: { replicas: 0 },
  };
  const sized: ReplicaSet = { ...empty, spec: { ...empty.spec, replicas: newReplicas(d, allOf(old, empty), empty) } };
  return withReplicasAnnotations(withRevisionAnnotations(d, sized, nextRevision(old)), d, maxSurge(d));
};

/** What the Deployment's status says once the new ReplicaSet is there; the same Deployment when it need not be written. */
export const noteCreated = (d: Deployment, newSet: ReplicaSet, revision: number, alreadyExisted: boolean, nowMs: number): Deployment => {
  const revised = withDeploymentRevision(d, String(revision));
  return !alreadyExisted && hasProgressDeadline(d)
    ? withCondition(revised, newCondition(PROGRESSING, 'True', REASONS.created, `Created new replica set "${newSet.metadata.name}"`, nowMs))
    : revised;
};

/** `unknown`: the cache does not show it yet, so nobody can tell; try again. */
export type Existing = 'ours' | 'collision' | 'unknown';

/** A ReplicaSet of that name exists already: is it the new one, or another template with the same hash? `existing` is the cache's. */
export const judgeExisting = (d: Deployment, existing: ReplicaSet | undefined): Existing => {
  if (existing === undefined) return 'unknown';
  return controllerOf(existing)?.uid === d.metadata.uid && equalIgnoringHash(d.spec.template, existing.spec.template) ? 'ours' : 'collision';
};
