/** A worst case in words and as data: what it comes to beside the usual, and the few deviations that make it. */
import { printStep } from '../../kernel/print-step.ts';
import type { StepRecord } from '../../kernel/step.ts';
import { traceLine } from '../../kernel/trace-line.ts';
import { faultsIn } from '../campaign.ts';
import { judgeRun } from '../judge.ts';
import { schedulePilot } from '../pilot.ts';
import type { Hold, Occurrence } from '../shrink/hold-plan.ts';
import type { WorstCase } from './worst-search.ts';

const MAX_LINES = 60;

const named = ({ name, n }: Occurrence): string => `${name} #${n}`;

const holdLine = ({ held, until }: Hold): string => `  held            ${named(held)}${until.kind === 'step' ? `, until after ${named(until.after)}` : ''}`;

const traceOf = ({ subject, schedule, matters }: WorstCase, describe: (body: unknown) => string): readonly string[] => {
  const records: StepRecord[] = [];
  judgeRun(subject, (world) => schedulePilot(world, schedule), [], { budget: { maxSteps: matters, maxMs: Infinity }, onStep: (record) => { records.push(record); } });
  const lines = records.map((record) => `  ${traceLine(record, subject.world.config.startMs, describe)}`);
  return lines.length <= MAX_LINES ? lines : [`  ... ${lines.length - MAX_LINES} steps before`, ...lines.slice(-MAX_LINES)];
};

const usual = ({ fifo, sampled, unsettled }: WorstCase): string => {
  const beside = sampled === undefined ? 'none sampled' : `median of ${sampled.runs} sampled ${sampled.spread.median} (quartiles ${sampled.spread.lowerQuartile} and ${sampled.spread.upperQuartile})`;
  return `order of sending ${fifo ?? 'does not settle'}   ${beside}${unsettled === 0 ? '' : `   ${unsettled} runs did not settle, and do not count`}`;
};

const deviationLines = (worst: WorstCase): readonly string[] => {
  const { shrunk, deviations, isMinimal, schedule, matters } = worst;
  if (worst.found === undefined) return ['  nothing is worse than the order of sending, as far as was looked'];
  const faults = faultsIn(schedule.slice(0, matters));
  const pair = shrunk?.criticalPair;
  return [
    `  ${deviations} deviation${deviations === 1 ? '' : 's'} from the order of sending${isMinimal ? '; none can be left out' : ' (not minimal: the budget for shrinking was spent)'}`,
    ...(shrunk?.holds ?? []).map(holdLine), ...(faults.length === 0 ? [] : [`  faults          ${faults.join('; ')}`]),
    ...(pair === undefined ? [] : [`  critical pair   ${printStep(pair.first)}  <->  ${printStep(pair.second)}`, '                  the other way round, it is less']),
  ];
};

/** The token's line is for the caller to add. `describe`: a message's body in words. */
export const worstCaseLines = (worst: WorstCase, describe: (body: unknown) => string): readonly string[] => {
  const { measure, runs, found, worst: value } = worst;
  return [
    `worst ${measure.id}: ${value} ${measure.unit}${found === undefined ? '' : `   run ${found.run} of ${runs}, found by ${found.by}`}`,
    `  ${measure.statement}`, `  ${usual(worst)}`, ...deviationLines(worst), ...traceOf(worst, describe),
  ];
};

/** Plain data. */
export interface WorstCaseJson {
  readonly measure: string;
  readonly unit: string;
  readonly statement: string;
  readonly fifo: number | null;
  readonly sampled: WorstCase['sampled'] | null;
  readonly runs: number;
  readonly unsettled: number;
  readonly worst: number;
  readonly found: WorstCase['found'] | null;
  readonly deviations: number;
  readonly faults: readonly string[];
  readonly steps: number;
  readonly isMinimal: boolean;
}

export const worstCaseJson = ({ measure, fifo, sampled, runs, unsettled, worst, found, deviations, schedule, matters, isMinimal }: WorstCase): WorstCaseJson => ({
  measure: measure.id, unit: measure.unit, statement: measure.statement, fifo: fifo ?? null, sampled: sampled ?? null, runs, unsettled, worst, found: found ?? null,
  deviations, faults: faultsIn(schedule.slice(0, matters)), steps: matters, isMinimal,
});
