/** `kubeloom explore`: many interleavings of one scenario, judged; what breaks is shrunk, explained and saved. */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { CampaignOptions, CampaignResult } from '../../explore/campaign.ts';
import { describeNondeterminism } from '../../explore/determinism-guard.ts';
import { printFaultPlan } from '../../explore/faults/fault-plan.ts';
import { judgeRun } from '../../explore/judge.ts';
import { schedulePilot } from '../../explore/pilot.ts';
import { failureLines } from '../../explore/report.ts';
import type { FailureReport } from '../../explore/report.ts';
import { describe } from '../../protocol/describe.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { scenarioDigest } from '../../scenario/scenario.ts';
import { clusterSubject, untimed } from '../../testing/cluster-subject.ts';
import { clusterVariations } from '../../testing/cluster-variations.ts';
import type { Console } from '../console.ts';
import { sayProblems } from '../console.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { allProperties, propertyNamed } from '../explore/campaign-work.ts';
import { explainFailure, failureJson } from '../explore/explain-failure.ts';
import type { ShrinkFlags } from '../explore/explain-failure.ts';
import { savedFailures } from '../explore/failure-file.ts';
import type { SavedFailure } from '../explore/failure-file.ts';
import { runCampaign } from '../explore/run-campaign.ts';
import type { ScenarioFlags } from '../load-scenario.ts';
import { loadScenario } from '../load-scenario.ts';
import { campaignProgress } from '../output/campaign-progress.ts';
import { keepScenario } from '../scenario-store.ts';

export interface ExploreFlags extends Omit<ScenarioFlags, 'strategy'> {
  /** Infinity where time alone is the bound. */
  readonly runs: number;
  readonly timeMs: number | undefined;
  readonly workers: number;
  readonly maxFailures: number;
  readonly options: CampaignOptions;
  readonly lagMs: number | undefined;
  /** Ids of variants of components to run with. */
  readonly variants: readonly string[];
  /** Ids; all that there are when empty. A named one that is never put to the test fails the campaign. */
  readonly properties: readonly string[];
  readonly shrink: ShrinkFlags;
  readonly output: 'table' | 'json' | 'wide';
}

interface Explored {
  readonly result: CampaignResult;
  readonly reports: readonly FailureReport[];
  /** Failures that did not repeat when they were shrunk. */
  readonly unrepeated: readonly string[];
  /** Failures of earlier campaigns that still show. */
  readonly old: readonly (SavedFailure & { readonly file: string })[];
  readonly wallMs: number;
}

const withFlags = (scenario: Scenario, { lagMs, variants }: ExploreFlags): Scenario => ({
  ...untimed(scenario), topology: { ...untimed(scenario).topology, ...(lagMs === undefined ? {} : { lagMs }) }, ...(variants.length === 0 ? {} : { variants }),
});

/** The failures saved from earlier campaigns over this scenario that still show when their schedules are followed. */
const stillFailing = (console: Console, scenario: Scenario, flags: ExploreFlags): Explored['old'] => savedFailures(scenarioDigest(scenario)).filter((saved) => {
  const property = propertyNamed(saved.property);
  if (property === undefined) return false;
  const { violation } = judgeRun(clusterSubject(saved.scenario), (world) => schedulePilot(world, saved.schedule), [property], { budget: flags.options.budget });
  if (violation === undefined) console.err(`${saved.file}: does not fail any more; delete it, or keep it to be watched`);
  return violation !== undefined;
});

const exploreScenario = async (console: Console, scenario: Scenario, flags: ExploreFlags): Promise<Explored> => {
  const since = performance.now();
  const old = stillFailing(console, scenario, flags);
  const scenarios = flags.options.strategy === 'swarm' ? clusterVariations(scenario).map((variation) => variation.scenario) : [scenario];
  const properties = flags.properties.length > 0 ? flags.properties : allProperties.map(({ id }) => id);
  const progress = campaignProgress(flags.runs, flags.timeMs, process.stderr);
  const result = await runCampaign({ scenarios, properties, options: flags.options }, {
    runs: flags.runs, timeMs: flags.timeMs, maxFailures: flags.maxFailures, workers: flags.workers, onProgress: progress.show,
  });
  progress.stop();
  const wallMs = performance.now() - since;
  const reports: FailureReport[] = [];
  const unrepeated: string[] = [];
  for (const failure of result.failures) {
    const report = explainFailure(scenarioDigest(scenario), scenarios[failure.variation] ?? scenario, failure, flags.options, result.schedules, flags.shrink);
    if (report === undefined) unrepeated.push(`${failure.violation.property}: ${failure.violation.message}`);
    else reports.push(report);
  }
  return { result, reports, unrepeated, old, wallMs };
};

