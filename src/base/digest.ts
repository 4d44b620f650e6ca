/** A running 64-bit digest: what two runs compare to know that they went the same way. */
import { highLane, lowLane } from './hash.ts';

/** Two 32-bit lanes; an immutable value. */
export interface Digest {
  readonly high: number;
  readonly low: number;
}

export const emptyDigest: Digest = { high: 0x6a09e667, low: 0x3c6ef372 };

const scramble = (lane: number, multiplier: number): number => {
  const mixed = Math.imul(lane ^ (lane >>> 16), multiplier);
  return mixed ^ (mixed >>> 13);
};

/** The digest after `hash` (of `hashOf` or `hashText`) has been added; order matters. */
export const extendDigest = (digest: Digest, hash: number): Digest => {
  const low = scramble((Math.imul(digest.low, 0x9e3779b1) + lowLane(hash)) ^ digest.high, 0x85ebca6b);
  const high = scramble((Math.imul(digest.high, 0xc2b2ae35) + highLane(hash)) ^ low, 0x27d4eb2f);
  return { high, low };
};

const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0');

/** 16 hexadecimal digits. */
export const printDigest = (digest: Digest): string => hex(digest.high) + hex(digest.low);

/** The inverse of `printDigest`; undefined for any other text. */
export const parseDigest = (text: string): Digest | undefined =>
  /^[0-9a-f]{16}$/.test(text) ? { high: parseInt(text.slice(0, 8), 16) | 0, low: parseInt(text.slice(8), 16) | 0 } : undefined;

/** The digest of one hash, printed: a name for a value. */
export const digestOfHash = (hash: number): string => printDigest(extendDigest(emptyDigest, hash));
