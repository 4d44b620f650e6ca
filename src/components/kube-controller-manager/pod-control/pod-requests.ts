/**
 * The requests by which a controller makes and removes pods, and what it says and makes of their answers.
 * Models: pkg/controller/controller_utils.go RealPodControl CreatePods, DeletePod, PatchPod
 */
import type { KubeObject, OwnerReference } from '../../../api/object.ts';
import type { Pod, PodTemplateSpec } from '../../../api/types.ts';
import type { Answer, Op } from '../../../client/controller.ts';
import { errorOf, objectOf } from '../../../client/controller.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { isNamespaceTerminating, isNotFound } from './errors.ts';
import type { NewPod } from './pod-template.ts';
import { podFromTemplate } from './pod-template.ts';

/** What came of one request: the event to record, if any, and the error that the caller sees, if any. */
export interface PodOutcome {
  readonly ops: readonly Op[];
  readonly error: string | undefined;
}

const inNamespace = (namespace: string | undefined): { readonly namespace?: string } => (namespace === undefined ? {} : { namespace });

/** A request to create exactly this pod, for a caller that has completed it (node affinity, index, tracking finalizer). */
export const createPodRequest = (namespace: string | undefined, pod: NewPod): ApiRequest =>
  ({ verb: 'create', resource: 'pods', ...inNamespace(namespace), body: pod });

export const createFromTemplate = (template: PodTemplateSpec, parent: KubeObject, controllerRef: OwnerReference): ApiRequest =>
  createPodRequest(parent.metadata.namespace, podFromTemplate(template, parent, controllerRef));

/** Why no create may even be sent; undefined when it may. */
export const createProblem = (template: PodTemplateSpec): string | undefined =>
  (Object.keys(template.metadata?.labels ?? {}).length === 0 ? 'unable to create pods, no labels' : undefined);

/** Events `SuccessfulCreate` and `FailedCreate`; the latter not while the namespace is being terminated. */
export const createOutcome = (parent: KubeObject, answer: Answer): PodOutcome => {
  const error = errorOf(answer);
  if (error === undefined) {
    const name = objectOf(answer)?.metadata.name ?? '';
    return { ops: [{ op: 'event', regarding: parent, type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${name}` }], error };
  }
  if (isNamespaceTerminating(answer)) return { ops: [], error };
  return { ops: [{ op: 'event', regarding: parent, type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error}` }], error };
};

/** As upstream's, without a precondition: it deletes whatever bears the name. */
export const deletePodRequest = (pod: Pod): ApiRequest => ({ verb: 'delete', resource: 'pods', ...inNamespace(pod.metadata.namespace), name: pod.metadata.name });

/** Events `SuccessfulDelete` and `FailedDelete`; none when the pod was gone already, which is an error all the same (`isNotFound`). */
export const deleteOutcome = (parent: KubeObject, podName: string, answer: Answer): PodOutcome => {
  const error = errorOf(answer);
  if (error === undefined) {
    return { ops: [{ op: 'event', regarding: parent, type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${podName}` }], error };
  }
  if (isNotFound(answer)) return { ops: [], error };
  return {
    ops: [{ op: 'event', regarding: parent, type: 'Warning', reason: 'FailedDelete', message: `Error deleting: ${error}` }],
    error: `unable to delete pods: ${error}`,
  };
};

export const patchPodRequest = (pod: Pod, patch: unknown): ApiRequest =>
  ({ verb: 'patch', resource: 'pods', ...inNamespace(pod.metadata.namespace), name: pod.metadata.name, body: patch, patchType: 'strategic' });
