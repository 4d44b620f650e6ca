/**
 * Manifests as a user has them, checked as the API server would check them, before anything runs.
 * Models: staging/src/k8s.io/cli-runtime/pkg/resource/builder.go (documents, lists), apiserver/pkg/endpoints/handlers/create.go (decoding, validation)
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { KubeObject } from '../../api/object.ts';
import type { ResourceInfo } from '../../api/resources.ts';
import { allResources, resourceByKind } from '../../api/resources.ts';
import { checkSchema, decodingMessage } from '../../api/schema/check-schema.ts';
import { decodeObject } from '../../api/schema/decode.ts';
import { invalid } from '../../api/status.ts';
import { fillSystemFields, strategyOf } from '../../api/strategy.ts';
import { statusCauses } from '../../api/validation/field-error.ts';
import { behaviorProblems } from './behavior-annotations.ts';
import type { InputProblem } from './input-problem.ts';
import type { Path, Place } from './place.ts';
import { isFields, isScenarioDocument, problemAt, rootOf, shownValue, within } from './place.ts';
import type { SourceFile } from './yaml-documents.ts';
import { readDocuments } from './yaml-documents.ts';

export interface Manifest {
  readonly object: KubeObject;
  readonly resource: ResourceInfo;
  /** Where it was written. */
  readonly place: Place;
}

export interface Manifests {
  readonly manifests: readonly Manifest[];
  /** Left out because the cluster does not serve their kind (only with `skipUnknown`). */
  readonly skipped: readonly InputProblem[];
}

export interface ManifestOptions {
  /** Leave out objects whose kind the cluster does not serve. */
  readonly skipUnknown: boolean;
  /** Of objects that name none; `default` when absent. */
  readonly namespace?: string;
}

/** A `List` is its items. */
const itemsOf = (place: Place): readonly Place[] => {
  const { value } = place;
  if (!isFields(value) || typeof value['kind'] !== 'string' || !value['kind'].endsWith('List') || !Array.isArray(value['items'])) return [place];
  const items = within(place, 'items');
  return value['items'].flatMap((_, i) => itemsOf(within(items, i)));
};

/** `spec.containers[0].name` as path parts; a key in brackets stays one part. */
const partsOf = (field: string): Path =>
  [...field.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)].map((match) => (match[2] === undefined ? match[1] as string : /^\d+$/.test(match[2]) ? Number(match[2]) : match[2]));

const shapeProblem = (place: Place): InputProblem | undefined => {
  const { value } = place;
  const expected = (path: readonly string[], what: string, got: unknown): InputProblem =>
    problemAt(place, path, `Expected ${what}. Instead, received ${shownValue(got)}. Every Kubernetes object has apiVersion, kind and metadata.name.`);
  if (!isFields(value)) return expected([], 'a Kubernetes object', value);
  if (typeof value['apiVersion'] !== 'string' || value['apiVersion'] === '') return expected(['apiVersion'], 'apiVersion to be set', value['apiVersion']);
  if (typeof value['kind'] !== 'string' || value['kind'] === '') return expected(['kind'], 'kind to be set', value['kind']);
  return isFields(value['metadata']) ? undefined : expected(['metadata'], 'metadata to be a mapping', value['metadata']);
};

const servedInstead = (kind: string): string => {
  const versions = allResources.filter((info) => info.kind === kind && info.storagePrefix !== '').map(({ apiVersion }) => apiVersion);
  return versions.length === 0 ? 'Custom resources need their own controllers, which are not simulated' : `The cluster serves ${kind} in ${versions.join(' and ')} only`;
};

/** Kinds that are never stored, such as Eviction, are requests and not objects: nobody can apply one. */
const unknownKind = (place: Place): InputProblem | undefined => {
  const { apiVersion, kind } = place.value as KubeObject;
  if ((resourceByKind(apiVersion, kind)?.storagePrefix ?? '') !== '') return undefined;
  return problemAt(place, ['kind'], `no matches for kind "${kind}" in version "${apiVersion}". ${servedInstead(kind)}: leave it out with --skip-unknown.`);
};

const placed = (object: KubeObject, info: ResourceInfo, namespace: string): KubeObject => {
  if (!info.namespaced || (object.metadata.namespace ?? '') !== '') return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
};

