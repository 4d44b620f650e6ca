/**
 * A recipe: a run as the few numbers it was made from, so that a run worth going on from can be kept, sent between threads, and changed a little. It says
 * which strategy chooses from which choice on, from which seed, and at which choices another of the offered steps is taken instead.
 * Ref: R. Padhye et al., "Semantic Fuzzing with Zest" (ISSTA 2019): mutate the choices that a generator draws, never what it makes of them.
 */
import { randomChooser } from '../../kernel/choosers/random.ts';
import type { Chooser, Offered } from '../../kernel/chooser.ts';
import type { Step } from '../../kernel/step.ts';
import { delayBoundedChooser } from './delay-bounded.ts';
import { pctChooser } from './pct.ts';
import { posChooser } from './pos.ts';
import { pick } from './random-stream.ts';
import type { RandomStream } from './random-stream.ts';
import { urwChooser } from './urw.ts';
import type { StepEstimate } from './urw.ts';

export const recipeStrategies = ['random', 'pct', 'pos', 'urw', 'delay-bounded'] as const;

export interface Segment {
  /** So many choices of the run come before it. */
  readonly from: number;
  readonly strategy: (typeof recipeStrategies)[number];
  /** PCT's d; the number of delays. */
  readonly depth: number;
  readonly seed: string;
}

/** At this choice, counted from 1: the step offered at this place, counted on from the one chosen, round and round. */
export interface Nudge {
  readonly at: number;
  readonly by: number;
}

export interface Recipe {
  /** The first from 0, ascending. */
  readonly segments: readonly Segment[];
  /** Ascending, at most one for each choice. */
  readonly nudges: readonly Nudge[];
  /** Of the stream that faults are drawn from. */
  readonly faultSeed: string;
}

export interface RecipeOptions {
  /** How many steps a run is expected to take. */
  readonly steps: number;
  readonly estimate: StepEstimate;
}

const segmentChooser = ({ from, strategy, depth, seed }: Segment, { steps, estimate }: RecipeOptions): Chooser => {
  switch (strategy) {
    case 'random': return randomChooser(seed);
    case 'pct': return pctChooser(seed, { depth, steps: Math.max(1, steps - from) });
    case 'pos': return posChooser(seed);
    case 'urw': return urwChooser(seed, estimate);
    case 'delay-bounded': return delayBoundedChooser(seed, { delays: depth, steps: Math.max(1, steps - from) });
    default: return strategy satisfies never;
  }
};

const nudged = (offered: Offered, usual: Step, by: number): Step => {
  const { count } = offered;
  for (let i = 0; i < count; i += 1) if (offered.at(i) === usual) return offered.at((i + by) % count);
  return usual;
};

/** The same recipe makes the same run. A chooser that is nudged goes on as if its own choice had been taken. */
export const recipeChooser = ({ segments, nudges }: Recipe, options: RecipeOptions): Chooser => {
  const nudgeAt = new Map(nudges.map(({ at, by }) => [at, by]));
  let next = 0;
  let taken = 0;
  let chooser: Chooser | undefined;
  return {
    name: 'recipe',
    choose: (offered) => {
      for (let segment = segments[next]; segment !== undefined && segment.from <= taken; segment = segments[next]) {
        chooser = segmentChooser(segment, options);
        next += 1;
      }
      taken += 1;
      const usual = chooser?.choose(offered);
      const by = nudgeAt.get(taken);
      return usual === undefined || by === undefined ? usual : nudged(offered, usual, by);
    },
  };
};

/** From a choice on, drawn anew: the depth is from 1 to 5. */
export const drawSegment = (stream: RandomStream, seed: string, from: number): Segment =>
  ({ from, strategy: pick(stream, recipeStrategies), depth: stream.int(1, 5), seed: `${seed}/${from}` });

export const drawRecipe = (stream: RandomStream, seed: string): Recipe => ({ segments: [drawSegment(stream, seed, 0)], nudges: [], faultSeed: seed });

/** As it is up to a choice, then drawn anew. */
const withNewEnd = (stream: RandomStream, { segments, nudges, faultSeed }: Recipe, seed: string, steps: number): Recipe => {
  const from = stream.int(1, steps);
  return { segments: [...segments.filter((one) => one.from < from), drawSegment(stream, seed, from)], nudges: nudges.filter(({ at }) => at <= from), faultSeed };
};

const withNudges = (stream: RandomStream, recipe: Recipe, steps: number): Recipe => {
  const count = 2 ** stream.int(0, 3);
  const byChoice = new Map(recipe.nudges.map(({ at, by }) => [at, by]));
  for (let i = 0; i < count; i += 1) byChoice.set(stream.int(1, steps), stream.int(1, 8));
  return { ...recipe, nudges: [...byChoice].map(([at, by]) => ({ at, by })).sort((a, b) => a.at - b.at) };
};

const withoutNudge = (stream: RandomStream, recipe: Recipe): Recipe => {
  const dropped = stream.int(0, recipe.nudges.length - 1);
  return { ...recipe, nudges: recipe.nudges.filter((_, i) => i !== dropped) };
};

/** Up to a choice as the one, from there on as the other would go on. */
const spliced = (stream: RandomStream, one: Recipe, other: Recipe, steps: number): Recipe => {
  const from = stream.int(1, steps);
  const goesOn = other.segments.findLast((segment) => segment.from <= from) as Segment;
  return {
    segments: [...one.segments.filter((segment) => segment.from < from), { ...goesOn, from }, ...other.segments.filter((segment) => segment.from > from)],
    nudges: [...one.nudges.filter(({ at }) => at <= from), ...other.nudges.filter(({ at }) => at > from)], faultSeed: one.faultSeed,
  };
};

/** A recipe near to `parent`. `other`: one that part of it may be taken from. `steps`: of a run, as expected. */
export const mutateRecipe = (stream: RandomStream, parent: Recipe, other: Recipe, seed: string, steps: number): Recipe => {
  const length = Math.max(1, steps);
  switch (stream.int(0, 5)) {
    case 0: case 1: return withNewEnd(stream, parent, seed, length);
    case 2: case 3: return withNudges(stream, parent, length);
    case 4: return spliced(stream, parent, other, length);
    default: return parent.nudges.length === 0 ? withNudges(stream, parent, length) : withoutNudge(stream, parent);
  }
};
