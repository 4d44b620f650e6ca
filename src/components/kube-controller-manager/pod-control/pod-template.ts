/**
 * The pod that a controller creates from its template.
 * Models: pkg/controller/controller_utils.go GetPodFromTemplate, getPodsPrefix, validateControllerRef
 */
import { isDns1123Subdomain } from '../../../api/names.ts';
import type { KubeObject, ObjectMeta, OwnerReference } from '../../../api/object.ts';
import type { PodSpec, PodTemplateSpec } from '../../../api/types.ts';

/** A pod as it is sent to be created: its name is yet to be generated, and its namespace is the request's. */
export interface NewPod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: Omit<ObjectMeta, 'name'> & { readonly name?: string };
  readonly spec: PodSpec;
}

const withMaskedDash = (prefix: string): string =>
  (prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix);

/** `<parent>-`, or the parent's name alone where a dash would make the name too long. */
export const podsPrefix = (controllerName: string): string => {
  const prefix = `${controllerName}-`;
  return isDns1123Subdomain(withMaskedDash(prefix)).length === 0 ? prefix : controllerName;
};

export const podFromTemplate = (template: PodTemplateSpec, parent: KubeObject, controllerRef: OwnerReference | undefined): NewPod => {
  const finalizers = template.metadata?.finalizers ?? [];
  const annotations = template.metadata?.annotations;
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: {
      generateName: podsPrefix(parent.metadata.name),
      labels: template.metadata?.labels ?? {},
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers.length === 0 ? {} : { finalizers }),
      ...(controllerRef === undefined ? {} : { ownerReferences: [controllerRef] }),
    },
    // Why: a template without a spec is refused by validation long before; the type alone allows it.
    spec: template.spec ?? { containers: [] },
  };
};