const schemaProblems = (place: Place): readonly InputProblem[] => {
  const { apiVersion, kind } = place.value as KubeObject;
  return checkSchema(place.value, { strict: true }).map((error) => problemAt(place, error.path, decodingMessage(apiVersion, kind, [error]) as string));
};

/** The name that a create would give; '' where there is none to be had. */
const nameFor = ({ name, generateName = '' }: KubeObject['metadata']): string =>
  ((name as string | undefined ?? '') !== '' ? name : generateName === '' ? '' : `${generateName}xxxxx`);

/** What a create would refuse, in the API's words. */
const validationProblems = (place: Place, object: KubeObject, info: ResourceInfo): readonly InputProblem[] => {
  const strategy = strategyOf(info.id);
  const filled = fillSystemFields(strategy.defaultsOf(object), {
    name: nameFor(object.metadata), uid: 'unset', creationTimestamp: '1970-01-01T00:00:00Z',
    ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
  });
  return statusCauses(strategy.validateCreate(strategy.prepareForCreate(filled, {}))).map((cause) =>
    problemAt(place, partsOf(cause.field ?? ''), invalid(info.group, info.kind, filled.metadata.name, [cause]).message));
};

const checkedManifest = (place: Place, namespace: string): Either<readonly InputProblem[], Manifest> => {
  const schema = schemaProblems(place);
  if (schema.length > 0) return left(schema);
  const { apiVersion, kind } = place.value as KubeObject;
  const resource = resourceByKind(apiVersion, kind) as ResourceInfo;
  const object = placed(decodeObject(place.value as KubeObject), resource, namespace);
  const refused = [...validationProblems(place, object, resource), ...behaviorProblems(place)];
  return refused.length > 0 ? left(refused) : right({ object, resource, place });
};

/** Objects of `manifests` that are there twice. */
export const duplicateProblems = (manifests: readonly Manifest[]): readonly InputProblem[] => {
  const seen = new Map<string, Place>();
  return manifests.flatMap(({ object: { metadata, kind }, resource, place }): readonly InputProblem[] => {
    const key = `${resource.id} ${metadata.namespace ?? ''}/${metadata.name}`;
    const first = seen.get(key);
    if (first === undefined) {
      if (metadata.name !== undefined) seen.set(key, place);
      return [];
    }
    const line = first.source.lineOf([...first.at, 'metadata', 'name']);
    return [problemAt(place, ['metadata', 'name'],
      `Expected every object once. Instead, received a second ${kind} "${metadata.name}". The first is in ${first.source.file}${line === undefined ? '' : `:${line}`}, document ${first.source.document}.`)];
  });
};

const nestedScenario = (place: Place): InputProblem =>
  problemAt(place, ['kind'], 'Expected an object of the cluster. Instead, received a scenario. A scenario is a document of its own, and none holds or names another.');

interface Read extends Manifests { readonly problems: readonly InputProblem[] }

const readItem = (place: Place, options: ManifestOptions): Read => {
  const none: Read = { manifests: [], skipped: [], problems: [] };
  const misshapen = isScenarioDocument(place) ? nestedScenario(place) : shapeProblem(place);
  if (misshapen !== undefined) return { ...none, problems: [misshapen] };
  const unknown = unknownKind(place);
  if (unknown !== undefined) return options.skipUnknown ? { ...none, skipped: [unknown] } : { ...none, problems: [unknown] };
  const checked = checkedManifest(place, options.namespace ?? 'default');
  return isLeft(checked) ? { ...none, problems: checked.left } : { ...none, manifests: [checked.right] };
};

/** The objects at some places, in order; or every problem found. An object may be there twice. */
export const manifestsAt = (places: readonly Place[], options: ManifestOptions): Either<readonly InputProblem[], Manifests> => {
  const read = places.flatMap(itemsOf).map((place) => readItem(place, options));
  const problems = read.flatMap((one) => one.problems);
  return problems.length > 0 ? left(problems) : right({ manifests: read.flatMap((one) => one.manifests), skipped: read.flatMap((one) => one.skipped) });
};

/** Every document of every file. */
export const placesIn = (files: readonly SourceFile[]): Either<readonly InputProblem[], readonly Place[]> => {
  const read = files.map(readDocuments);
  const problems = read.flatMap((documents) => (isLeft(documents) ? documents.left : []));
  return problems.length > 0 ? left(problems) : right(read.flatMap((documents) => (isLeft(documents) ? [] : documents.right.map(rootOf))));
};
