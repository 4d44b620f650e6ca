/**
 * Finds out that a run will never settle. Watched is its fair continuation: no fault, the oldest message first, a timer only when no message is left.
 *
 * By state, which is proof: with at most one message under way the continuation is a function of the canonical state, so a state that returns returns
 * for ever. What was written in between goes round with it (a *lasso*: somebody fights); nothing written in between: the world stands *still*.
 * Proof up to a collision of two 53-bit hashes, and as far as the actors' `canonical` leaves out only what cannot matter.
 *
 * By content, which is evidence: the same writes, by the same writers, to the same objects, leaving the same content, have gone round `2 * LAPS` times in
 * a row and no state has returned. What components keep to themselves (back-off, counters, caches) is not looked at, and may yet end it.
 *
 * Ref: lassos as the shape of infinite runs: Vardi, Wolper, "An Automata-Theoretic Approach to Automatic Program Verification" (1986)
 */
import { printStep } from '../kernel/print-step.ts';
import type { StepRecord } from '../kernel/step.ts';
import type { World } from '../kernel/world.ts';
import type { ContentWatch, ContentWrite } from './subject.ts';

/** Plain data. */
export interface Lasso {
  readonly by: 'state' | 'content';
  /** What goes round, in order: who writes what to what; for subjects without content, the steps. */
  readonly cycle: readonly string[];
  /** Of one round, in steps. */
  readonly steps: number;
}

export type Recurrence = { readonly kind: 'still' } | { readonly kind: 'lasso'; readonly lasso: Lasso };

export interface RecurrenceWatch {
  /** After every step of the fair continuation. `isStaying`: all is settled for now, so states are not compared. */
  readonly see: (record: StepRecord, isStaying: boolean) => Recurrence | undefined;
}

/** After so many rounds of the same content in a row states are compared; after twice as many, the content is believed. */
export const LAPS = 4;
/** After so many idle moments without a write states are compared: at every fourth of them, and half as often each time that so many have doubled. */
const QUIET = 100;
const QUIET_STRIDE = 4;
const quietStride = (quiet: number): number => QUIET_STRIDE << (31 - Math.clz32(quiet / QUIET));
/** Of a cycle of content, in writes. */
const LONGEST = 96;
/** States that are remembered. Why bounded: memory; a lasso that begins later is still found by content. */
const MOST_STATES = 50_000;

interface LoggedWrite {
  readonly what: string;
  readonly letter: string;
  /** Of the continuation. */
  readonly step: number;
}

interface Rounds {
  /** Of one round, in writes. */
  readonly length: number;
  readonly laps: number;
}

/** Tells how often the newest writes go round, if `LAPS` times at least: for each length, how many letters in a row equal the one that length before. */
const newRounds = (log: readonly LoggedWrite[]): (() => Rounds | undefined) => {
  const matches = Array.from({ length: LONGEST + 1 }, () => 0);
  return () => {
    const last = log.length - 1;
    const { letter } = log[last] as LoggedWrite;
    let shortest: Rounds | undefined;
    for (let length = 1; length <= Math.min(LONGEST, last); length += 1) {
      const count = log[last - length]?.letter === letter ? (matches[length] as number) + 1 : 0;
      matches[length] = count;
      if (shortest === undefined && count >= (LAPS - 1) * length) shortest = { length, laps: 1 + Math.floor(count / length) };
    }
    return shortest;
  };
};

/** Of subjects that tell nothing about their content every step counts, and states alone are compared. */
const everyStep: ContentWatch = { see: ({ step }) => [{ what: printStep(step), content: 0 }] };

export const watchRecurrence = (world: World, content: ContentWatch | undefined): RecurrenceWatch => {
  const { see: seeContent, areWritersQuiet = () => true } = content ?? everyStep;
  const log: LoggedWrite[] = [];
  const roundsOf = newRounds(log);
  const states = new Map<number, { readonly step: number; readonly writes: number }>();
  let rounds: Rounds | undefined;
  let [step, quiet] = [0, 0];
  const lasso = (by: Lasso['by'], writes: number, steps: number): Recurrence =>
    ({ kind: 'lasso', lasso: { by, cycle: log.slice(log.length - writes).map(({ what }) => what), steps } });
  const seeWrites = (writes: readonly ContentWrite[]): void => {
    for (const { what, content: hash } of writes) {
      log.push({ what, letter: `${what} ${hash}`, step });
      quiet = 0;
      if (content !== undefined) rounds = roundsOf();
    }
  };
  const seeState = (): Recurrence | undefined => {
    const hash = world.hash();
    const known = states.get(hash);
    if (known === undefined) {
      if (states.size < MOST_STATES) states.set(hash, { step, writes: log.length });
      return undefined;
    }
    return known.writes === log.length ? { kind: 'still' } : lasso('state', log.length - known.writes, step - known.step);
  };
  /** Why not always: hashing a state costs as much as many steps. */
  const isSuspect = (): boolean => content === undefined || rounds !== undefined || (world.undeliveredCount === 0 && quiet > QUIET && quiet % quietStride(quiet) === 0);
  return {
    see: (record, isStaying) => {
      step += 1;
      seeWrites(seeContent(record));
      const { undeliveredCount } = world;
      if (undeliveredCount === 0) quiet += 1;
      const found = undeliveredCount <= 1 && !isStaying && isSuspect() && areWritersQuiet() ? seeState() : undefined;
      if (found !== undefined || rounds === undefined || rounds.laps < 2 * LAPS) return found;
      return lasso('content', rounds.length, step - (log[log.length - 1 - rounds.length] as LoggedWrite).step);
    },
  };
};

const MOST_NAMED = 8;

/** Each write once, in the order of the cycle; of a long cycle the first few. */
const namesIn = (cycle: readonly string[]): string => {
  const distinct = [...new Set(cycle)];
  const more = distinct.length - MOST_NAMED;
  return `${distinct.slice(0, MOST_NAMED).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
};

export const describeLasso = ({ by, cycle, steps }: Lasso): string => (by === 'state'
  ? `the world returns to a state it was in ${steps} steps before, and so for ever: ${namesIn(cycle)}`
  : `the same ${cycle.length} writes have gone round ${2 * LAPS} times: ${namesIn(cycle)}`);
