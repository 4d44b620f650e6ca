/**
 * Label and field selectors of a request, parsed once per text, and whether objects match.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/selection_predicate.go, endpoints/handlers/get.go (refusals)
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { FieldSelector, FieldTerm } from '../../../api/field-selector.ts';
import { everyField, matchesFields, parseFieldSelector, requiredFieldValue } from '../../../api/field-selector.ts';
import type { Selector } from '../../../api/label-selector.ts';
import { everything, matchesSelector, parseSelector } from '../../../api/label-selector.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { ResourceId } from '../../../api/resources.ts';
import { selectableFields } from '../../../api/selectable-fields.ts';
import type { Status } from '../../../api/status.ts';
import { badRequest, isStatus } from '../../../api/status.ts';
import type { Pod } from '../../../api/types.ts';
import type { RequestOptions } from '../../../protocol/api.ts';
import { infoOf, shownAs } from '../storage/codec.ts';

export interface Selection {
  readonly labels: Selector;
  readonly fields: FieldSelector;
}

const labelTexts = new Map<string, Selector | Status>();
const fieldTexts = new Map<string, FieldSelector | Status>();

const memo = <T>(known: Map<string, T>, key: string, make: () => T): T => {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
};

const labelsOf = (text: string): Selector | Status => memo(labelTexts, text, () => {
  const parsed = parseSelector(text);
  return isLeft(parsed) ? badRequest(`unable to parse requirement: ${parsed.left}`) : parsed.right;
});

const fieldsOf = (resource: ResourceId, text: string): FieldSelector | Status => memo(fieldTexts, `${resource} ${text}`, () => {
  const parsed = parseFieldSelector(text);
  if (isLeft(parsed)) return badRequest(parsed.left);
  const info = infoOf(resource);
  const known = selectableFields(resource, { apiVersion: info.apiVersion, kind: info.kind, metadata: { name: '' } });
  const strange = parsed.right.terms.find((term) => !Object.hasOwn(known, term.field));
  if (strange === undefined) return parsed.right;
  return badRequest(`Unable to find ${JSON.stringify(info.apiVersion)}, Kind=${info.kind} that match label selector "", field selector ${JSON.stringify(text)}: `
    + `field label not supported: ${strange.field}`);
});

/** The selection of a list, watch or deletecollection, or why it is refused. */
export const selectionOf = (resource: ResourceId, options: RequestOptions | undefined): Selection | Status => {
  const labelText = options?.labelSelector ?? '';
  const fieldText = options?.fieldSelector ?? '';
  const labels = labelText === '' ? everything : labelsOf(labelText);
  if (isStatus(labels)) return labels;
  const fields = fieldText === '' ? everyField : fieldsOf(resource, fieldText);
  return isStatus(fields) ? fields : { labels, fields };
};

const fieldsSeen = new WeakMap<KubeObject, Readonly<Record<string, string>>>();

const fieldsOfObject = (resource: ResourceId, object: KubeObject): Readonly<Record<string, string>> => {
  const shown = shownAs(resource, object);
  const known = fieldsSeen.get(shown);
  if (known !== undefined) return known;
  const fields = selectableFields(resource, shown);
  fieldsSeen.set(shown, fields);
  return fields;
};

/** The fields that everyone selects by are read straight from the object. */
const directField = (object: KubeObject, field: string): string | undefined => {
  switch (field) {
    case 'metadata.name': return object.metadata.name;
    case 'metadata.namespace': return object.metadata.namespace ?? '';
    case 'spec.nodeName': return (object as Pod).spec?.nodeName ?? '';
    case 'status.phase': return (object as Pod).status?.phase ?? '';
    default: return undefined;
  }
};

const termMatches = (resource: ResourceId, term: FieldTerm, object: KubeObject): boolean => {
  const value = directField(object, term.field);
  return value === undefined ? matchesFields({ terms: [term] }, fieldsOfObject(resource, object)) : (value === term.value) === (term.operator === '=');
};

export const selects = (resource: ResourceId, { labels, fields }: Selection, object: KubeObject): boolean => {
  if (labels !== everything && !matchesSelector(labels, object.metadata.labels)) return false;
  for (const term of fields.terms) if (!termMatches(resource, term, object)) return false;
  return true;
};

/** The one name that the selection asks for, if it does. */
export const nameDemanded = (selection: Selection): string | undefined => requiredFieldValue(selection.fields, 'metadata.name');

/** The one node that the selection asks for, if it does. */
export const nodeDemanded = (selection: Selection): string | undefined => requiredFieldValue(selection.fields, 'spec.nodeName');
