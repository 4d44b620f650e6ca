/** An object as its fields, one by one: `spec.template.spec.containers[0].image` and its value, names and times told apart from decisions. */
import type { Json } from './history.ts';
import { isJson } from './history.ts';

export type Scalar = string | number | boolean;
export type Fields = ReadonlyMap<string, Scalar>;

/** Who an object is and when it was touched: no decision of a component. */
const IDENTITY = /(^|\.)(uid|resourceVersion|creationTimestamp|deletionTimestamp|managedFields|selfLink|controller-uid|batch\.kubernetes\.io\/controller-uid)$/;
const MOMENT = /(Time|Timestamp|last-change-trigger-time|startedAt|ca\.crt)$/;
const UID = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** What tells an element of a list from its siblings. */
const elementKey = (value: unknown, index: number): string => {
  const type = isJson(value) && typeof value['type'] === 'string' ? value['type'] : undefined;
  return `[${type ?? index}]`;
};

/** Whether a key is one, wherever it stands. */
const isIdentity = (path: string, key: string): boolean => IDENTITY.test(path) || key === LAST_APPLIED || key === 'controller-uid' || key === 'batch.kubernetes.io/controller-uid';

const collect = (value: unknown, path: string, rename: (text: string) => string, into: Map<string, Scalar>): void => {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) return value.forEach((element, i) => collect(element, `${path}${elementKey(element, i)}`, rename, into));
  if (isJson(value)) {
    for (const [key, inner] of Object.entries(value)) {
      const at = path === '' ? key : `${path}.${key}`;
      if (!isIdentity(at, key)) collect(inner, at, rename, into);
    }
    return;
  }
  if (MOMENT.test(path)) into.set(path, 'a time');
  else into.set(path, typeof value === 'string' ? rename(value).replace(UID, 'a uid') : value as Scalar);
};

/** Absent and null are the same; so are an empty list and none. */
export const fieldsOf = (object: Json | undefined, rename: (text: string) => string): Fields => {
  const fields = new Map<string, Scalar>();
  collect(object, '', rename, fields);
  return fields;
};

/** The paths at which two objects differ, sorted. */
export const differingPaths = (a: Fields, b: Fields): readonly string[] =>
  [...new Set([...a.keys(), ...b.keys()])].filter((path) => a.get(path) !== b.get(path)).sort();
