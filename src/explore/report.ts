/** A found failure in words: what broke, how it was found and shrunk, the critical pair, the run line by line. */
import { printStep } from '../kernel/print-step.ts';
import type { StepRecord } from '../kernel/step.ts';
import { traceLine } from '../kernel/trace-line.ts';
import { faultsIn } from './campaign.ts';
import type { CampaignResult } from './campaign.ts';
import { judgeRun } from './judge.ts';
import { schedulePilot } from './pilot.ts';
import type { ShrunkRun } from './shrink/shrink-run.ts';

/** `found -> shrunk` for each measure of size. */
export interface Sizes {
  readonly [measure: string]: readonly [number, number];
}

export interface FailureReport {
  readonly failure: CampaignResult['failures'][number];
  readonly shrunk: ShrunkRun;
  readonly statement: string;
  readonly sizes: Sizes;
  readonly runs: number;
  readonly token: string;
  readonly file: string;
}

/** The records of the steps that make the failure. */
const recordsOf = ({ subject, schedule, matters }: ShrunkRun): readonly StepRecord[] => {
  const records: StepRecord[] = [];
  judgeRun(subject, (world) => schedulePilot(world, schedule), [], { budget: { maxSteps: matters, maxMs: Infinity }, onStep: (record) => { records.push(record); } });
  return records;
};

const MAX_LINES = 60;

/** Of a long run, the end. */
const traceOf = (shrunk: ShrunkRun, describe: (body: unknown) => string): readonly string[] => {
  const { startMs } = shrunk.subject.world.config;
  const lines = recordsOf(shrunk).map((record) => `  ${traceLine(record, startMs, describe)}`);
  return lines.length <= MAX_LINES ? lines : [`  ... ${lines.length - MAX_LINES} steps before`, ...lines.slice(-MAX_LINES)];
};

const pairLines = ({ criticalPair, subject }: ShrunkRun): readonly string[] => {
  if (criticalPair === undefined) return [];
  const first = subject.world.stepCount + criticalPair.at;
  return [
    `  critical pair   #${first} ${printStep(criticalPair.first)}  <->  ${printStep(criticalPair.second)}`,
    '                  the other way round, the run passes',
  ];
};

const sizesLine = (sizes: Sizes): string => Object.entries(sizes).map(([measure, [found, shrunk]]) => `${measure} ${found} -> ${shrunk}`).join('   ');

/** As many lines as it takes; the last two say how to replay it. */
export const failureLines = (report: FailureReport, describe: (body: unknown) => string): readonly string[] => {
  const { failure, shrunk, statement, sizes, runs, token, file } = report;
  const faults = faultsIn(shrunk.schedule.slice(0, shrunk.matters));
  return [
    `x ${failure.violation.property}: ${statement}   ${failure.violation.kind}`,
    `  ${shrunk.violation.message}`,
    `  schedule ${failure.index + 1} of ${runs} (${failure.found})  ->  ${sizesLine(sizes)}${shrunk.isMinimal ? '' : '   (not minimal: the budget for shrinking was spent)'}`,
    ...(faults.length === 0 ? [] : [`  faults          ${faults.join('; ')}`]),
    ...pairLines(shrunk),
    ...traceOf(shrunk, describe),
    `  saved    ${file}`,
    `  replay   npx kubeloom replay ${token}`,
  ];
};
