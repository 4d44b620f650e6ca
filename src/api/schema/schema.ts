/** The table of API types, parsed on first use. */
import { kindRows, typeRows } from './schema-table.ts';

export type ScalarType = 'string' | 'bool' | 'int32' | 'int64' | 'float64' | 'quantity' | 'time' | 'microtime' | 'intstr' | 'bytes' | 'raw';

export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarType }
  | { readonly kind: 'list'; readonly of: FieldType }
  | { readonly kind: 'map'; readonly of: FieldType }
  | { readonly kind: 'struct'; readonly id: string };

export interface StructType {
  /** Such as `apps/v1.DeploymentSpec`. */
  readonly id: string;
  /** Go's unqualified name, such as `DeploymentSpec`. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldType>;
}

const SCALARS: readonly ScalarType[] = ['string', 'bool', 'int32', 'int64', 'float64', 'quantity', 'time', 'microtime', 'intstr', 'bytes', 'raw'];

/** Why not the text itself: V8 compares strings cut out of another letter by letter, those of the program by identity. */
const scalars: ReadonlyMap<string, ScalarType> = new Map(SCALARS.map((scalar) => [scalar, scalar]));
const ids: ReadonlyMap<string, string> = new Map(typeRows.map(([id]) => [id, id]));

const parseType = (text: string): FieldType => {
  if (text.startsWith('[]')) return { kind: 'list', of: parseType(text.slice(2)) };
  if (text.startsWith('map:')) return { kind: 'map', of: parseType(text.slice(4)) };
  const scalar = scalars.get(text);
  return scalar === undefined ? { kind: 'struct', id: ids.get(text) ?? text } : { kind: 'scalar', scalar };
};

const rowOf: ReadonlyMap<string, string> = new Map(typeRows);
const idOfKind: ReadonlyMap<string, string> = new Map(kindRows);
/** Why a cache is pure here: it only remembers what the table says. */
const parsed = new Map<string, StructType>();

/** The struct of an id in the table. */
export const structType = (id: string): StructType => {
  const known = parsed.get(id);
  if (known !== undefined) return known;
  const fields = (rowOf.get(id) ?? '').split(';').filter((pair) => pair !== '').map((pair): [string, FieldType] => {
    const split = pair.indexOf('=');
    return [pair.slice(0, split), parseType(pair.slice(split + 1))];
  });
  // Why through a record: its keys are the very strings that every other object's keys are.
  const struct: StructType = { id, name: id.slice(id.lastIndexOf('.') + 1), fields: new Map(Object.entries(Object.fromEntries(fields))) };
  parsed.set(id, struct);
  return struct;
};

/** The struct of a kind; undefined for a kind that the table does not know, such as a custom resource. */
export const structOfKind = (apiVersion: string, kind: string): StructType | undefined => {
  const id = idOfKind.get(`${apiVersion} ${kind}`);
  return id === undefined ? undefined : structType(id);
};

const GO_SCALARS: Readonly<Record<ScalarType, string>> = {
  string: 'string', bool: 'bool', int32: 'int32', int64: 'int64', float64: 'float64', quantity: 'resource.Quantity', time: 'v1.Time',
  microtime: 'v1.MicroTime', intstr: 'intstr.IntOrString', bytes: '[]uint8', raw: 'runtime.RawExtension',
};

/** The type as Go's decoder names it: `int32`, `[]v1.Container`, `map[string]string`. */
export const goTypeName = (type: FieldType): string => {
  switch (type.kind) {
    case 'scalar': return GO_SCALARS[type.scalar];
    case 'list': return `[]${goTypeName(type.of)}`;
    case 'map': return `map[string]${goTypeName(type.of)}`;
    case 'struct': return type.id.slice(type.id.indexOf('/') + 1);
    default: {
      const never: never = type;
      return never;
    }
  }
};
