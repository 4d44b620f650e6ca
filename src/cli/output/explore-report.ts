/** What a search says in the end: as data for `-o json`, and for a person. */
import type { RunOutcome } from '../../explore/judge.ts';
import { describeNondeterminism } from '../../explore/determinism-guard.ts';
import { printFaultPlan } from '../../explore/faults/fault-plan.ts';
import { failureLines } from '../../explore/report.ts';
import type { FailureReport } from '../../explore/report.ts';
import { describe } from '../../protocol/describe.ts';
import { failureJson } from '../explore/explain-failure.ts';
import type { ExplorePlan } from '../explore/explore-plan.ts';
import type { Leg, Together } from '../explore/legs.ts';
import type { StillFailing } from '../explore/saved-failures.ts';
import { formatTable } from './tables.ts';

export interface Explored {
  readonly plan: ExplorePlan;
  /** As it was asked for. */
  readonly strategy: string;
  readonly legs: readonly Leg[];
  readonly together: Together;
  readonly reports: readonly FailureReport[];
  /** Failures that did not repeat when they were shrunk. */
  readonly unrepeated: readonly string[];
  /** Found, and for want of time not looked at closely. */
  readonly unshrunk: readonly string[];
  /** Failures of earlier campaigns that still show. */
  readonly old: readonly StillFailing[];
  readonly isInterrupted: boolean;
  /** Of the search, without shrinking. */
  readonly wallMs: number;
}

const perSecond = (count: number, wallMs: number): number => Math.round(count / Math.max(1, wallMs) * 1000);

const legJson = ({ strategy, result, wallMs }: Leg): unknown => ({
  strategy, schedules: result.schedules, steps: result.steps, stepsPerSecond: perSecond(result.steps, wallMs), schedulesPerSecond: perSecond(result.schedules, wallMs),
  outcomes: result.outcomes, coverage: result.coverage, covered: result.covered,
  failures: result.failures.map(({ violation, index, seen }) => ({ property: violation.property, schedule: index, seen })),
});

/** Stable: scripts depend on it. A campaign never exhausts a space; `--exhaustive` does. */
export const exploredJson = ({ plan, strategy, legs, together: all, reports, unrepeated, unshrunk, old, isInterrupted, wallMs }: Explored): unknown => ({
  schedules: all.schedules, steps: all.steps, stepsPerSecond: perSecond(all.steps, wallMs), schedulesPerSecond: perSecond(all.schedules, wallMs),
  strategy, seed: plan.options.seed, faults: printFaultPlan(plan.options.faults), variants: plan.scenario.variants ?? [],
  exhausted: false, distinctStates: null, quiescentStates: null, coverage: all.coverage, covered: legs.length === 1 ? legs[0]?.result.covered : null, outcomes: all.outcomes, lassos: all.lassos,
  evaluated: all.evaluated, broken: all.broken, vacuous: all.vacuous, notApplicable: all.notApplicable,
  violations: reports.map(failureJson), unrepeated, unshrunk,
  stillFailing: old.map(({ property, violation, token, file }) => ({ property, message: violation.message, token, file })),
  nondeterminism: all.nondeterminism ?? null, interrupted: isInterrupted, strategies: legs.map(legJson),
});

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const endsOf = (outcomes: Readonly<Record<RunOutcome, number>>): string =>
  Object.entries(outcomes).filter(([, count]) => count > 0).map(([outcome, count]) => `${count} ${outcome}`).join(', ') || 'none';

const summaryLines = ({ plan, strategy, together: all, wallMs, isInterrupted }: Explored): readonly string[] => {
  const { seed, faults } = plan.options;
  const variants = plan.scenario.variants ?? [];
  return [
    `${plural(all.schedules, 'schedule')} (${strategy}, seed ${seed}, faults ${printFaultPlan(faults)}${variants.length === 0 ? '' : `, variant ${variants.join(', ')}`}): ${endsOf(all.outcomes)}`
    + `${isInterrupted ? '; interrupted' : ''}`,
    `${plural(all.steps, 'step')} in ${(wallMs / 1000).toFixed(1)}s, ${perSecond(all.schedules, wallMs)} schedules/s, ${perSecond(all.steps, wallMs)} steps/s; coverage ${all.coverage}`,
  ];
};

const propertyLines = ({ together: all, reports }: Explored, isWide: boolean): readonly string[] => {
  const judged = Object.values(all.evaluated).filter((count) => count > 0).length;
  const isCut = reports.length > 0;
  return [
    `${judged} of ${plural(Object.keys(all.evaluated).length, 'property').replace(/ys$/, 'ies')} put to the test`,
    ...(isWide && all.notApplicable.length > 0 ? [`nothing to judge here for: ${all.notApplicable.join(', ')}`] : []),
    // Why not where something was found: the search ended there, and what it would have put to the test later is not known.
    ...(isCut ? [] : all.vacuous.map((id) => `x ${id}: never put to the test`)),
  ];
};

const legTable = (legs: readonly Leg[]): string => formatTable(
  ['STRATEGY', 'SCHEDULES', 'ENDED', 'STEPS', 'SCHEDULES/S', 'COVERAGE', 'ORDERS', 'LAST NEW AT', 'FOUND'],
  legs.map(({ strategy, result, wallMs }) => [
    strategy, String(result.schedules), endsOf(result.outcomes), String(result.steps), String(perSecond(result.schedules, wallMs)), String(result.coverage), String(result.covered.orders), String(result.covered.lastNew),
    result.failures.map(({ violation, index }) => `${violation.property} at ${index + 1}`).join(', ') || '-',
  ]),
);

const oldLines = ({ property, violation, file, token }: StillFailing): string =>
  `x ${property}: still fails as saved\n  ${violation.message}\n  saved    ${file}\n  replay   npx kubeloom replay ${token}\n`;

/** Ends, where something was found, with how to replay it. */
export const exploredLines = (explored: Explored, isWide: boolean): readonly string[] => {
  const { legs, together: all, reports, unrepeated, unshrunk, old } = explored;
  return [
    ...old.map(oldLines),
    ...(legs.length > 1 ? [legTable(legs), ''] : []),
    ...summaryLines(explored),
    ...propertyLines(explored, isWide),
    ...all.lassos.map((lasso) => `a run that goes round for ever: ${lasso}`),
    ...(all.nondeterminism === undefined ? [] : [`x nondeterminism: ${describeNondeterminism(all.nondeterminism)}`]),
    ...unrepeated.map((one) => `x does not repeat along its own schedule: ${one}`),
    ...unshrunk.map((one) => `x found, not shrunk: ${one}`),
    ...reports.flatMap((report) => ['', ...failureLines(report, describe)]),
  ];
};
