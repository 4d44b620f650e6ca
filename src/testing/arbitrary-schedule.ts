/**
 * Schedules to draw, for any world, with a shrinker: a failing run shrinks to the fewest and shortest deviations from the oldest message first.
 * fast-check's own `scheduler()` orders promises, and what it has ordered does not shrink.
 */
import fc from 'fast-check';
import type { Random } from 'fast-check';
import { randomStream } from '../explore/strategies/random-stream.ts';
import type { RandomStream } from '../explore/strategies/random-stream.ts';
import { drawnSchedule } from './drawn-schedule.ts';
import type { Deviation, DrawnSchedule, Interruptions } from './drawn-schedule.ts';

export interface ScheduleConstraints {
  /** After so many choices nothing deviates any more: a fair order, in which to demand convergence. Default: 2,000. */
  readonly choices?: number;
  /** What may be taken besides what is offered, such as crashes and restarts; those that cannot be taken are passed over. Default: nothing. */
  readonly interruptions?: Interruptions;
}

/** One choice in so many has a deviation. From nearly a random walk to few in a long run: each finds what the others miss. */
const ONE_IN = [1, 4, 16, 64, 256] as const;
/** A hold lasts up to 2 to the power of this. */
const MAX_HOLD_BITS = 8;
const INTERRUPT_ONE_IN = 4;

const drawDeviations = (stream: RandomStream, choices: number, canInterrupt: boolean): readonly Deviation[] => {
  const oneIn = ONE_IN[stream.int(0, ONE_IN.length - 1)] as number;
  const deviations: Deviation[] = [];
  for (let at = stream.int(1, oneIn); at <= choices; at += stream.int(0, 2 * oneIn)) {
    const pick = stream.int(0, 0xffffffff);
    if (canInterrupt && stream.int(1, INTERRUPT_ONE_IN) === 1) deviations.push({ kind: 'interrupt', at, pick });
    else deviations.push({ kind: 'hold', at, pick, choices: stream.int(1, 2 ** stream.int(0, MAX_HOLD_BITS)) });
  }
  return deviations;
};

/** Where shrinking goes on: leaving out chunks, or shortening holds one by one. */
type Progress =
  /** The next chunk, and whether this pass over the chunks has left any out. */
  | { readonly kind: 'leave-out'; readonly size: number; readonly at: number; readonly hasLeftOut: boolean }
  | { readonly kind: 'shorten'; readonly at: number };

interface Candidate {
  readonly deviations: readonly Deviation[];
  readonly progress: Progress;
}

const without = (deviations: readonly Deviation[], at: number, size: number): Candidate =>
  ({ deviations: [...deviations.slice(0, at), ...deviations.slice(at + size)], progress: { kind: 'leave-out', size, at, hasLeftOut: true } });

const singles = function* singles(deviations: readonly Deviation[], below: number): Generator<Candidate> {
  for (let at = 0; at < Math.min(below, deviations.length); at += 1) yield without(deviations, at, 1);
};

/**
 * Sublists without one chunk each, from `progress` on; when none of them fails, no single deviation can be left out.
 * Ref: A. Zeller, R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 2002 (ddmin).
 */
const sublists = function* sublists(deviations: readonly Deviation[], progress: Extract<Progress, { kind: 'leave-out' }> | undefined): Generator<Candidate> {
  const count = deviations.length;
  if (count > 0 && progress === undefined) yield { deviations: [], progress: { kind: 'leave-out', size: 1, at: 0, hasLeftOut: false } };
  let { size, at, hasLeftOut } = progress ?? { size: Math.ceil(count / 2), at: 0, hasLeftOut: false };
  const end = at;
  while (count > 0) {
    for (; at < count; at += size) if (size < count) yield without(deviations, at, size);
    if (size === 1) break;
    [size, at, hasLeftOut] = [Math.ceil(size / 2), 0, false];
  }
  // What comes before the last one that was left out has not been tried without it.
  if (hasLeftOut) yield* singles(deviations, end);
};

/** Each hold at half its length, from the one at `from` on. */
const shortenings = function* shortenings(deviations: readonly Deviation[], from: number): Generator<Candidate> {
  for (let at = from; at < deviations.length; at += 1) {
    const deviation = deviations[at] as Deviation;
    if (deviation.kind !== 'hold' || deviation.choices === 1) continue;
    for (const choices of new Set([1, Math.floor(deviation.choices / 2), deviation.choices - 1])) {
      yield { deviations: deviations.map((one, i) => (i === at ? { ...deviation, choices } : one)), progress: { kind: 'shorten', at } };
    }
  }
};

const candidates = function* candidates(deviations: readonly Deviation[], progress: Progress | undefined): Generator<Candidate> {
  if (progress?.kind !== 'shorten') yield* sublists(deviations, progress);
  yield* shortenings(deviations, progress?.kind === 'shorten' ? progress.at : 0);
  // With shorter holds fewer may do.
  if (progress?.kind === 'shorten') yield* singles(deviations, deviations.length);
};

class ScheduleArbitrary extends fc.Arbitrary<DrawnSchedule> {
  private readonly choices: number;
  private readonly interruptions: Interruptions | undefined;

  constructor({ choices = 2000, interruptions }: ScheduleConstraints) {
    super();
    this.choices = choices;
    this.interruptions = interruptions;
  }

  private valued(deviations: () => readonly Deviation[], progress: Progress | undefined): fc.Value<DrawnSchedule> {
    return new fc.Value(drawnSchedule(deviations, this.interruptions ?? (() => [])), progress);
  }

  override generate(random: Random): fc.Value<DrawnSchedule> {
    const seed = String(random.nextInt(0, 0xffffffff));
    let drawn: readonly Deviation[] | undefined;
    return this.valued(() => (drawn ??= drawDeviations(randomStream(seed), this.choices, this.interruptions !== undefined)), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is DrawnSchedule {
    return typeof value === 'object' && value !== null && 'deviations' in value && 'chooser' in value;
  }

  override shrink(schedule: DrawnSchedule, context: unknown): fc.Stream<fc.Value<DrawnSchedule>> {
    return fc.stream(candidates(schedule.deviations, context as Progress | undefined)).map(({ deviations, progress }) => this.valued(() => deviations, progress));
  }
}

/**
 * Schedules for any world. One value decides one run: `schedule.run(world, { maxSteps })`, or `schedule.chooser(world)` wherever a chooser is taken.
 * Shrinks to deviations none of which can be left out or made shorter; the counterexample prints them as readable steps.
 */
export const arbitrarySchedule = (constraints: ScheduleConstraints = {}): fc.Arbitrary<DrawnSchedule> => new ScheduleArbitrary(constraints);
