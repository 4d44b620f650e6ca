/** Component counterfactuals: the same run with some actors swapped for variants of them. Who is to blame is the smallest set whose swap averts the violation. */
import { holdPilot } from '../shrink/hold-plan.ts';
import { isSpent } from '../shrink/shrink-options.ts';
import type { ShrunkRun } from '../shrink/shrink-run.ts';
import type { Alternative } from '../subject.ts';
import { alongList, isBrokenBy } from './replays.ts';
import type { ExplainOptions } from './replays.ts';

export interface Blame {
  readonly actors: readonly string[];
  /** What they are swapped for. */
  readonly what: string;
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

/**
 * The run is replayed twice: step by step, as far as the steps can be taken, and by what was held back in it. Neither may break. Alternatives come in the
 * order of how much they swap, so the first that averts is the smallest.
 */
const averts = ({ make }: Alternative, { schedule, matters, plan }: ShrunkRun, options: ExplainOptions): boolean => {
  const subject = make();
  return !isBrokenBy(subject, alongList(schedule.slice(0, matters)), options) && !isBrokenBy(subject, (world) => holdPilot(world, plan), options);
};

/** Undefined: the subject has no alternatives, or none averts it. */
export const findBlame = (run: ShrunkRun, options: ExplainOptions): Blame | undefined => {
  const bySize = [...run.subject.alternatives?.() ?? []].sort((a, b) => a.actors.length - b.actors.length);
  const found = bySize.find((alternative) => !isSpent(options.effort) && averts(alternative, run, options));
  return found === undefined ? undefined : { actors: unique(found.actors), what: found.what };
};
