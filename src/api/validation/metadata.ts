/**
 * Validation of what every object shares: its metadata.
 * Models: staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go
 */
import { compareStrings, sortedEntries, sortedKeys } from '../../base/order.ts';
import type { KubeObject, ObjectMeta, OwnerReference } from '../object.ts';
import type { NameProblems } from '../names.ts';
import { isDns1123Label, isLabelValue, isQualifiedName } from '../names.ts';
import { semanticEqual } from './deep-equal.ts';
import type { FieldError, FieldErrors } from './field-error.ts';
import { at, child, forbiddenField, invalidAll, invalidValue, nonNegative, required, tooLong } from './field-error.ts';

export type NameRule = (name: string) => NameProblems;

/** The check of one part of metadata, made once where it finds nothing: parts are immutable, and nearly every update leaves them as they are. */
const once = <Name extends 'labels' | 'annotations' | 'ownerReferences' | 'finalizers'>(name: Name, check: (part: ObjectMeta[Name], path: string) => FieldErrors) => {
  const inOrder = new WeakSet<object>();
  return (part: ObjectMeta[Name], path: string): FieldErrors => {
    if (part === undefined || inOrder.has(part)) return NONE;
    const errors = check(part, child(path, name));
    if (errors.length === 0) inOrder.add(part);
    return errors;
  };
};

const ANNOTATIONS_LIMIT = 262144;
const NONE: FieldErrors = [];

/** Upstream's `ValidateLabels`. */
export const validateLabels = (labels: Readonly<Record<string, string>> | undefined, path: string): FieldErrors =>
  sortedEntries(labels ?? {}).flatMap(([key, value]) => [
    ...invalidAll(path, key, isQualifiedName(key)),
    ...invalidAll(path, value, isLabelValue(value)),
  ]);

/** Upstream's `ValidateAnnotations`. */
export const validateAnnotations = (annotations: Readonly<Record<string, string>> | undefined, path: string): FieldErrors => {
  const errors: FieldError[] = sortedKeys(annotations ?? {}).flatMap((key) => [...invalidAll(path, key, isQualifiedName(key.toLowerCase()))]);
  const size = sortedEntries(annotations ?? {}).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return size > ANNOTATIONS_LIMIT ? [...errors, tooLong(path, ANNOTATIONS_LIMIT)] : errors;
};

const validateOwnerReference = (owner: OwnerReference, path: string): FieldErrors => {
  const empty = (name: string, value: string | undefined, why: string): FieldErrors =>
    (value === undefined || value === '' ? [invalidValue(child(path, name), value ?? '', why)] : []);
  return [
    ...empty('apiVersion', owner.apiVersion, 'version must not be empty'),
    ...empty('kind', owner.kind, 'must not be empty'),
    ...empty('name', owner.name, 'must not be empty'),
    ...empty('uid', owner.uid, 'must not be empty'),
    ...(owner.apiVersion === 'v1' && owner.kind === 'Event' ? [invalidValue(path, owner, '/v1, Kind=Event is disallowed from being an owner')] : []),
  ];
};

const validateOwnerReferences = (owners: readonly OwnerReference[] | undefined, path: string): FieldErrors => {
  const errors: FieldError[] = [];
  let first: string | undefined;
  for (const owner of owners ?? []) {
    errors.push(...validateOwnerReference(owner, path));
    if (owner.controller !== true) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (first === undefined) first = name;
    else errors.push(invalidValue(path, owners, `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${name}`));
  }
  return errors;
};

const validateFinalizers = (finalizers: readonly string[] | undefined, path: string): FieldErrors => {
  const list = finalizers ?? [];
  const errors: FieldError[] = list.flatMap((name) => [...invalidAll(path, name, isQualifiedName(name))]);
  return list.includes('orphan') && list.includes('foregroundDeletion')
    ? [...errors, invalidValue(path, list, 'finalizer orphan and foregroundDeletion cannot be both set')] : errors;
};

