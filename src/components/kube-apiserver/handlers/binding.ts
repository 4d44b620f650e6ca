/**
 * pods/binding: how a pod gets its node.
 * Models: pkg/registry/core/pod/storage/storage.go BindingREST assignPod, setPodNodeAndMetadata
 */
import type { KubeObject } from '../../../api/object.ts';
import { badRequest, conflict } from '../../../api/status.ts';
import type { Binding, Pod } from '../../../api/types.ts';
import type { Job } from '../state.ts';
import type { Outcome } from './outcome.ts';
import { absentOutcome, putOutcome, refusal } from './outcome.ts';

const whyNot = (pod: Pod, binding: Binding): string | undefined => {
  const { name } = pod.metadata;
  const { uid, resourceVersion } = binding.metadata;
  if (uid !== undefined && uid !== '' && uid !== pod.metadata.uid) {
    return `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`;
  }
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== pod.metadata.resourceVersion) {
    return `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${pod.metadata.resourceVersion}`;
  }
  if (pod.metadata.deletionTimestamp !== undefined) return `pod ${name} is being deleted, cannot be assigned to a host`;
  if ((pod.spec.nodeName ?? '') !== '') return `pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`;
  return (pod.spec.schedulingGates ?? []).length > 0 ? `pod ${name} has non-empty .spec.schedulingGates` : undefined;
};

const withoutNomination = (pod: Pod): Pod => {
  if (pod.status?.nominatedNodeName === undefined) return pod;
  const { nominatedNodeName: _cleared, ...status } = pod.status;
  return { ...pod, status };
};

const bound = (pod: Pod, node: string, binding: Binding, condition: (pod: Pod) => Pod): Pod => {
  const { annotations } = binding.metadata;
  const metadata = annotations === undefined ? pod.metadata : { ...pod.metadata, annotations: { ...pod.metadata.annotations, ...annotations } };
  return condition(withoutNomination({ ...pod, metadata, spec: { ...pod.spec, nodeName: node } }));
};

export const bindingOutcome = (job: Job, before: KubeObject | undefined, condition: (pod: Pod) => Pod): Outcome => {
  const binding = (job.request.body ?? {}) as Binding;
  const node = binding.target?.name ?? '';
  if (binding.metadata?.name !== undefined && binding.metadata.name !== job.request.name) return refusal(badRequest('name in URL does not match name in Binding object'));
  if (!['', 'Node'].includes(binding.target?.kind ?? '')) return refusal(badRequest(`Unsupported value: ${JSON.stringify(binding.target?.kind)}: supported values: "Node", "<empty>"`));
  if (node === '') return refusal(badRequest('target.name: Required value'));
  if (before === undefined) return absentOutcome;
  const why = whyNot(before as Pod, { ...binding, metadata: binding.metadata ?? { name: '' } });
  if (why !== undefined) return refusal(conflict('', 'pods/binding', before.metadata.name, why));
  return putOutcome(bound(before as Pod, node, { ...binding, metadata: binding.metadata ?? { name: '' } }, condition));
};
