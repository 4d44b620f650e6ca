/**
 * Worst-case search: the legal schedule that is worst by a measure. Half of the runs are sampled by the strategies; the others climb: each changes one of
 * the worst runs so far a little, and takes its place among them when it is at least as bad. What is found is shrunk to the fewest deviations from the order of
 * sending that keep it. Everything is drawn from the seed. What is found is a lower bound of the worst: no claim is made that there is nothing worse.
 * Ref: a (mu + lambda) evolution strategy with restarts, H.-G. Beyer, H.-P. Schwefel, "Evolution strategies", Natural Computing 2002
 */
import { compareNumbers } from '../../base/order.ts';
import type { Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import type { Measure } from '../../properties/measures/measure.ts';
import { profileOf } from '../campaign.ts';
import { faultInjector } from '../faults/fault-injector.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import type { RunBudget } from '../judge.ts';
import { schedulePilot, strategyPilot } from '../pilot.ts';
import type { Pilot, PilotLimits } from '../pilot.ts';
import type { Effort } from '../shrink/shrink-options.ts';
import { shrinkRun } from '../shrink/shrink-run.ts';
import type { ShrunkRun } from '../shrink/shrink-run.ts';
import { drawRecipe, mutateRecipe, recipeChooser } from '../strategies/recipe.ts';
import type { Recipe } from '../strategies/recipe.ts';
import { pick, randomStream } from '../strategies/random-stream.ts';
import type { Subject } from '../subject.ts';
import { WORST_SIGNATURE, measureProperty, measureRun, toTheSettledEnd } from './judge-measure.ts';

export interface WorstOptions {
  readonly seed: string;
  /** Sampled and climbing together; the run in the order of sending is not counted. */
  readonly runs: number;
  readonly faults: FaultPlan;
  readonly limits: PilotLimits;
  readonly budget: RunBudget;
  /** For shrinking; is counted down. */
  readonly effort: Effort;
}

export interface Spread {
  readonly least: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly most: number;
}

export interface WorstCase {
  readonly measure: Measure;
  readonly subject: Subject;
  /** Of the run in the order of sending; undefined where that does not settle. */
  readonly fifo: number | undefined;
  readonly runs: number;
  /** Of the sampled runs that count, climbing ones left out; undefined where there are none. */
  readonly sampled: { readonly runs: number; readonly spread: Spread } | undefined;
  /** Runs that did not settle within the budget: they do not count where the measure is known at the end only. */
  readonly unsettled: number;
  readonly worst: number;
  /** Which run it was, from 1, and how it came about; undefined: no run was worse than the order of sending. */
  readonly found: { readonly run: number; readonly by: 'sampling' | 'climbing' } | undefined;
  /** The schedule that is worst, shrunk; as long as it takes for the measure to be known. */
  readonly schedule: readonly Step[];
  /** So many of its steps make it so bad; from there on the oldest message goes first. */
  readonly matters: number;
  /** Undefined where nothing deviates from the order of sending, or the schedule did not repeat. */
  readonly shrunk: ShrunkRun | undefined;
  /** Messages and timers that are held back, and faults. */
  readonly deviations: number;
  /** No deviation can be left out. */
  readonly isMinimal: boolean;
}

interface Candidate {
  readonly recipe: Recipe;
  readonly value: number;
}

interface Best {
  readonly value: number;
  readonly schedule: readonly Step[];
  readonly found: WorstCase['found'];
}

/** So many of the worst are gone on from. */
const ELITE = 8;
/** Of so many climbing runs, one goes on from nothing. */
const RESTART_EVERY = 8;

const spreadOf = (values: readonly number[]): Spread | undefined => {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort(compareNumbers);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] as number;
  return { least: at(0), lowerQuartile: at(0.25), median: at(0.5), upperQuartile: at(0.75), most: at(1) };
};