const validateNamespace = (meta: ObjectMeta, namespaced: boolean, path: string): FieldErrors => {
  const namespace = meta.namespace ?? '';
  if (!namespaced) return namespace === '' ? [] : [forbiddenField(child(path, 'namespace'), 'not allowed on this type')];
  return namespace === '' ? [required(child(path, 'namespace'))] : invalidAll(child(path, 'namespace'), namespace, isDns1123Label(namespace));
};

const labelErrors = once('labels', validateLabels);
const annotationErrors = once('annotations', validateAnnotations);
const ownerErrors = once('ownerReferences', validateOwnerReferences);
const finalizerErrors = once('finalizers', validateFinalizers);

/** All of them, in order; nearly always there is none. */
const joined = (...lists: readonly FieldErrors[]): FieldErrors => {
  for (const list of lists) if (list.length > 0) return lists.flat();
  return NONE;
};

/** What create and update check alike. */
const validateParts = (meta: ObjectMeta, path: string): FieldErrors => joined(
  labelErrors(meta.labels, path), annotationErrors(meta.annotations, path), ownerErrors(meta.ownerReferences, path), finalizerErrors(meta.finalizers, path));

/** A generateName may end in a dash: the suffix follows. */
const maskTrailingDash = (name: string): string => (name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name);

/** Upstream's `ValidateObjectMeta`, on create. */
export const validateObjectMeta = (meta: ObjectMeta, namespaced: boolean, rule: NameRule, path = 'metadata'): FieldErrors => joined(
  meta.generateName === undefined || meta.generateName === '' ? NONE
    : invalidAll(child(path, 'generateName'), meta.generateName, rule(maskTrailingDash(meta.generateName))),
  (meta.name ?? '') === '' ? [required(child(path, 'name'), 'name or generateName is required')]
    : invalidAll(child(path, 'name'), meta.name, rule(meta.name)),
  validateNamespace(meta, namespaced, path),
  nonNegative(child(path, 'generation'), meta.generation),
  validateParts(meta, path));

/** Upstream's `ValidateImmutableField`. */
export const immutableField = (now: unknown, before: unknown, field: string): FieldErrors =>
  (semanticEqual(now, before) ? [] : [invalidValue(field, now, 'field is immutable')]);

const validateNewFinalizers = (now: ObjectMeta, before: ObjectMeta, path: string): FieldErrors => {
  if (before.deletionTimestamp === undefined) return NONE;
  const had = new Set(before.finalizers ?? []);
  const extra = [...new Set((now.finalizers ?? []).filter((name) => !had.has(name)))].sort(compareStrings);
  return extra.length === 0 ? [] : [forbiddenField(child(path, 'finalizers'),
    `no new finalizers can be added if the object is being deleted, found new finalizers []string{${extra.map((name) => JSON.stringify(name)).join(', ')}}`)];
};

const IMMUTABLE = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

/** Upstream's `ValidateObjectMetaUpdate`. */
export const validateObjectMetaUpdate = (now: ObjectMeta, before: ObjectMeta, path = 'metadata'): FieldErrors => joined(
  validateNewFinalizers(now, before, path),
  (now.resourceVersion ?? '') === '' ? [invalidValue(child(path, 'resourceVersion'), now.resourceVersion ?? '', 'must be specified for an update')] : NONE,
  (now.generation ?? 0) < (before.generation ?? 0) ? [invalidValue(child(path, 'generation'), now.generation ?? 0, 'must not be decremented')] : NONE,
  now === before || IMMUTABLE.every((name) => now[name] === before[name]) ? NONE
    : IMMUTABLE.flatMap((name) => [...immutableField(now[name], before[name], child(path, name))]),
  validateParts(now, path));

/** The same over a list, each with its index in the path. */
export const eachIndexed = <T>(items: readonly T[] | undefined, path: string, check: (item: T, path: string, index: number) => FieldErrors): FieldErrors =>
  (items ?? []).flatMap((item, index) => [...check(item, at(path, index), index)]);

/** Metadata of a whole object on create. */
export const validateMeta = (object: KubeObject, namespaced: boolean, rule: NameRule): FieldErrors =>
  validateObjectMeta(object.metadata, namespaced, rule);
