/** From what a search found on its way to a failure: the whole run, judged from its beginning, and what the fair order makes of it. */
import type { Step } from '../../kernel/step.ts';
import type { Finding } from '../../properties/check-properties.ts';
import type { Property } from '../../properties/property.ts';
import type { RunFailure } from '../campaign.ts';
import { judgeRun } from '../judge.ts';
import type { RunBudget } from '../judge.ts';
import { schedulePilot } from '../pilot.ts';
import type { Subject } from '../subject.ts';

interface Judging {
  readonly properties: readonly Property[];
  readonly budget: RunBudget;
}

/** Undefined: the run does not bear it out. Why judged by that property alone: of all, only the first to be broken would be told. */
export const confirmFinding = (
  subject: Subject, { properties, budget }: Judging, { property }: Finding, found: readonly Step[], how: string,
): RunFailure | undefined => {
  const { violation, schedule } = judgeRun(subject, (world) => schedulePilot(world, found), properties.filter(({ id }) => id === property), { budget });
  return violation === undefined ? undefined : { violation, schedule, found: how, variation: 0 };
};
