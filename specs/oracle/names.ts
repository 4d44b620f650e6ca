/**
 * Generated names, hashes, times, addresses and the choice of a node, told apart from what was decided: renamed in order of first appearance.
 * Pods of one owner are interchangeable and share one name, `pod of ReplicaSet#1`; `podKeysOf` tells them apart by their order.
 */
import type { Json, Write } from './history.ts';
import { isWriteTo, metaOf, succeeded, withoutSubresource } from './history.ts';

const KINDS: Readonly<Record<string, string>> = {
  'apps/replicasets': 'ReplicaSet', 'apps/controllerrevisions': 'ControllerRevision', 'batch/jobs': 'Job', 'discovery.k8s.io/endpointslices': 'EndpointSlice',
};

const HASH_LABELS = ['pod-template-hash', 'controller-revision-hash'] as const;

const controllerOf = (object: Json | undefined): string | undefined => metaOf(object).ownerReferences?.find(({ controller }) => controller === true)?.name;

/** What was created by whom under a name that nobody chose: it has a controller. */
const isGenerated = (write: Write): boolean => write.verb === 'create' && succeeded(write) && controllerOf(write.response) !== undefined;

/** From a generated name, or hash, to what it is called here. */
export type Renaming = ReadonlyMap<string, string>;

const hashesOf = (write: Write, name: string): readonly (readonly [string, string])[] => HASH_LABELS.flatMap((label) => {
  const hash = metaOf(write.response).labels?.[label];
  return hash === undefined || write.resource === 'pods' ? [] : [[hash, `hash of ${name}`] as const];
});

const newName = (renamed: Map<string, string>, counts: Map<string, number>, write: Write): string | undefined => {
  if (write.resource === 'pods') return `pod of ${renamed.get(controllerOf(write.response) ?? '') ?? controllerOf(write.response)}`;
  const kind = KINDS[write.resource];
  if (kind === undefined) return undefined;
  const count = (counts.get(kind) ?? 0) + 1;
  counts.set(kind, count);
  return `${kind}#${count}`;
};

/** The renaming of a history. */
export const renamingOf = (history: readonly Write[]): Renaming => {
  const renamed = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const write of history.filter(isGenerated)) {
    const actual = metaOf(write.response).name ?? write.name;
    const name = newName(renamed, counts, write);
    if (name === undefined) continue;
    renamed.set(actual, name);
    for (const [hash, called] of hashesOf(write, name)) renamed.set(hash, called);
  }
  return renamed;
};

const escaped = (text: string): string => text.replace(/[.+*?^${}()|[\]\\]/g, '\\$&');
const longestFirst = (a: string, b: string): number => b.length - a.length || (a < b ? -1 : 1);

/** Rewrites a text by a renaming, times, addresses and nodes included. */
export const renamer = (renaming: Renaming): ((text: string) => string) => {
  const names = [...renaming.keys()].sort(longestFirst).map(escaped);
  const pattern = names.length === 0 ? undefined : new RegExp(`(?<![\\w-])(${names.join('|')})(?![\\w])`, 'g');
  return (text) => (pattern === undefined ? text : text.replace(pattern, (name) => renaming.get(name) ?? name))
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'a time')
    .replace(/\b\d+\.\d+\.\d+\.\d+\b/g, 'an address')
    .replace(/\bnode-[123]\b/g, 'a node');
};

/** By name, what a history's pods are called one by one: `<owner>/<n>` in the order of their creation, the owner as renamed; or their own name. */
export const podKeysOf = (history: readonly Write[]): ReadonlyMap<string, string> => {
  const renaming = renamingOf(history);
  const counts = new Map<string, number>();
  return new Map(history.filter((write) => isWriteTo(write, 'create', 'pods')).map((write) => {
    const name = metaOf(write.response).name ?? write.name;
    const owner = controllerOf(write.response);
    if (owner === undefined) return [name, name] as const;
    const called = renaming.get(owner) ?? owner;
    counts.set(called, (counts.get(called) ?? 0) + 1);
    return [name, `${called}/${counts.get(called) ?? 0}`] as const;
  }));
};

/** The object that a write is about, subresources left out. */
export const subjectOf = (write: Write): string => `${withoutSubresource(write.resource)} ${metaOf(write.response).name ?? write.name}`;
