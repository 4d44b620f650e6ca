/**
 * What the store holds, as content: objects without their versions, generations, times, uids, addresses and the random ends of generated names, so that
 * two controllers that undo each other's writes come back to the same content. Leases and events, which come and go with time, are no content.
 */
import { combine, hashOf, hashText, highLane, lowLane, packLanes } from '../base/hash.ts';
import type { KubeObject } from '../api/object.ts';
import { KUBECTL } from '../cluster/create-cluster.ts';
import { etcdState } from '../cluster/store-view.ts';
import { infoOf, storageKey, storedAs } from '../components/kube-apiserver/storage/codec.ts';
import { isUserIdle } from '../components/kubectl/kubectl-actor.ts';
import type { KubectlState } from '../components/kubectl/kubectl-actor.ts';
import type { World } from '../kernel/world.ts';
import { exchangesOf } from '../properties/api-traffic.ts';
import type { Exchange } from '../properties/api-traffic.ts';
import { changesOf, resourceOfKey } from '../properties/changes.ts';
import type { ContentWatch, ContentWrite } from './subject.ts';

const IGNORED: ReadonlySet<string> = new Set(['events', 'leases.coordination.k8s.io']);

/** Fields that only number or identify. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'resourceVersion', 'generation', 'observedGeneration', 'uid', 'creationTimestamp', 'managedFields', 'containerID', 'controller-uid',
  'batch.kubernetes.io/controller-uid', 'deployment.kubernetes.io/revision', 'deployment.kubernetes.io/revision-history', 'endpoints.kubernetes.io/last-change-trigger-time',
]);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;
/** Ref: apimachinery util/rand, whose alphabet has no vowels. */
const GENERATED = /-[bcdfghjklmnpqrstvwxz2456789]{5}(?![a-z0-9])/g;

export const withoutGeneratedNames = (text: string): string => text.replace(GENERATED, '-#');

const scrubText = (text: string): string => (TIME.test(text) ? '#time' : ADDRESS.test(text) ? '#address' : withoutGeneratedNames(text));

/** The content of a value of JSON's kinds. */
const scrub = (value: unknown): unknown => {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(scrub);
  return Object.fromEntries(Object.entries(value).filter(([key]) => !LEFT_OUT.has(key)).map(([key, field]) => [key, scrub(field)]));
};

const hashes = new WeakMap<KubeObject, number>();

/** The same for two objects of the same content. */
export const contentHash = (key: string, object: KubeObject): number => {
  const known = hashes.get(object);
  if (known !== undefined) return known;
  const hash = combine(hashText(withoutGeneratedNames(key)), hashOf(scrub(object)));
  hashes.set(object, hash);
  return hash;
};

/** A multiset of hashes as one. Why a sum: two pods that are alike must not cancel each other out, as they would by XOR. */
const newTotal = (): { readonly add: (hash: number) => void; readonly remove: (hash: number) => void; readonly value: () => number } => {
  let [high, low] = [0, 0];
  return {
    add: (hash) => { [high, low] = [(high + highLane(hash)) | 0, (low + lowLane(hash)) | 0]; },
    remove: (hash) => { [high, low] = [(high - highLane(hash)) | 0, (low - lowLane(hash)) | 0]; },
    value: () => packLanes(high, low),
  };
};

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete']);

const keyOf = ({ request, answer }: Exchange): string | undefined => {
  const name = request.name ?? (answer.kind === 'object' ? answer.object.metadata.name : undefined);
  return name === undefined ? undefined : storageKey(infoOf(storedAs(request.resource)), request.namespace, name);
};

/** Such as `replicaset-controller update replicasets.apps/status default/web-#`. */
const describeWrite = ({ client, userAgent, request, answer }: Exchange): string => {
  const name = request.name ?? (answer.kind === 'object' ? answer.object.metadata.name : '');
  const whole = `${request.namespace === undefined ? '' : `${request.namespace}/`}${name}`;
  return `${userAgent ?? client} ${request.verb} ${request.resource}${request.subresource === undefined ? '' : `/${request.subresource}`} ${withoutGeneratedNames(whole)}`;
};

/** A write is told when it is answered; writes that change no content, and those whose answer is lost, are not told. */
export const storeContent = (world: World): ContentWatch => {
  const total = newTotal();
  /** Key -> the object whose content a write changed that has no answer yet; undefined: it was removed. */
  const changed = new Map<string, KubeObject | undefined>();
  etcdState(world).keyspace.forEach(({ value }, key) => {
    const resource = resourceOfKey(key);
    if (resource !== undefined && !IGNORED.has(resource)) total.add(contentHash(key, value as KubeObject));
  });
  const writeIn = (exchange: Exchange): ContentWrite | undefined => {
    if (!WRITES.has(exchange.request.verb) || exchange.answer.kind === 'refused') return undefined;
    const key = keyOf(exchange);
    if (key === undefined || !changed.has(key)) return undefined;
    const object = changed.get(key);
    changed.delete(key);
    return { what: describeWrite(exchange), content: combine(total.value(), object === undefined ? 0 : contentHash(key, object)) };
  };
  return {
    see: (record) => {
      for (const { key, resource, before, after } of changesOf(world, record)) {
        if (IGNORED.has(resource)) continue;
        const [was, is] = [before, after].map((object) => (object === undefined ? undefined : contentHash(key, object)));
        if (was === is) continue;
        if (was !== undefined) total.remove(was);
        if (is !== undefined) total.add(is);
        changed.set(key, after);
      }
      return exchangesOf(world, record).map(writeIn).filter((write) => write !== undefined);
    },
    areWritersQuiet: () => isUserIdle(world.stateOf<KubectlState>(KUBECTL)),
  };
};
