/**
 * What a user asks of kubectl, from outside the world.
 * Models: the verbs of kubectl that change a cluster.
 * Not modelled: server-side apply, exec, logs, port-forward; waiting (`--wait`), which the run's own conditions do.
 */
import type { KubeObject } from '../api/object.ts';
import type { ResourceId } from '../api/resources.ts';
import type { ApiRequest, PatchType, PropagationPolicy } from './api.ts';

export interface ObjectName {
  readonly resource: ResourceId;
  /** Absent for cluster-scoped resources. */
  readonly namespace?: string;
  readonly name: string;
}

export type UserCommand =
  | { readonly kind: 'apply'; readonly object: KubeObject }
  | { readonly kind: 'create'; readonly object: KubeObject }
  | { readonly kind: 'replace'; readonly object: KubeObject }
  | { readonly kind: 'delete'; readonly target: ObjectName; readonly cascade?: PropagationPolicy; readonly gracePeriodSeconds?: number }
  | { readonly kind: 'scale'; readonly target: ObjectName; readonly replicas: number }
  | { readonly kind: 'patch'; readonly target: ObjectName; readonly patchType: PatchType; readonly patch: unknown; readonly subresource?: string }
  | { readonly kind: 'set-image'; readonly target: ObjectName; readonly container: string; readonly image: string }
  | { readonly kind: 'rollout-restart'; readonly target: ObjectName }
  | { readonly kind: 'cordon' | 'uncordon'; readonly node: string }
  | { readonly kind: 'evict'; readonly target: ObjectName }
  /** Any request at all, as `kubectl --raw` would send it. */
  | { readonly kind: 'request'; readonly request: ApiRequest };

/** Outside -> user. Commands run one after another, each when the one before has its answer. */
export type ToUser =
  | { readonly kind: 'user-command'; readonly command: UserCommand }
  /** Run each command so long after this message arrives. */
  | { readonly kind: 'user-agenda'; readonly entries: readonly { readonly afterMs: number; readonly command: UserCommand }[] };
