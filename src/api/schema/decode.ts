/**
 * What decoding into Go's structs and encoding again does to a document: nulls vanish, numbers in quantities become text.
 * Models: encoding/json with omitempty, apimachinery/pkg/api/resource Quantity.UnmarshalJSON
 */
import type { FieldType } from './schema.ts';
import { structOfKind, structType } from './schema.ts';
import type { StructType } from './schema.ts';
import { withZeroValues } from './zero-values.ts';

type Fields = Readonly<Record<string, unknown>>;

const decodeList = (items: readonly unknown[], type: FieldType): readonly unknown[] => {
  const decoded = items.map((item) => decodeValue(item, type));
  return decoded.every((item, i) => item === items[i]) ? items : decoded;
};

const decodeFields = (fields: Fields, typeOf: (name: string) => FieldType | undefined, keepNulls: boolean): Fields => {
  const entries = Object.entries(fields);
  const decoded = entries.filter(([, value]) => value !== undefined && (keepNulls || value !== null)).map(([name, value]): [string, unknown] => {
    const type = typeOf(name);
    return [name, type === undefined ? value : decodeValue(value, type)];
  });
  return decoded.length === entries.length && decoded.every(([name, value]) => fields[name] === value) ? fields : Object.fromEntries(decoded);
};

const decodeStruct = (fields: Fields, struct: StructType): Fields => decodeFields(fields, (name) => struct.fields.get(name), false);

const decodeValue = (value: unknown, type: FieldType): unknown => {
  if (value === null) return type.kind === 'scalar' && (type.scalar === 'string' || type.scalar === 'bytes') ? '' : value;
  if (typeof value === 'number' && type.kind === 'scalar' && type.scalar === 'quantity') return String(value);
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return type.kind === 'list' ? decodeList(value, type.of) : value;
  if (type.kind === 'map') return decodeFields(value as Fields, () => type.of, true);
  return type.kind === 'struct' ? decodeStruct(value as Fields, structType(type.id)) : value;
};

/** The object as the server holds it after decoding; the same object when nothing changes. Check its schema first. */
export const decodeObject = <T extends object>(object: T): T => {
  const fields = withZeroValues(object) as unknown as Fields;
  const struct = structOfKind(String(fields['apiVersion'] ?? ''), String(fields['kind'] ?? ''));
  return struct === undefined ? object : decodeStruct(fields, struct) as unknown as T;
};
