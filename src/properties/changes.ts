/** What a step changed in the store, object by object: worked out once a step, shared by all monitors. */
import type { KubeObject } from '../api/object.ts';
import type { ResourceId } from '../api/resources.ts';
import { allResources } from '../api/resources.ts';
import { ETCD, etcdState } from '../cluster/store-view.ts';
import { ETCD_LOG } from '../components/etcd/records.ts';
import type { StepRecord } from '../kernel/step.ts';
import type { Effect } from '../kernel/transition.ts';
import type { World } from '../kernel/world.ts';
import { entryAt } from '../log/append-log.ts';
import type { EtcdEvent, RevisionRecord } from '../protocol/etcd.ts';

export interface StoreChange {
  readonly revision: number;
  readonly key: string;
  readonly resource: ResourceId;
  /** As stored, without a resourceVersion; undefined: there was none. */
  readonly before: KubeObject | undefined;
  /** Undefined: it is gone. */
  readonly after: KubeObject | undefined;
  /** Of `before`; 0 when there was none. */
  readonly beforeRevision: number;
}

const REGISTRY = '/registry/';
const byPrefix: ReadonlyMap<string, ResourceId> = new Map(allResources.filter(({ storagePrefix }) => storagePrefix !== '')
  .map(({ storagePrefix, id }) => [storagePrefix, id] as const).reverse());

/** The resource whose objects a key is one of; undefined for keys that hold no objects. */
export const resourceOfKey = (key: string): ResourceId | undefined => {
  if (!key.startsWith(REGISTRY)) return undefined;
  const end = key.indexOf('/', REGISTRY.length);
  if (end < 0) return undefined;
  return byPrefix.get(key.slice(0, end)) ?? byPrefix.get(key.slice(0, key.indexOf('/', end + 1)));
};

const objectIn = (value: unknown): KubeObject => value as KubeObject;

export const changeOf = (event: EtcdEvent, revision: number): StoreChange | undefined => {
  const resource = resourceOfKey(event.kv.key);
  if (resource === undefined) return undefined;
  return {
    revision, key: event.kv.key, resource,
    before: event.prevKv === undefined ? undefined : objectIn(event.prevKv.value),
    after: event.kind === 'put' ? objectIn(event.kv.value) : undefined,
    beforeRevision: event.prevKv?.modRevision ?? 0,
  };
};

const addChanges = (changes: StoreChange[], world: World, revision: number): void => {
  for (const event of entryAt(etcdState(world).log, revision) ?? none) {
    const change = changeOf(event, revision);
    if (change !== undefined) changes.push(change);
  }
};

/** All changes of one revision; none where it is compacted or not there yet. */
export const changesAt = (world: World, revision: number): readonly StoreChange[] => {
  const changes: StoreChange[] = [];
  addChanges(changes, world, revision);
  return changes;
};

/** The revisions that etcd appended to its log in a step, in order. */
export const appendedRevisions = ({ actor, effects }: Pick<StepRecord, 'actor' | 'effects'>): readonly number[] => {
  if (actor !== ETCD) return none;
  let revisions: number[] | undefined;
  for (const effect of effects as readonly Effect[]) {
    if (effect.kind !== 'append' || effect.log !== ETCD_LOG) continue;
    const record = effect.record as RevisionRecord;
    if (record.kind === 'revision') (revisions ??= []).push(record.revision);
  }
  return revisions ?? none;
};

const none: readonly never[] = [];

/** Why a memo of one: every monitor asks about the same step. Nothing observable depends on it. */
let lastRecord: StepRecord | undefined;
let lastChanges: readonly StoreChange[] = none;

/** What the step changed, in the order of the revisions. `world` stands right after the step. */
export const changesOf = (world: World, record: StepRecord): readonly StoreChange[] => {
  if (record.actor !== ETCD) return none;
  if (record === lastRecord) return lastChanges;
  const revisions = appendedRevisions(record);
  lastRecord = record;
  if (revisions.length === 0) return (lastChanges = none);
  const changes: StoreChange[] = [];
  for (const revision of revisions) addChanges(changes, world, revision);
  return (lastChanges = changes);
};
