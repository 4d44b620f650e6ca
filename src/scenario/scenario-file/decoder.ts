/**
 * Decoders of a scenario file's values: each checks a place and answers a typed value, or every problem below it.
 * Why not a JSON schema: of a timeline entry's union a validator says only that no branch matched, and paths, targets, durations and
 * quantities would need a second pass anyway; here one pass checks, types and names the line. Schema compilers also generate code at
 * run time, which a browser's content policy forbids.
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { InputProblem } from '../manifests/input-problem.ts';
import type { Path, Place } from '../manifests/place.ts';
import { isFields, problemAt, shownValue, within } from '../manifests/place.ts';
import { nearest } from './nearest.ts';

export type Decoded<T> = Either<readonly InputProblem[], T>;
export type Decoder<T> = (place: Place) => Decoded<T>;

/** A refusal at a path below a place. */
export const refused = (place: Place, message: string, path: Path = []): Decoded<never> => left([problemAt(place, path, message)]);

/** `Expected X. Instead, received Y.` */
export const expected = (place: Place, what: string, hint = ''): Decoded<never> =>
  refused(place, `Expected ${what}. Instead, received ${shownValue(place.value)}.${hint === '' ? '' : ` ${hint}`}`);

/** All values, or all problems. */
export const all = <T>(results: readonly Decoded<T>[]): Decoded<readonly T[]> => {
  const problems = results.flatMap((result) => (isLeft(result) ? result.left : []));
  return problems.length > 0 ? left(problems) : right(results.flatMap((result) => (isLeft(result) ? [] : [result.right])));
};

export const textOf = (what: string): Decoder<string> => (place) =>
  (typeof place.value === 'string' && place.value !== '' ? right(place.value) : expected(place, what));

export const flag: Decoder<boolean> = (place) => (typeof place.value === 'boolean' ? right(place.value) : expected(place, 'true or false'));

export const wholeNumber = (what: string, least: number): Decoder<number> => (place) =>
  (Number.isSafeInteger(place.value) && (place.value as number) >= least ? right(place.value as number) : expected(place, `${what}, a whole number from ${least} on`));

export const oneOf = <T extends string>(choices: readonly T[]): Decoder<T> => (place) => {
  const found = choices.find((choice) => choice === place.value);
  return found === undefined ? expected(place, choices.length === 1 ? String(choices[0]) : `one of ${choices.join(', ')}`, nearest(place.value, choices)) : right(found);
};

export const listOf = <T>(what: string, item: Decoder<T>): Decoder<readonly T[]> => (place) =>
  (Array.isArray(place.value) ? all(place.value.map((_, i) => item(within(place, i)))) : expected(place, what));

/** The fields of a mapping that are not among those known. */
export const unknownFields = (place: Place, known: readonly string[]): readonly InputProblem[] =>
  Object.keys(place.value as object).filter((name) => !known.includes(name)).map((name) =>
    problemAt(place, [name], [`Expected one of ${known.join(', ')}. Instead, received "${name}".`, nearest(name, known)].filter((part) => part !== '').join(' ')));

type FieldsOf<T> = { readonly [K in keyof T]-?: Decoder<Exclude<T[K], undefined>> };

/** A mapping with these fields and no others. Fields that are absent or null are left out of the value. */
export const mappingOf = <T extends object>(what: string, fields: FieldsOf<T>, required: readonly (keyof T & string)[] = []): Decoder<T> => (place) => {
  if (!isFields(place.value)) return expected(place, what);
  const known = Object.keys(fields) as (keyof T & string)[];
  const problems: InputProblem[] = [...unknownFields(place, known)];
  const value: Partial<T> = {};
  for (const name of known) {
    const field = within(place, name);
    const isAbsent = field.value === undefined || field.value === null;
    if (isAbsent && !required.includes(name)) continue;
    const decoded = isAbsent ? refused(place, `Expected ${name} to be set. Instead, received nothing.`, [name]) : fields[name](field);
    if (isLeft(decoded)) problems.push(...decoded.left);
    else value[name] = decoded.right;
  }
  return problems.length > 0 ? left(problems) : right(value as T);
};
