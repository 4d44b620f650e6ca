/**
 * The pod of a DaemonSet for one node, and what a daemon pod says of itself: its node and its revision.
 * Models: pkg/controller/daemon/util/daemonset_util.go CreatePodTemplate, ReplaceDaemonSetPodNodeNameNodeAffinity, GetTargetNodeName,
 *   GetTemplateGeneration, IsPodUpdated, SurgeCount, UnavailableCount, AllowsSurge
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { scaledValue } from '../../../api/int-or-percent.ts';
import type { Affinity, DaemonSet, IntOrString, NodeSelectorTerm, Pod, PodTemplateSpec } from '../../../api/types.ts';
import { daemonTolerations } from './tolerations.ts';

export const REVISION_HASH_LABEL = 'controller-revision-hash';
const TEMPLATE_GENERATION_LABEL = 'pod-template-generation';
const TEMPLATE_GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';

/** Undefined when absent or malformed: the revision hash decides then. */
const templateGeneration = (ds: DaemonSet): string | undefined => {
  const text = ds.metadata.annotations?.[TEMPLATE_GENERATION_ANNOTATION];
  return text !== undefined && /^[+-]?[0-9]+$/.test(text) ? String(BigInt(text.replace('+', ''))) : undefined;
};

/** Made for any of the DaemonSet's new pods; the node comes later. */
export const daemonTemplate = (ds: DaemonSet, hash: string): PodTemplateSpec => {
  const { template } = ds.spec;
  const spec = template.spec ?? { containers: [] };
  const generation = templateGeneration(ds);
  const labels = {
    ...template.metadata?.labels,
    ...(generation === undefined ? {} : { [TEMPLATE_GENERATION_LABEL]: generation }),
    ...(hash === '' ? {} : { [REVISION_HASH_LABEL]: hash }),
  };
  return { ...template, metadata: { ...template.metadata, labels }, spec: { ...spec, tolerations: daemonTolerations(spec) } };
};

/** Why the terms are replaced: the DaemonSet's own have been matched against the node, and kube-scheduler is to bind it there and nowhere else. */
const pinnedTo = (affinity: Affinity | undefined, nodeName: string): Affinity => {
  const term: NodeSelectorTerm = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] };
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return {
    ...affinity,
    nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { ...required, nodeSelectorTerms: [term] } },
  };
};

export const templateForNode = (template: PodTemplateSpec, nodeName: string): PodTemplateSpec => {
  const spec = template.spec ?? { containers: [] };
  return { ...template, spec: { ...spec, affinity: pinnedTo(spec.affinity, nodeName) } };
};

/** The node a daemon pod is bound or meant for; undefined when it does not say. */
export const targetNodeName = (pod: Pod): string | undefined => {
  if ((pod.spec.nodeName ?? '') !== '') return pod.spec.nodeName;
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const term of terms) {
    for (const field of term.matchFields ?? []) {
      if (field.key === 'metadata.name' && field.operator === 'In') return field.values?.length === 1 ? field.values[0] : undefined;
    }
  }
  return undefined;
};

/** Either sign of the current revision will do. */
export const isPodUpdated = (ds: DaemonSet, pod: Pod, hash: string): boolean => {
  const labels = pod.metadata.labels ?? {};
  const generation = templateGeneration(ds);
  return (hash !== '' && labels[REVISION_HASH_LABEL] === hash) || (generation !== undefined && labels[TEMPLATE_GENERATION_LABEL] === generation);
};

const scaled = (ds: DaemonSet, value: IntOrString | undefined, desired: number): number => {
  if (ds.spec.updateStrategy?.type !== 'RollingUpdate' || value === undefined) return 0;
  const count = scaledValue(value, desired, true);
  return isLeft(count) ? 0 : count.right;
};

/** 0 when malformed: validation refuses such a value long before. */
export const surgeCount = (ds: DaemonSet, desired: number): number => scaled(ds, ds.spec.updateStrategy?.rollingUpdate?.maxSurge, desired);
export const unavailableCount = (ds: DaemonSet, desired: number): number => scaled(ds, ds.spec.updateStrategy?.rollingUpdate?.maxUnavailable, desired);
export const allowsSurge = (ds: DaemonSet): boolean => surgeCount(ds, 1) > 0;
