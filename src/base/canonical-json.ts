/** JSON text with the keys of every object in byte order: equal data gives equal bytes. */
import { BrokenInvariant } from './assert.ts';
import { compareStrings } from './order.ts';

interface JsonConvertible {
  readonly toJSON: () => unknown;
}

const isConvertible = (value: object): value is JsonConvertible => typeof (value as Partial<JsonConvertible>).toJSON === 'function';

const encodeArray = (items: readonly unknown[]): string => {
  let text = '[';
  for (let i = 0; i < items.length; i += 1) text += (i === 0 ? '' : ',') + (items[i] === undefined ? 'null' : canonicalJson(items[i]));
  return `${text}]`;
};

const plainText = /^[ !#-[\]-~]*$/;

/** Why not always JSON.stringify: most keys and names are short and need no escape. */
const encodeString = (text: string): string => (text.length < 64 && plainText.test(text) ? `"${text}"` : JSON.stringify(text));

/** Why the check: our own records are mostly written in few and sorted fields. */
const keysInOrder = (record: Readonly<Record<string, unknown>>): readonly string[] => {
  const keys = Object.keys(record);
  for (let i = 1; i < keys.length; i += 1) if ((keys[i - 1] as string) > (keys[i] as string)) return keys.sort(compareStrings);
  return keys;
};

const encodeRecord = (record: Readonly<Record<string, unknown>>): string => {
  let text = '';
  for (const key of keysInOrder(record)) {
    const value = record[key];
    if (value === undefined) continue;
    text += `${text === '' ? '' : ','}${encodeString(key)}:${canonicalJson(value)}`;
  }
  return `{${text}}`;
};

const encodeNumber = (value: number): string => {
  if (!Number.isFinite(value)) throw new BrokenInvariant(`canonicalJson: JSON has no ${value}`);
  return Object.is(value, -0) ? '0' : String(value);
};

/** Undefined fields are left out. Throws on what JSON cannot say (functions, symbols, bigints, NaN, infinities). */
export const canonicalJson = (value: unknown): string => {
  switch (typeof value) {
    case 'string': return encodeString(value);
    case 'number': return encodeNumber(value);
    case 'boolean': return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return encodeArray(value);
      if (isConvertible(value)) return canonicalJson(value.toJSON());
      return encodeRecord(value as Record<string, unknown>);
    default: throw new BrokenInvariant(`canonicalJson: expected plain data, found ${typeof value}`);
  }
};
