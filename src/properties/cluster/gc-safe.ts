/**
 * gc.safe: the garbage collector asks to delete an object only while none of its owners is there, but for owners that wait for it to go.
 * Models: pkg/controller/garbagecollector/garbagecollector.go attemptToDeleteItem
 * Judged when the request reaches kube-apiserver and only if it would be carried out: the object is the one that the request means.
 */
import type { KubeObject, OwnerReference } from '../../api/object.ts';
import { etcdState } from '../../cluster/store-view.ts';
import { infoOf, storageKey } from '../../components/kube-apiserver/storage/codec.ts';
import type { World } from '../../kernel/world.ts';
import type { ApiRequest } from '../../protocol/api.ts';
import { requestIn } from '../api-traffic.ts';
import { deletes } from '../applies.ts';
import { always, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { storeIndex } from '../store-index.ts';

const GARBAGE_COLLECTOR = 'generic-garbage-collector';

/** The object that a delete would remove, if all its preconditions hold. */
const meant = (world: World, { resource, namespace, name, options }: ApiRequest): KubeObject | undefined => {
  const kv = etcdState(world).keyspace.get(storageKey(infoOf(resource), namespace, name ?? ''));
  const object = kv?.value as KubeObject | undefined;
  const { uid, resourceVersion } = options?.preconditions ?? {};
  if (object === undefined || (uid !== undefined && uid !== object.metadata.uid)) return undefined;
  return resourceVersion === undefined || Number(resourceVersion) === kv?.modRevision ? object : undefined;
};

const waits = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes('foregroundDeletion');

const solidOwner = (world: World, object: KubeObject): OwnerReference | undefined => (object.metadata.ownerReferences ?? []).find(({ uid }) => {
  const owner = storeIndex(world).byUid(uid);
  return owner !== undefined && !waits(owner);
});

const judge = (world: World, request: ApiRequest): Verdict => {
  if (request.verb !== 'delete' || request.options?.dryRun === true) return undefined;
  const object = meant(world, request);
  // Why not those that are being deleted: the collector then hurries on what somebody else began.
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return undefined;
  const owner = solidOwner(world, object);
  return owner === undefined ? 'pass' : violation('has an owner', `The garbage collector deletes ${object.kind} ${nameOf(object)}, whose owner ${owner.kind} ${owner.name} is there.`);
};

export const gcSafe = always({
  id: 'gc.safe',
  statement: 'The garbage collector deletes an object only while none of its owners is there, but for owners that wait for it to go.',
  source: 'docs: Garbage Collection',
  appliesTo: deletes('deployments.apps', 'replicasets.apps', 'jobs.batch', 'cronjobs.batch'),
}, () => ({
  interest: { requests: true },
  step: (world, record) => {
    const asked = requestIn(record);
    return asked?.userAgent === GARBAGE_COLLECTOR ? judge(world, asked.request) : undefined;
  },
}));
