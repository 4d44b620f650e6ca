/**
 * What an admission plugin is: a pure step that changes or refuses an object, or says what it has to look up first.
 * Models: staging/src/k8s.io/apiserver/pkg/admission/interfaces.go
 */
import type { KubeObject } from '../../../api/object.ts';
import type { ResourceInfo } from '../../../api/resources.ts';
import type { Status } from '../../../api/status.ts';
import type { Facts, User } from '../state.ts';
import type { Turn } from '../turn.ts';

export interface Admission {
  readonly operation: 'create' | 'update' | 'delete';
  readonly info: ResourceInfo;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly user: User;
  readonly facts: Facts;
  readonly turn: Turn;
}

export type Verdict =
  | { readonly kind: 'admitted'; readonly object: KubeObject }
  | { readonly kind: 'refused'; readonly status: Status }
  /** Beyond the caches: read it from etcd and ask again. */
  | { readonly kind: 'lookup'; readonly fact: 'namespace' | 'serviceAccount'; readonly name: string };

export interface Plugin {
  readonly name: string;
  readonly admit: (object: KubeObject, admission: Admission) => Verdict;
}

export const admitted = (object: KubeObject): Verdict => ({ kind: 'admitted', object });
export const refused = (status: Status): Verdict => ({ kind: 'refused', status });

/** A plugin that cares for one resource's creation only. */
export const onCreateOf = (resource: string, name: string, admit: Plugin['admit']): Plugin => ({
  name, admit: (object, admission) => (admission.operation === 'create' && admission.info.id === resource ? admit(object, admission) : admitted(object)),
});

/** How refusals name an object that may have no name yet. */
export const nameForRefusal = (object: KubeObject): string =>
  ((object.metadata.name ?? '') === '' ? object.metadata.generateName ?? '' : object.metadata.name);
