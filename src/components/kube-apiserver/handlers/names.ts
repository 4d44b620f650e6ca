/**
 * Names and uids drawn by the server: each from the stream of its own label, so that unrelated creates never change one another's.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/names/generate.go, apimachinery/pkg/util/uuid
 */
import { generatedName, SAFE_ALPHABET } from '../../../api/names.ts';
import type { Turn } from '../turn.ts';
import { nextDraw } from '../turn.ts';

const SUFFIX_LENGTH = 5;

/** Five letters of the safe alphabet from one 32-bit draw. */
export const suffixOf = (draw: number): string => {
  let rest = draw;
  let suffix = '';
  for (let i = 0; i < SUFFIX_LENGTH; i += 1) {
    suffix += SAFE_ALPHABET.charAt(rest % SAFE_ALPHABET.length);
    rest = Math.floor(rest / SAFE_ALPHABET.length);
  }
  return suffix;
};

const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The low 16 bits as four digits. */
const hex16 = (value: number): string => (BYTES[value >>> 8 & 0xff] as string) + (BYTES[value & 0xff] as string);
const hex32 = (value: number): string => hex16(value >>> 16) + hex16(value);

/** A version 4 UUID of four draws. */
const uuid = (a: number, b: number, c: number, d: number): string =>
  `${hex32(a)}-${hex16(b >>> 16)}-${hex16(0x4000 | (b & 0xfff))}-${hex16(0x8000 | (c >>> 16 & 0x3fff))}-${hex16(c)}${hex32(d)}`;

export interface DrawnName {
  readonly name: string;
  readonly uid: string;
}

/** The name and uid of a new object. A drawn name carries its count into the uid's label, a given one counts its own re-creations. */
export const drawName = (turn: Turn, scope: string, given: string, base: string): DrawnName => {
  const { random } = turn.env;
  const label = given === '' ? `name/${scope}/${base}` : `uid/${scope}/${given}`;
  const n = nextDraw(turn, label);
  const name = given === '' ? generatedName(base, suffixOf(random(label, n))) : given;
  const uidLabel = given === '' ? `uid/${scope}/${base}` : label;
  const first = n * 4;
  return { name, uid: uuid(random(uidLabel, first), random(uidLabel, first + 1), random(uidLabel, first + 2), random(uidLabel, first + 3)) };
};
