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

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** A version 4 UUID of four draws. */
const uuid = (draw: (n: number) => number): string => {
  const [a, b, c, d] = [draw(0), draw(1), draw(2), draw(3)];
  return `${hex(a, 8)}-${hex(b >>> 16, 4)}-4${hex(b & 0xfff, 3)}-${hex(0x8000 | (c >>> 16 & 0x3fff), 4)}-${hex(c & 0xffff, 4)}${hex(d, 8)}`;
};

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
  return { name, uid: uuid((i) => random(uidLabel, n * 4 + i)) };
};