/** Of those asked for by name; of the rest it is said, no more. */
const vacuousOf = ({ result }: Explored, { properties }: ExploreFlags): readonly string[] => result.vacuous.filter((id) => properties.includes(id));

const exitCodeOf = (explored: Explored, flags: ExploreFlags): ExitCode => {
  const { result, reports, unrepeated, old } = explored;
  if (result.nondeterminism !== undefined || unrepeated.length > 0) return exitCodes.mismatch;
  if (reports.length > 0 || old.length > 0 || vacuousOf(explored, flags).length > 0) return exitCodes.violated;
  return result.schedules === 0 || result.outcomes.budget > 0 ? exitCodes.budget : exitCodes.fine;
};

const perSecond = (count: number, wallMs: number): number => Math.round(count / Math.max(1, wallMs) * 1000);

const sayJson = (console: Console, explored: Explored, flags: ExploreFlags): void => {
  const { result, reports, unrepeated, old, wallMs } = explored;
  console.out(JSON.stringify({
    schedules: result.schedules, steps: result.steps, stepsPerSecond: perSecond(result.steps, wallMs), schedulesPerSecond: perSecond(result.schedules, wallMs),
    strategy: flags.options.strategy, seed: flags.options.seed, faults: printFaultPlan(flags.options.faults),
    exhausted: false, distinctStates: null, quiescentStates: null, coverage: result.coverage, outcomes: result.outcomes,
    evaluated: result.evaluated, broken: result.broken, vacuous: vacuousOf(explored, flags), unevaluated: result.vacuous,
    violations: reports.map(failureJson), unrepeated, stillFailing: old.map(({ property, message, token, file }) => ({ property, message, token, file })),
    nondeterminism: result.nondeterminism ?? null,
  }));
};

const summary = ({ result, wallMs }: Explored, { options }: ExploreFlags): string => {
  const { schedules, steps, outcomes, coverage } = result;
  const ends = Object.entries(outcomes).filter(([, count]) => count > 0).map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  return `${schedules} schedules (${options.strategy}, seed ${options.seed}, faults ${printFaultPlan(options.faults)}): ${ends || 'none'}; `
    + `${steps} steps in ${(wallMs / 1000).toFixed(1)}s, ${perSecond(schedules, wallMs)} schedules/s, ${perSecond(steps, wallMs)} steps/s; coverage ${coverage}`;
};

const sayTable = (console: Console, explored: Explored, flags: ExploreFlags): void => {
  const { result, reports, unrepeated, old } = explored;
  for (const { property, message, file, token } of old) console.out(`x ${property}: still fails as saved\n  ${message}\n  saved    ${file}\n  replay   npx kubeloom replay ${token}\n`);
  console.out(summary(explored, flags));
  const judged = Object.values(result.evaluated).filter((count) => count > 0).length;
  console.out(`${judged} of ${Object.keys(result.evaluated).length} properties put to the test${flags.output === 'wide' && result.vacuous.length > 0 ? `; never: ${result.vacuous.join(', ')}` : ''}`);
  for (const id of vacuousOf(explored, flags)) console.out(`x ${id}: never put to the test`);
  if (result.nondeterminism !== undefined) console.out(`x nondeterminism: ${describeNondeterminism(result.nondeterminism)}`);
  for (const one of unrepeated) console.out(`x does not repeat along its own schedule: ${one}`);
  for (const report of reports) console.out(`\n${failureLines(report, describe).join('\n')}`);
};

export const exploreCommand = async (console: Console, files: readonly string[], flags: ExploreFlags): Promise<ExitCode> => {
  const loaded = loadScenario(files, { ...flags, strategy: 'fifo' });
  if (isLeft(loaded)) {
    sayProblems(console, loaded.left);
    return exitCodes.badInput;
  }
  for (const note of loaded.right.notes) console.err(note);
  const scenario = withFlags(loaded.right.scenario, flags);
  keepScenario(scenario);
  const explored = await exploreScenario(console, scenario, flags);
  if (flags.output === 'json') sayJson(console, explored, flags);
  else sayTable(console, explored, flags);
  return exitCodeOf(explored, flags);
};
