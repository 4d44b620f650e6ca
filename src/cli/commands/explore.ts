/** `kubeloom explore`: many interleavings of one scenario, judged; what breaks is shrunk, explained and saved. */
import { isLeft } from 'fp-ts/lib/Either.js';
import type { FailureReport } from '../../explore/report.ts';
import { scenarioDigest } from '../../scenario/scenario.ts';
import type { Console } from '../console.ts';
import { sayProblems } from '../console.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { explainFailure } from '../explore/explain-failure.ts';
import type { ExploreFlags } from '../explore/explore-flags.ts';
import { explorePlan } from '../explore/explore-plan.ts';
import type { ExplorePlan } from '../explore/explore-plan.ts';
import { watchForInterruption } from '../explore/interruption.ts';
import type { Interruption } from '../explore/interruption.ts';
import { failuresOf, runLegs, together } from '../explore/legs.ts';
import type { Leg, LegFailure } from '../explore/legs.ts';
import { breathe } from '../explore/run-campaign.ts';
import { stillFailing } from '../explore/saved-failures.ts';
import { loadScenario } from '../load-scenario.ts';
import { campaignProgress } from '../output/campaign-progress.ts';
import { exploredJson, exploredLines } from '../output/explore-report.ts';
import type { Explored } from '../output/explore-report.ts';
import { keepScenario } from '../scenario-store.ts';

const DEFAULT_RUNS = 1000;

const runsOf = ({ runs, timeMs }: ExploreFlags): number => runs ?? (timeMs === undefined ? DEFAULT_RUNS : Infinity);

const runsIn = (plan: ExplorePlan, flags: ExploreFlags, interruption: Interruption): Promise<readonly Leg[]> => {
  const runs = runsOf(flags);
  const progress = campaignProgress(runs, flags.timeMs, process.stderr);
  return runLegs(plan, flags.strategy, {
    runs, timeMs: flags.timeMs, maxFailures: flags.maxFailures, workers: flags.workers, isInterrupted: interruption.isAsked, onProgress: progress.show,
  }).finally(progress.stop);
};

interface LookedAt { readonly reports: readonly FailureReport[]; readonly unrepeated: readonly string[]; readonly unshrunk: readonly string[] }

const shortly = ({ leg, failure: { violation, index } }: LegFailure): string => `${violation.property}: ${violation.message} (schedule ${index + 1} of ${leg.strategy})`;

/** Each failure is shrunk and explained, the first in any case; Ctrl-C leaves out those that have not been begun. */
const lookAt = async (console: Console, { scenario, options }: ExplorePlan, failures: readonly LegFailure[], flags: ExploreFlags, interruption: Interruption): Promise<LookedAt> => {
  const reports: FailureReport[] = [];
  const unrepeated: string[] = [];
  const unshrunk: string[] = [];
  if (interruption.isAsked() && failures.length > 0) console.err('interrupted; what was found is made small first (Ctrl-C ends at once)');
  for (const [i, one] of failures.entries()) {
    await breathe();
    if (i > 0 && interruption.isAsked()) {
      unshrunk.push(shortly(one));
      continue;
    }
    if (process.stderr.isTTY) console.err(`found ${shortly(one)}; making it small and explaining it...`);
    const { leg, failure } = one;
    const report = explainFailure(scenarioDigest(scenario), leg.scenarios[failure.variation] ?? scenario, failure, { ...options, strategy: leg.strategy }, leg.result.schedules, flags.shrink);
    if (report === undefined) unrepeated.push(shortly(one));
    else reports.push(report);
  }
  return { reports, unrepeated, unshrunk };
};

const exploreScenario = async (console: Console, plan: ExplorePlan, flags: ExploreFlags, interruption: Interruption): Promise<Explored> => {
  const old = stillFailing(console, scenarioDigest(plan.scenario), plan.properties, plan.options.budget);
  const since = performance.now();
  const legs = await runsIn(plan, flags, interruption);
  const wallMs = performance.now() - since;
  const looked = await lookAt(console, plan, failuresOf(legs), flags, interruption);
  return { plan, strategy: flags.strategy, legs, together: together(legs), ...looked, old, isInterrupted: interruption.isAsked(), wallMs };
};

const exitCodeOf = ({ together: all, reports, unrepeated, unshrunk, old, isInterrupted }: Explored): ExitCode => {
  if (all.nondeterminism !== undefined || unrepeated.length > 0) return exitCodes.mismatch;
  if (reports.length + unshrunk.length + old.length > 0) return exitCodes.violated;
  if (isInterrupted || all.schedules === 0) return exitCodes.budget;
  if (all.vacuous.length > 0) return exitCodes.violated;
  return all.outcomes.budget > 0 ? exitCodes.budget : exitCodes.fine;
};

const campaign = async (console: Console, plan: ExplorePlan, flags: ExploreFlags, interruption: Interruption): Promise<ExitCode> => {
  const explored = await exploreScenario(console, plan, flags, interruption);
  console.out(flags.output === 'json' ? JSON.stringify(exploredJson(explored)) : exploredLines(explored, flags.output === 'wide').join('\n'));
  return exitCodeOf(explored);
};

/** Which way to search. Each that is not the default is loaded only when it is asked for. */
const search = async (console: Console, plan: ExplorePlan, flags: ExploreFlags, interruption: Interruption): Promise<ExitCode> => {
  if (flags.isExhaustive) {
    const { certificateCommand } = await import('../explore/certificate.ts');
    return certificateCommand(console, plan, flags, interruption);
  }
  if (flags.maximize === undefined) return campaign(console, plan, flags, interruption);
  const { worstCaseCommand } = await import('../explore/worst-case.ts');
  return worstCaseCommand(console, plan, flags, interruption);
};

/** Why mismatch: a run that cannot be finished is no verdict on the scenario; what stands behind it is broken. */
const sayBroken = (console: Console, thrown: unknown): ExitCode => {
  console.err(`x ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  return exitCodes.mismatch;
};

export const exploreCommand = async (console: Console, files: readonly string[], flags: ExploreFlags): Promise<ExitCode> => {
  const loaded = loadScenario(files, { ...flags, strategy: 'fifo' });
  if (isLeft(loaded)) {
    sayProblems(console, loaded.left);
    return exitCodes.badInput;
  }
  const plan = explorePlan(loaded.right, flags);
  if (isLeft(plan)) {
    for (const problem of plan.left) console.err(problem);
    return exitCodes.badInput;
  }
  for (const note of loaded.right.notes) console.err(note);
  keepScenario(plan.right.scenario);
  const interruption = watchForInterruption();
  try {
    return await search(console, plan.right, flags, interruption);
  } catch (thrown) {
    return sayBroken(console, thrown);
  } finally {
    interruption.close();
  }
};
