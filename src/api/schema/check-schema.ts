/**
 * Whether a decoded document has the shape of its kind, with the words in which kube-apiserver refuses one that has not.
 * Models: apimachinery/pkg/runtime/serializer/json/json.go, sigs.k8s.io/json (case-sensitive strict decoding), apiserver/pkg/endpoints/handlers/create.go
 * Not modelled: duplicate fields (the YAML reader refuses them), the text of malformed times.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { sortedKeys } from '../../base/order.ts';
import { parseQuantity } from '../quantity.ts';
import { parseTime } from '../time.ts';
import type { FieldType, ScalarType, StructType } from './schema.ts';
import { goTypeName, structOfKind, structType } from './schema.ts';

export interface SchemaError {
  readonly kind: 'unknown-field' | 'wrong-type' | 'malformed';
  /** Where: field names and list indexes from the object's root. */
  readonly path: readonly (string | number)[];
  /** Go's words, such as `unknown field "spec.foo"` or `json: cannot unmarshal string into ...`. */
  readonly message: string;
}

type Path = readonly (string | number)[];

interface Site {
  readonly path: Path;
  /** The struct and Go's dotted path of the field that holds the value. */
  readonly owner: string;
  readonly goPath: string;
}

const dotted = (path: Path): string => path.reduce<string>((text, part) =>
  (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '');

const jsonKind = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string': return 'string';
    case 'number': return 'number';
    case 'boolean': return 'bool';
    default: return 'object';
  }
};

const wrongType = (site: Site, what: string, typeName: string): SchemaError => ({
  kind: 'wrong-type', path: site.path,
  message: `json: cannot unmarshal ${what} into Go struct field ${site.owner}.${site.goPath} of type ${typeName}`,
});

const malformed = (site: Site, message: string): SchemaError => ({ kind: 'malformed', path: site.path, message });

/** A type that decodes itself reports no field. */
const wrongValue = (site: Site, what: string, typeName: string): SchemaError =>
  malformed(site, `json: cannot unmarshal ${what} into Go value of type ${typeName}`);

const INT_LIMITS: Readonly<Record<'int32' | 'int64', number>> = { int32: 2 ** 31, int64: 2 ** 63 };

const checkInt = (value: unknown, site: Site, type: 'int32' | 'int64'): readonly SchemaError[] => {
  if (typeof value !== 'number') return [wrongType(site, jsonKind(value), type)];
  const limit = INT_LIMITS[type];
  return Number.isInteger(value) && value >= -limit && value < limit ? [] : [wrongType(site, `number ${value}`, type)];
};

const checkIntOrString = (value: unknown, site: Site): readonly SchemaError[] => {
  if (typeof value === 'string') return [];
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < INT_LIMITS.int32) return [];
  return [wrongValue(site, typeof value === 'number' ? `number ${value}` : jsonKind(value), 'int32')];
};

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Where Go's decoder stops: at the first character that cannot stand there, or at the end of the last whole group. */
const base64Fault = (text: string): number => {
  const bad = text.search(/[^A-Za-z0-9+/=]/);
  if (bad >= 0) return bad;
  const padding = text.indexOf('=');
  return padding >= 0 && padding < text.length - 2 ? padding : text.length - (text.length % 4);
};

const checkText = (value: unknown, site: Site, scalar: 'string' | 'bytes'): readonly SchemaError[] => {
  if (typeof value !== 'string') return [wrongType(site, jsonKind(value), scalar === 'bytes' ? '[]uint8' : 'string')];
  const text = value.replace(/[\r\n]/g, '');
  return scalar === 'string' || BASE64.test(text) ? [] : [malformed(site, `illegal base64 data at input byte ${base64Fault(text)}`)];
};

const quantityText = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value));

const checkQuantity = (value: unknown, site: Site): readonly SchemaError[] => {
  const read = parseQuantity(quantityText(value).trim());
  return isLeft(read) ? [malformed(site, read.left)] : [];
};

