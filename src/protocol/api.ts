/**
 * The messages between kube-apiserver and its clients: requests, answers and watch streams, as HTTP carries them.
 * Models: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go (options), apiserver/pkg/endpoints/handlers
 * Not modelled: protobuf, tables, server-side apply, proxy and exec subresources.
 */
import type { KubeObject } from '../api/object.ts';
import type { ResourceId } from '../api/resources.ts';
import type { Status } from '../api/status.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';
export type PatchType = 'json' | 'merge' | 'strategic';
export type PropagationPolicy = 'Orphan' | 'Background' | 'Foreground';

/** Who asks, before the server has looked: what a kubeconfig holds. */
export type Credential =
  | { readonly kind: 'certificate'; readonly commonName: string; readonly organizations: readonly string[] }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'anonymous' };

export interface RequestOptions {
  // get, list, watch
  /** Opaque. Absent or '': the most recent. '0': any version. Otherwise not older than, or exactly (see `resourceVersionMatch`). */
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly allowWatchBookmarks?: boolean;
  readonly timeoutSeconds?: number;
  // create, update, patch, delete
  readonly dryRun?: boolean;
  /** `Ignore` when absent; kubectl asks for `Strict`. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  readonly fieldManager?: string;
  // delete
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: PropagationPolicy;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface ApiRequest {
  readonly verb: Verb;
  readonly resource: ResourceId;
  readonly subresource?: string;
  /** Absent for cluster-scoped resources and for lists over all namespaces. */
  readonly namespace?: string;
  /** Absent for create, list, watch and deletecollection (a list or watch of one object uses a field selector). */
  readonly name?: string;
  /** The object, or the patch in `patchType`. */
  readonly body?: unknown;
  readonly patchType?: PatchType;
  readonly options?: RequestOptions;
}

/** `{kind: 'PodList', items}`: the answer to a list. */
export interface ObjectList {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string; readonly remainingItemCount?: number };
  readonly items: readonly KubeObject[];
}

/** `metav1.Status` of success: what a delete of an object that is gone at once answers. */
export interface SuccessStatus {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly status: 'Success';
  readonly code?: number;
  readonly details?: { readonly name?: string; readonly group?: string; readonly kind?: string; readonly uid?: string };
}

export type ApiAnswer =
  | { readonly kind: 'object'; readonly code: 200 | 201 | 202; readonly object: KubeObject; readonly warnings?: readonly string[] }
  | { readonly kind: 'list'; readonly code: 200; readonly list: ObjectList }
  | { readonly kind: 'done'; readonly code: 200; readonly status: SuccessStatus }
  | { readonly kind: 'refused'; readonly code: number; readonly status: Status };

/** A watch event; an `Event` object is a KubeEvent. A BOOKMARK's object carries nothing but kind, apiVersion and metadata.resourceVersion. */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: KubeObject }
  | { readonly type: 'ERROR'; readonly status: Status };

/**
 * Client -> kube-apiserver. `id` is the client's own, unique within its incarnation. Requests travel on a channel of the client's choice (one
 * channel is one HTTP/2 stream order); every watch on a channel of its own, by which its events come back.
 */
export type ToApiServer =
  | { readonly kind: 'api-request'; readonly id: number; readonly credential: Credential; readonly request: ApiRequest; readonly userAgent?: string }
  | { readonly kind: 'api-watch-stop'; readonly id: number };

/** kube-apiserver -> client, on the channel that the request came by. */
export type FromApiServer =
  | { readonly kind: 'api-answer'; readonly id: number; readonly answer: ApiAnswer }
  /** Of the watch whose request had this id. A watch that is refused is answered by `api-answer`; one that starts is not answered. */
  | { readonly kind: 'api-watch-event'; readonly id: number; readonly event: WatchEvent }
  /** The server ended the stream (timeout, slow client, shutdown). */
  | { readonly kind: 'api-watch-end'; readonly id: number };
