/**
 * Objects live only in namespaces that exist, and none is made in one that is going.
 * Models: staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go
 * Not modelled: the wait of 50 ms before the live look-up.
 */
import type { KubeObject } from '../../../api/object.ts';
import type { Status } from '../../../api/status.ts';
import { forbidden, notFound } from '../../../api/status.ts';
import type { Namespace } from '../../../api/types.ts';
import { objectIn } from '../cacher/store.ts';
import { cacherOf } from '../turn.ts';
import type { Admission, Plugin } from './plugin.ts';
import { admitted, nameForRefusal, refused } from './plugin.ts';

const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

const terminating = (object: KubeObject, { info, namespace = '' }: Admission): Status => {
  const status = forbidden(info.group, info.resource, nameForRefusal(object),
    `unable to create new content in namespace ${namespace} because it is being terminated`);
  return { ...status, details: { ...status.details, causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }] } };
};

const cachedNamespace = ({ turn, facts, namespace = '' }: Admission): KubeObject | null | undefined =>
  objectIn(cacherOf(turn, 'namespaces'), undefined, namespace) ?? facts.namespace;

export const namespaceLifecycle: Plugin = {
  name: 'NamespaceLifecycle',
  admit: (object, admission) => {
    const { operation, info, namespace } = admission;
    if (operation === 'delete') {
      return info.id === 'namespaces' && IMMORTAL.has(admission.name)
        ? refused(forbidden('', 'namespaces', admission.name, 'this namespace may not be deleted')) : admitted(object);
    }
    if (operation !== 'create' || !info.namespaced || namespace === undefined) return admitted(object);
    const found = cachedNamespace(admission);
    if (found === undefined) return { kind: 'lookup', fact: 'namespace', name: namespace };
    if (found === null) return refused(notFound('', 'namespaces', namespace));
    return (found as Namespace).status?.phase === 'Terminating' ? refused(terminating(object, admission)) : admitted(object);
  },
};
