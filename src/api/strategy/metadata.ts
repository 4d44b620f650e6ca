/**
 * What the server does to metadata before any strategy: the fields that clients may not choose.
 * Models: staging/src/k8s.io/apiserver/pkg/registry/rest/create.go BeforeCreate, update.go BeforeUpdate, meta.go
 */
import type { KubeObject, ObjectMeta } from '../object.ts';
import { semanticEqual } from '../validation/deep-equal.ts';

/** The metadata without the named fields. */
export const omitMeta = (meta: ObjectMeta, names: readonly (keyof ObjectMeta)[]): ObjectMeta => {
  if (names.every((name) => meta[name] === undefined)) return meta;
  return Object.fromEntries(Object.entries(meta).filter(([name]) => !(names as readonly string[]).includes(name))) as unknown as ObjectMeta;
};

/** The metadata with the field as it was before. */
export const keepMeta = (now: ObjectMeta, before: ObjectMeta, name: keyof ObjectMeta): ObjectMeta => {
  if (now[name] === before[name]) return now;
  return { ...omitMeta(now, [name]), ...(before[name] === undefined ? {} : { [name]: before[name] }) };
};

export const withMeta = <T extends KubeObject>(object: T, metadata: ObjectMeta): T => (object.metadata === metadata ? object : { ...object, metadata });

export interface SystemFields {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  /** RFC 3339. */
  readonly creationTimestamp: string;
}

/** Nearly every object comes without. */
const withoutServerFields = (meta: ObjectMeta): ObjectMeta =>
  (meta.deletionTimestamp === undefined && meta.deletionGracePeriodSeconds === undefined && meta.resourceVersion === undefined ? meta
    : omitMeta(meta, ['deletionTimestamp', 'deletionGracePeriodSeconds', 'resourceVersion']));

/** A new object with the fields that only the server sets. */
export const fillSystemFields = <T extends KubeObject>(object: T, fields: SystemFields): T => ({
  ...object,
  metadata: {
    ...withoutServerFields(object.metadata),
    ...fields,
  },
});

const carried = (now: ObjectMeta, before: ObjectMeta): Partial<ObjectMeta> => ({
  ...(before.generation === undefined ? {} : { generation: before.generation }),
  ...((now.uid ?? '') === '' && before.uid !== undefined ? { uid: before.uid } : {}),
  ...(before.creationTimestamp === undefined ? {} : { creationTimestamp: before.creationTimestamp }),
  ...(before.deletionTimestamp === undefined ? {} : { deletionTimestamp: before.deletionTimestamp }),
  ...(before.deletionGracePeriodSeconds !== undefined && now.deletionGracePeriodSeconds === undefined
    ? { deletionGracePeriodSeconds: before.deletionGracePeriodSeconds } : {}),
});

/** What nearly every update does: it leaves the system fields as they were. */
const isCarried = (now: ObjectMeta, before: ObjectMeta): boolean =>
  now.generation === before.generation && now.creationTimestamp === before.creationTimestamp && now.deletionTimestamp === before.deletionTimestamp
  && now.deletionGracePeriodSeconds === before.deletionGracePeriodSeconds && (now.uid ?? '') !== '';

/** An update with the old object's system fields: generation, timestamps, and the uid where it was left out. */
export const carryOver = <T extends KubeObject>(now: T, before: T): T => {
  if (isCarried(now.metadata, before.metadata)) return now;
  const kept = carried(now.metadata, before.metadata);
  const dropped = before.metadata.generation === undefined ? omitMeta(now.metadata, ['generation']) : now.metadata;
  const metadata = { ...dropped, ...kept };
  return semanticEqual(metadata, now.metadata) ? now : { ...now, metadata };
};

/** The object at this generation. */
export const withGeneration = <T extends KubeObject>(object: T, generation: number): T =>
  (object.metadata.generation === generation ? object : { ...object, metadata: { ...object.metadata, generation } });

/** The generation one above the old object's when something that counts has changed. */
export const bumpedWhen = <T extends KubeObject>(changed: boolean, now: T, before: T): T =>
  withGeneration(now, (before.metadata.generation ?? 0) + (changed ? 1 : 0));
