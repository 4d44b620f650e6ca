/**
 * A quick yes: the document has the types of its kind, no field too many, and decoding would leave it as it is.
 * Why beside `checkSchema`: nearly every body comes from a component and is in order; only one that is not needs words.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { parseQuantity } from '../../../api/quantity.ts';
import type { FieldType, ScalarType, StructType } from '../../../api/schema/schema.ts';
import { structOfKind, structType } from '../../../api/schema/schema.ts';
import { parseTime } from '../../../api/time.ts';

type Fields = Readonly<Record<string, unknown>>;

const INT32 = 2 ** 31;
const REMEMBERED = 10_000;

/** Remembers which texts passed; forgets all when there are too many. */
const passing = (check: (text: string) => boolean): ((text: string) => boolean) => {
  const passed = new Set<string>();
  return (text) => {
    if (passed.has(text)) return true;
    if (!check(text)) return false;
    if (passed.size >= REMEMBERED) passed.clear();
    passed.add(text);
    return true;
  };
};

const isQuantity = passing((text) => text === text.trim() && !isLeft(parseQuantity(text)));
const isTime = passing((text) => parseTime(text) !== undefined);

const scalarFits = (value: unknown, scalar: ScalarType): boolean => {
  switch (scalar) {
    case 'string': return typeof value === 'string';
    case 'bool': return typeof value === 'boolean';
    case 'int32': return typeof value === 'number' && Number.isInteger(value) && value >= -INT32 && value < INT32;
    case 'int64': return Number.isSafeInteger(value);
    case 'float64': return typeof value === 'number';
    case 'quantity': return typeof value === 'string' && isQuantity(value);
    case 'time': return typeof value === 'string' && isTime(value);
    // Why not remembered: it is the time of a heartbeat, which hardly ever comes twice.
    case 'microtime': return typeof value === 'string' && parseTime(value) !== undefined;
    case 'intstr': return typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < INT32);
    case 'raw': return true;
    case 'bytes': return false;
    default: {
      const never: never = scalar;
      return never;
    }
  }
};

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const POD_SPEC = 'core/v1.PodSpec';
const NO_FIELDS: Fields = {};
const NO_ITEMS: readonly unknown[] = [];

const listFits = (value: unknown, of: FieldType, known: unknown): boolean => {
  if (!Array.isArray(value)) return false;
  const before: readonly unknown[] = Array.isArray(known) ? known : NO_ITEMS;
  for (let i = 0; i < value.length; i += 1) if (!fits(value[i], of, before[i])) return false;
  return true;
};

const mapFits = (value: unknown, of: FieldType, known: unknown): boolean => {
  if (!isFields(value)) return false;
  const before = isFields(known) ? known : NO_FIELDS;
  for (const key of Object.keys(value)) if (!fits(value[key], of, before[key])) return false;
  return true;
};

const structFits = (value: unknown, struct: StructType, known: unknown): boolean => {
  if (!isFields(value)) return false;
  const before = isFields(known) ? known : undefined;
  for (const name of Object.keys(value)) {
    const type = struct.fields.get(name);
    if (type === undefined || !fits(value[name], type, before?.[name])) return false;
  }
  return true;
};

/** Why remembered: it is most of a Deployment, and everything that is made of one template shares it. */
const podSpecs = new WeakSet<object>();

const podSpecFits = (value: unknown, struct: StructType, known: unknown): boolean => {
  if (isFields(value) && podSpecs.has(value)) return true;
  if (!structFits(value, struct, known)) return false;
  podSpecs.add(value as Fields);
  return true;
};

const fits = (value: unknown, type: FieldType, known: unknown): boolean => {
  if (value === null || value === undefined) return false;
  if (value === known) return true;
  switch (type.kind) {
    case 'scalar': return scalarFits(value, type.scalar);
    case 'list': return listFits(value, type.of, known);
    case 'map': return mapFits(value, type.of, known);
    case 'struct': return (type.id === POD_SPEC ? podSpecFits : structFits)(value, structType(type.id), known);
    default: {
      const never: never = type;
      return never;
    }
  }
};

/** `known` is an object that was stored: what the document shares with it is in order. False may also mean: look closer. */
export const isWellFormed = (document: Fields, known: Fields | undefined): boolean => {
  const struct = structOfKind(String(document['apiVersion']), String(document['kind']));
  return struct !== undefined && structFits(document, struct, known);
};