/** Worst first; of equals the newest first, so that climbing drifts over what is equally bad. */
const withCandidate = (elite: readonly Candidate[], one: Candidate): readonly Candidate[] => {
  const place = elite.findIndex(({ value }) => value <= one.value);
  return place < 0 ? [...elite, one].slice(0, ELITE) : [...elite.slice(0, place), one, ...elite.slice(place)].slice(0, ELITE);
};

export interface WorstSearch {
  /** One run; false when there are none left to do. */
  readonly advance: () => boolean;
  readonly progress: () => { readonly done: number; readonly of: number; readonly worst: number };
  /** Of the runs so far, shrunk. To be asked for once: it spends the effort. */
  readonly result: () => WorstCase;
}

export const newWorstSearch = (subject: Subject, measure: Measure, options: WorstOptions): WorstSearch => {
  const { seed, runs, faults, limits, budget } = options;
  const profile = profileOf(subject, options);
  const fifo = measureRun(subject, measure, (world) => schedulePilot(world, []), budget);
  const sampling = Math.ceil(runs / 2);
  const sampled: number[] = [];
  let elite: readonly Candidate[] = [];
  let best: Best = { value: fifo.value ?? 0, schedule: fifo.schedule, found: undefined };
  let [done, unsettled] = [0, 0];

  const nextRecipe = (): Recipe => {
    const name = `${seed}/${done}`;
    const stream = randomStream(`${name} worst`);
    const isNew = done < sampling || elite.length === 0 || stream.int(1, RESTART_EVERY) === 1;
    return isNew ? drawRecipe(stream, name) : mutateRecipe(stream, pick(stream, elite).recipe, pick(stream, elite).recipe, name, profile.steps);
  };
  const note = (recipe: Recipe, value: number, schedule: readonly Step[]): void => {
    const by = done < sampling ? 'sampling' : 'climbing';
    if (by === 'sampling') sampled.push(value);
    elite = withCandidate(elite, { recipe, value });
    if (value > best.value) best = { value, schedule, found: { run: done + 1, by } };
  };
  return {
    advance: () => {
      if (done >= runs) return false;
      const recipe = nextRecipe();
      const pilotOf = (world: World): Pilot => strategyPilot(world, recipeChooser(recipe, profile), faultInjector(world, subject.targets, faults, recipe.faultSeed), limits);
      const { value, schedule } = measureRun(subject, measure, pilotOf, budget);
      if (value === undefined) unsettled += 1;
      else note(recipe, value, schedule);
      done += 1;
      return done < runs;
    },
    progress: () => ({ done, of: runs, worst: best.value }),
    result: () => {
      const spread = spreadOf(sampled);
      return {
        measure, subject, fifo: fifo.value, runs: done, unsettled, worst: best.value, found: best.found,
        sampled: spread === undefined ? undefined : { runs: sampled.length, spread }, ...shrinkWorst(subject, measure, best, options),
      };
    },
  };
};

/** The fewest deviations from the order of sending that come to at least as much. */
const shrinkWorst = (subject: Subject, measure: Measure, best: Best, { budget, effort }: WorstOptions): Pick<WorstCase, 'schedule' | 'matters' | 'shrunk' | 'deviations' | 'isMinimal'> => {
  if (best.found === undefined) return { schedule: best.schedule, matters: 0, shrunk: undefined, deviations: 0, isMinimal: true };
  const property = measureProperty(subject, measure, best.value);
  const shrunk = shrinkRun(subject, best.schedule, { property, signature: WORST_SIGNATURE, budget: toTheSettledEnd(budget), effort });
  if (shrunk === undefined) return { schedule: best.schedule, matters: best.schedule.length, shrunk, deviations: best.schedule.length, isMinimal: false };
  return { schedule: shrunk.schedule, matters: shrunk.matters, shrunk, deviations: shrunk.holds.length + shrunk.faults, isMinimal: shrunk.isMinimal };
};

/** The whole search at once. */
export const findWorst = (subject: Subject, measure: Measure, options: WorstOptions): WorstCase => {
  const search = newWorstSearch(subject, measure, options);
  while (search.advance());
  return search.result();
};
