/** From manifests to the commands of a user who applies them in order, and creates the namespaces that nobody else does. */
import type { KubeObject } from '../api/object.ts';
import { resourceByKind } from '../api/resources.ts';
import { compareStrings } from '../base/order.ts';
import type { Manifest } from './manifests/read-manifests.ts';
import type { TimelineEntry } from './scenario.ts';

/** Namespaces that every cluster has. */
const GIVEN: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

export interface Application {
  readonly timeline: readonly TimelineEntry[];
  /** Namespaces that the objects are in, none of them makes, and no cluster has: made first. */
  readonly addedNamespaces: readonly string[];
}

const isNamespace = ({ kind, apiVersion }: KubeObject): boolean => kind === 'Namespace' && apiVersion === 'v1';

const objectsOf = (entries: readonly TimelineEntry[]): readonly KubeObject[] => entries.flatMap(({ command }) => ('object' in command ? [command.object] : []));

/** '' for objects of the cluster. */
const namespaceOf = ({ apiVersion, kind, metadata }: KubeObject): string => (resourceByKind(apiVersion, kind)?.namespaced === true ? metadata.namespace ?? '' : '');

const now = (command: TimelineEntry['command']): TimelineEntry => ({ afterMs: 0, command });

/** Namespaces before what lives in them, as kubectl sorts them when it prunes; otherwise in the order of the files. `later` follows. */
export const applyManifests = (manifests: readonly Manifest[], later: readonly TimelineEntry[] = []): Application => {
  const first = manifests.map(({ object }) => object);
  const every = [...first, ...objectsOf(later)];
  const made = new Set(every.filter(isNamespace).map(({ metadata }) => metadata.name));
  const used = new Set(every.map(namespaceOf));
  const addedNamespaces = [...used].filter((name) => name !== '' && !made.has(name) && !GIVEN.has(name)).sort(compareStrings);
  const added = addedNamespaces.map((name) => now({ kind: 'create', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } }));
  const ordered = [...first.filter(isNamespace), ...first.filter((object) => !isNamespace(object))];
  return { addedNamespaces, timeline: [...added, ...ordered.map((object) => now({ kind: object.metadata.name === undefined ? 'create' : 'apply', object })), ...later] };
};
