/**
 * Structural hashes of plain data: two 32-bit lanes mixed with integer multiplication, packed into a 53-bit integer.
 * Equal data has equal hashes whatever the order of its keys; a field that is undefined counts as absent, so a value and its JSON agree.
 */
import { BrokenInvariant } from './assert.ts';

const TWO_32 = 4294967296;

/** The high 21 bits of a packed hash. */
export const highLane = (hash: number): number => (hash / TWO_32) | 0;
/** The low 32 bits of a packed hash, signed. */
export const lowLane = (hash: number): number => hash | 0;
export const packLanes = (high: number, low: number): number => (high & 0x1fffff) * TWO_32 + (low >>> 0);

/** Mixes `next` into `hash`; order matters. */
export const combine = (hash: number, next: number): number => {
  let a = (Math.imul(hash | 0, 0x9e3779b1) + (next | 0)) | 0;
  let b = (Math.imul((hash / TWO_32) | 0, 0x85ebca77) + ((next / TWO_32) | 0)) | 0;
  a = Math.imul(a ^ (a >>> 15) ^ (b << 9), 0x2c1b3c6d);
  b = Math.imul(b ^ (b >>> 13) ^ (a >>> 7), 0x297a2d39);
  a = Math.imul(a ^ (a >>> 12) ^ (b >>> 5), 0x85ebca6b);
  b = Math.imul(b ^ (b >>> 16) ^ (a >>> 14), 0xc2b2ae35);
  a ^= a >>> 15;
  b ^= b >>> 16;
  return (b & 0x1fffff) * TWO_32 + (a >>> 0);
};

/** The hash of a text, by its UTF-16 code units. */
export const hashText = (text: string): number => {
  let a = 0x5bd1e995 ^ text.length;
  let b = 0x1b873593;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  a ^= b >>> 16;
  return (b & 0x1fffff) * TWO_32 + (a >>> 0);
};

const nullHash = hashText('null');
const trueHash = hashText('true');
const falseHash = hashText('false');
const integerTag = hashText('integer');
const fractionTag = hashText('fraction');
const stringTag = hashText('string');
const arrayTag = hashText('array');
const objectTag = hashText('object');

/** The method by which a container of our own (a PersistentMap) answers `hashOf`. */
export const selfHash: unique symbol = Symbol('selfHash');
export interface SelfHashing {
  readonly [selfHash]: () => number;
}

const scratch = new Float64Array(1);
const scratchBits = new Int32Array(scratch.buffer);

/** -0 hashes as 0. */
export const hashNumber = (value: number): number => {
  if ((value | 0) === value) return combine(integerTag, value >>> 0);
  scratch[0] = value;
  return combine(combine(fractionTag, (scratchBits[0] as number) >>> 0), (scratchBits[1] as number) >>> 0);
};

/** The hash of one field; those of a record are combined by XOR, so they can be added and taken away in any order. */
export const hashField = (key: string, valueHash: number): number => combine(hashText(key), valueHash);

/** The hash of a record from the XOR of its fields' hashes. */
export const hashRecord = (high: number, low: number, fields: number): number => combine(combine(objectTag, packLanes(high, low)), fields);

const memo = new WeakMap<object, number>();
/** Why: a small object is hashed again faster than it is remembered. */
const memoAbove = 6;
let visited = 0;

const hashArray = (items: readonly unknown[]): number => {
  let hash = combine(arrayTag, items.length);
  for (let i = 0; i < items.length; i += 1) hash = combine(hash, hashOf(items[i]));
  return hash;
};

const hashFields = (record: Readonly<Record<string, unknown>>): number => {
  let high = 0;
  let low = 0;
  let fields = 0;
  for (const key in record) {
    const value = record[key];
    if (value === undefined) continue;
    const field = hashField(key, hashOf(value));
    high ^= highLane(field);
    low ^= lowLane(field);
    fields += 1;
  }
  return hashRecord(high, low, fields);
};

const hashContent = (value: object): number => {
  if (Array.isArray(value)) return hashArray(value);
  if (value instanceof Map) return hashFields(Object.fromEntries(value) as Record<string, unknown>);
  if (value instanceof Set) throw new BrokenInvariant('hashOf: a Set has no order and no JSON; use a record or a PersistentMap');
  return hashFields(value as Record<string, unknown>);
};

const hashObject = (value: object): number => {
  const own = (value as Partial<SelfHashing>)[selfHash];
  if (own !== undefined) return own.call(value);
  const known = memo.get(value);
  if (known !== undefined) return known;
  const before = visited;
  const hash = hashContent(value);
  if (visited - before > memoAbove) memo.set(value, hash);
  return hash;
};

/**
 * A 53-bit hash of plain data and PersistentMaps, remembered per object: what is hashed must never change afterwards.
 * A PersistentMap hashes as the plain record with the same entries; undefined as null. Throws on functions, symbols and Sets.
 */
export const hashOf = (value: unknown): number => {
  visited += 1;
  switch (typeof value) {
    case 'string': return combine(stringTag, hashText(value));
    case 'number': return hashNumber(value);
    case 'boolean': return value ? trueHash : falseHash;
    case 'undefined': return nullHash;
    case 'bigint': return combine(integerTag, hashText(String(value)));
    case 'object': return value === null ? nullHash : hashObject(value);
    default: throw new BrokenInvariant(`hashOf: expected plain data, found a ${typeof value}`);
  }
};
