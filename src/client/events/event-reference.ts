/**
 * What an Event is about, and how an Event is named.
 * Models: client-go/tools/reference/ref.go `GetReference`, client-go/tools/record/util/util.go `GenerateEventName`
 */
import { hashText } from '../../base/hash.ts';
import type { Mutable } from '../../base/mutable.ts';
import type { KubeObject } from '../../api/object.ts';
import type { EventSource, ObjectReference } from '../../api/types.ts';
import type { Env } from '../../kernel/transition.ts';

/** A core/v1 Event as a recorder writes it. */
export interface CoreEvent extends KubeObject {
  readonly involvedObject: ObjectReference;
  readonly reason: string;
  readonly message: string;
  readonly source: EventSource;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly count: number;
  readonly type: string;
  readonly reportingComponent?: string;
  readonly reportingInstance?: string;
}

/** `fieldPath`: of a container, as the kubelet writes it: `spec.containers{web}`. */
export const referenceTo = (object: KubeObject, fieldPath?: string): ObjectReference => {
  const { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } } = object;
  const reference: Mutable<ObjectReference> = { kind };
  if (namespace !== undefined && namespace !== '') reference.namespace = namespace;
  reference.name = name;
  if (uid !== undefined) reference.uid = uid;
  reference.apiVersion = apiVersion;
  if (resourceVersion !== undefined) reference.resourceVersion = resourceVersion;
  if (fieldPath !== undefined) reference.fieldPath = fieldPath;
  return reference;
};

/** Events about cluster-scoped objects live in `default`. */
export const namespaceOfEvent = (reference: ObjectReference): string => reference.namespace ?? 'default';

const NS_PER_MS = 1_000_000n;

/**
 * `<object>.<nanoseconds since the epoch, in hex>`. Why the last six digits of the time are drawn: in virtual time many events share an instant,
 * and what is told apart there (`what`: of the same object) must be told apart in the name.
 */
export const eventName = (reference: ObjectReference, what: string, env: Env): string => {
  const drawn = env.random(`event/${reference.namespace ?? ''}/${reference.name ?? ''}/${hashText(what)}`, Math.floor(env.nowMs)) % Number(NS_PER_MS);
  return `${reference.name ?? ''}.${(BigInt(Math.floor(env.nowMs)) * NS_PER_MS + BigInt(drawn)).toString(16)}`;
};
