/** Labelled random streams: every draw is a pure function of what it is for, so commuting steps draw the same numbers. */
import { combine, hashNumber, hashText } from '../base/hash.ts';
import type { ActorId } from './transition.ts';

/** `Env.random` of one incarnation of one actor. */
export const actorRandom = (seed: string, actor: ActorId, incarnation: number): ((label: string, n: number) => number) => {
  const stream = combine(combine(hashText(seed), hashText(actor)), incarnation);
  return (label, n) => combine(combine(stream, hashText(label)), hashNumber(n)) >>> 0;
};

/** The stream of one link: 0 <= u < 1 for the nth message on it. */
export const linkDraw = (seedHash: number, linkHash: number, n: number): number =>
  (combine(combine(seedHash, linkHash), n) >>> 0) / 4294967296;