const checkTime = (value: unknown, site: Site, layout: string): readonly SchemaError[] => {
  if (typeof value !== 'string') return [wrongValue(site, jsonKind(value), 'string')];
  return parseTime(value) === undefined ? [malformed(site, `parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(value)} as "2006"`)] : [];
};

const checkScalar = (value: unknown, scalar: ScalarType, site: Site): readonly SchemaError[] => {
  switch (scalar) {
    case 'string':
    case 'bytes': return checkText(value, site, scalar);
    case 'bool': return typeof value === 'boolean' ? [] : [wrongType(site, jsonKind(value), 'bool')];
    case 'int32':
    case 'int64': return checkInt(value, site, scalar);
    case 'float64': return typeof value === 'number' ? [] : [wrongType(site, jsonKind(value), 'float64')];
    case 'intstr': return checkIntOrString(value, site);
    case 'quantity': return checkQuantity(value, site);
    case 'time': return checkTime(value, site, '2006-01-02T15:04:05Z07:00');
    case 'microtime': return checkTime(value, site, '2006-01-02T15:04:05.000000Z07:00');
    case 'raw': return [];
    default: {
      const never: never = scalar;
      return never;
    }
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const checkValue = (value: unknown, type: FieldType, site: Site): readonly SchemaError[] => {
  if (value === null || value === undefined) return [];
  switch (type.kind) {
    case 'scalar': return checkScalar(value, type.scalar, site);
    case 'list':
      if (!Array.isArray(value)) return [wrongType(site, jsonKind(value), goTypeName(type))];
      return value.flatMap((item, i) => [...checkValue(item, type.of, { ...site, path: [...site.path, i] })]);
    case 'map':
      if (!isObject(value)) return [wrongType(site, jsonKind(value), goTypeName(type))];
      return sortedKeys(value).flatMap((key) => [...checkValue(value[key], type.of, { ...site, path: [...site.path, key] })]);
    case 'struct':
      if (!isObject(value)) return [wrongType(site, jsonKind(value), goTypeName(type))];
      return checkStruct(value, structType(type.id), site.path, site.goPath);
    default: {
      const never: never = type;
      return never;
    }
  }
};

/** Fields in the order of the document, as the decoder meets them. */
const checkStruct = (value: Readonly<Record<string, unknown>>, struct: StructType, path: Path, goPath: string): readonly SchemaError[] =>
  Object.keys(value).flatMap((name): readonly SchemaError[] => {
    const type = struct.fields.get(name);
    const at = [...path, name];
    if (type === undefined) return [{ kind: 'unknown-field', path: at, message: `unknown field ${JSON.stringify(dotted(at))}` }];
    return checkValue(value[name], type, { path: at, owner: struct.name, goPath: goPath === '' ? name : `${goPath}.${name}` });
  });

const rootOf = (object: Readonly<Record<string, unknown>>): StructType | undefined =>
  structOfKind(String(object['apiVersion'] ?? ''), String(object['kind'] ?? ''));

/**
 * What the decoder would refuse, in document order: all unknown fields (only when `strict`), and wrong types.
 * A kind without a schema, such as a custom resource, has no errors.
 */
export const checkSchema = (object: unknown, options: { readonly strict: boolean }): readonly SchemaError[] => {
  if (!isObject(object)) return [];
  const struct = rootOf(object);
  if (struct === undefined) return [];
  const errors = checkStruct(object, struct, [], '');
  return options.strict ? errors : errors.filter((error) => error.kind !== 'unknown-field');
};

/**
 * The API's message for a document that does not decode, as a BadRequest carries it; undefined when there are no errors. A wrong type
 * ends decoding at once, so it hides the unknown fields; those are told together.
 */
export const decodingMessage = (apiVersion: string, kind: string, errors: readonly SchemaError[]): string | undefined => {
  const [first] = errors;
  if (first === undefined) return undefined;
  const fatal = errors.find((error) => error.kind !== 'unknown-field');
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const why = fatal === undefined ? `strict decoding error: ${errors.map((error) => error.message).join(', ')}` : fatal.message;
  return `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`;
};
