/**
 * The failures that were saved earlier are run again first, along their own schedules, as in property testing's example databases. One that fails still
 * counts. One that does not, or whose schedule cannot be followed any more, is said, and moved out of the way: what is to be kept for good belongs
 * among the project's tests, see `kubeloom shrink --keep`.
 */
import { mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { judgeRun } from '../../explore/judge.ts';
import type { FoundViolation, RunBudget } from '../../explore/judge.ts';
import { schedulePilot } from '../../explore/pilot.ts';
import { printStep } from '../../kernel/index.ts';
import { clusterSubject } from '../../testing/cluster-subject.ts';
import type { Console } from '../console.ts';
import { propertyNamed } from './campaign-work.ts';
import type { SavedFailure } from './failure-file.ts';
import { savedFailures } from './failure-file.ts';

export interface StillFailing extends SavedFailure {
  readonly file: string;
  /** Now. */
  readonly violation: FoundViolation;
}

type Rerun =
  | { readonly kind: 'fails'; readonly violation: FoundViolation }
  | { readonly kind: 'passes' }
  /** A step of its schedule cannot be taken. */
  | { readonly kind: 'lost'; readonly at: number; readonly step: string };

/** Follows the schedule to its end, or to the violation. */
export const rerunFailure = ({ property: id, scenario, schedule }: SavedFailure, budget: RunBudget): Rerun | undefined => {
  const property = propertyNamed(id);
  if (property === undefined) return undefined;
  let followed = (): number => 0;
  const { violation, outcome } = judgeRun(clusterSubject(scenario), (world) => {
    const pilot = schedulePilot(world, schedule);
    followed = pilot.followed;
    return pilot;
  }, [property], { budget });
  const step = schedule[followed()];
  // Why: where the schedule cannot be followed the run merely stops, and what has to hold in the end does not hold there.
  if (step !== undefined && outcome !== 'violated') return { kind: 'lost', at: followed() + 1, step: printStep(step) };
  return violation === undefined ? { kind: 'passes' } : { kind: 'fails', violation };
};

const moveAway = (file: string, folder: string): string => {
  const to = join(dirname(file), folder, basename(file));
  mkdirSync(dirname(to), { recursive: true });
  renameSync(file, to);
  return to;
};

/** Of the scenario with this digest, those of the judged properties that still fail. */
export const stillFailing = (console: Console, foundIn: string, properties: readonly string[], budget: RunBudget): readonly StillFailing[] => {
  const { failures, problems } = savedFailures(foundIn);
  for (const problem of problems) console.err(problem);
  return failures.filter(({ property }) => properties.includes(property)).flatMap((saved): readonly StillFailing[] => {
    const rerun = rerunFailure(saved, budget);
    switch (rerun?.kind) {
      case undefined: return [];
      case 'fails': return [{ ...saved, violation: rerun.violation }];
      case 'passes': {
        console.err(`${saved.file}: does not fail any more; moved to ${moveAway(saved.file, 'passed')}`);
        return [];
      }
      case 'lost': {
        console.err(`${saved.file}: cannot be followed any more (saved by version ${saved.version}; step ${rerun.at} of its schedule, ${rerun.step}, is not offered); moved to ${moveAway(saved.file, 'lost')}`);
        return [];
      }
      default: return rerun satisfies never;
    }
  });
};
