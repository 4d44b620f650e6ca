/**
 * A campaign: many runs of one subject, each a pure function of the campaign's options, the run's index and, for feedback, what the generations before
 * have kept, so that it does not matter who runs which; and a tally that takes their reports in the order of their indices.
 */
import type { Chooser } from '../kernel/chooser.ts';
import { printStep } from '../kernel/print-step.ts';
import { listenToFirings } from '../kernel/statechart/firings.ts';
import type { Firing } from '../kernel/statechart/firings.ts';
import type { Step } from '../kernel/step.ts';
import type { World } from '../kernel/world.ts';
import type { Asked } from '../properties/applies.ts';
import type { Property } from '../properties/property.ts';
import { newCoverage, newCoverageTally } from './coverage.ts';
import type { CoverageSummary } from './coverage.ts';
import { guardRun } from './determinism-guard.ts';
import type { Nondeterminism } from './determinism-guard.ts';
import { isMending } from './faults/episode.ts';
import { faultInjector } from './faults/fault-injector.ts';
import type { FaultPlan } from './faults/fault-plan.ts';
import { judgeRun } from './judge.ts';
import type { FoundViolation, RunBudget, RunOutcome } from './judge.ts';
import { describeLasso } from './lasso.ts';
import type { Lasso } from './lasso.ts';
import { strategyPilot } from './pilot.ts';
import type { Pilot, PilotLimits } from './pilot.ts';
import { searchChooser } from './strategies.ts';
import type { SearchStrategy, StrategyOptions } from './strategies.ts';
import { chainName } from './strategies/chain.ts';
import { feedbackRecipe, newFeedbackFold, noCorpus } from './strategies/feedback.ts';
import type { Corpus } from './strategies/feedback.ts';
import { recipeChooser } from './strategies/recipe.ts';
import type { Recipe } from './strategies/recipe.ts';
import { drawSwarm } from './strategies/swarm.ts';
import type { SwarmDraw } from './strategies/swarm.ts';
import type { Subject } from './subject.ts';
import { vacuityOf } from './vacuity.ts';

export interface CampaignOptions {
  readonly strategy: SearchStrategy;
  readonly seed: string;
  readonly depth: number;
  readonly faults: FaultPlan;
  readonly limits: PilotLimits;
  readonly budget: RunBudget;
  /** Every so many runs, one is taken twice and compared; 0: none. */
  readonly guardEvery: number;
}

export const defaultCampaignOptions: CampaignOptions = {
  strategy: 'random', seed: '1', depth: 3, faults: [], guardEvery: 1000,
  limits: { faultSteps: 2000, exploreSteps: 20_000 }, budget: { maxSteps: 200_000, maxMs: 3_600_000 },
};

/** Plain data: it travels between threads. */
export interface RunReport {
  readonly index: number;
  readonly outcome: RunOutcome;
  /** Where that is a lasso. */
  readonly lasso?: Lasso;
  readonly steps: number;
  readonly evaluated: readonly (readonly [string, number])[];
  /** Properties an assumption of which the run has broken. */
  readonly broken: readonly string[];
  /** What this runner had not reached before; in words, see `Reached`. */
  readonly coverage: readonly string[];
  readonly failure?: RunFailure;
  readonly nondeterminism?: Nondeterminism;
  readonly swarm?: SwarmDraw;
  /** Of a run by feedback that reached something new: how to make it again. */
  readonly recipe?: Recipe;
}

export interface RunFailure {
  readonly violation: FoundViolation;
  readonly schedule: readonly Step[];
  /** In words: strategy, seed and faults. */
  readonly found: string;
  /** Of the subject's variations, which one broke. */
  readonly variation: number;
}

export interface Runner {
  /** Indices ascend. `corpus`: as the tally has it when it is this run's turn; matters to feedback only. */
  readonly run: (index: number, corpus?: Corpus) => RunReport;
}

interface Draw { readonly seed: string; readonly strategy: SearchStrategy; readonly depth: number; readonly faults: FaultPlan; readonly swarm?: SwarmDraw }

const drawOf = (options: CampaignOptions, index: number, variations: number): Draw => {
  const seed = `${options.seed}/${index}`;
  if (options.strategy !== 'swarm') return { seed, strategy: options.strategy, depth: options.depth, faults: options.faults };
  const swarm = drawSwarm(seed, options.faults.map(({ kind }) => kind), variations);
  return { seed, strategy: swarm.strategy, depth: swarm.depth, faults: swarm.faults, swarm };
};

type Profile = Pick<StrategyOptions, 'steps' | 'estimate'>;

/** What an undisturbed run takes until it is settled: how many steps, and how many of each chain. */
export const profileOf = (subject: Subject, { limits, budget }: Pick<CampaignOptions, 'limits' | 'budget'>): Profile => {
  const quiet = (world: World): Pilot => strategyPilot(world, searchChooser('fifo', ''), faultInjector(world, subject.targets, [], ''), limits);
  const { schedule } = judgeRun(subject, quiet, [], { budget: { ...budget, stayMs: 0 } });
  const estimate = new Map<string, number>();
  for (const step of schedule) estimate.set(chainName(step), (estimate.get(chainName(step)) ?? 0) + 1);
  return { steps: Math.min(schedule.length, limits.exploreSteps), estimate };
};

/** The first of `subjects` is the one asked for; `swarm` draws from all. Each is made when it is first drawn. */
export const campaignRunner = (subjects: readonly (() => Subject)[], properties: readonly Property[], options: CampaignOptions): Runner => {
  const made = new Map<number, { readonly subject: Subject; readonly profile: Profile }>();
  const coverage = newCoverage();
  const subjectAt = (variation: number): { readonly subject: Subject; readonly profile: Profile } => {
    const known = made.get(variation);
    if (known !== undefined) return known;
    const subject = (subjects[variation] as () => Subject)();
    const entry = { subject, profile: profileOf(subject, options) };
    made.set(variation, entry);
    return entry;
  };
  return {
    run: (index, corpus = noCorpus) => {
      const draw = drawOf(options, index, subjects.length);
      const variation = draw.swarm?.variation ?? 0;
      const { subject, profile } = subjectAt(variation);
      const recipe = draw.strategy === 'feedback' ? feedbackRecipe(draw.seed, corpus, profile.steps) : undefined;
      const chooserOf = (): Chooser => (recipe === undefined ? searchChooser(draw.strategy, draw.seed, { depth: draw.depth, ...profile }) : recipeChooser(recipe, profile));
      const pilotOf = (world: World): Pilot =>
        strategyPilot(world, chooserOf(), faultInjector(world, subject.targets, draw.faults, recipe?.faultSeed ?? draw.seed), options.limits);
      coverage.begin();
      const verdict = listenToFirings(coverage.log, () => judgeRun(subject, pilotOf, properties, { budget: options.budget, onStep: coverage.see }));
      const reached = coverage.fresh();
      const differs = options.guardEvery > 0 && index % options.guardEvery === 0 ? guardRun(subject, pilotOf, options.budget.maxSteps) : undefined;
      const found = `${draw.strategy}${draw.strategy.includes('pct') ? ` d=${draw.depth}` : ''}`;
      return {
        index, outcome: verdict.outcome, steps: verdict.schedule.length, evaluated: [...verdict.evaluated], coverage: reached,
        broken: [...verdict.broken.keys()], ...(verdict.lasso === undefined ? {} : { lasso: verdict.lasso }),
        ...(verdict.violation === undefined ? {} : { failure: { violation: verdict.violation, schedule: verdict.schedule, found, variation } }),
        ...(differs === undefined ? {} : { nondeterminism: differs }), ...(draw.swarm === undefined ? {} : { swarm: draw.swarm }),
        ...(recipe === undefined || reached.length === 0 ? {} : { recipe }),
      };
    },
  };
};

export interface Tally {
  /** In the order of indices. True when the campaign is to end. */
  readonly add: (report: RunReport) => boolean;
  readonly result: () => CampaignResult;
  /** What the run whose turn it is goes on from. */
  readonly corpus: () => Corpus;
  /** Runs of a smaller index may start, with that corpus; Infinity where no run depends on another. */
  readonly horizon: () => number;
}

export interface TallyOptions {
  readonly strategy: SearchStrategy;
  /** All that the subject's statecharts can do, where it is known. */
  readonly charts?: readonly Firing[];
}

export interface CampaignResult {
  readonly schedules: number;
  readonly steps: number;
  readonly outcomes: Readonly<Record<RunOutcome, number>>;
  /** In words, the first few that differ: what went round in runs that ended as lassos. */
  readonly lassos: readonly string[];
  /** How many situations, and states of statecharts with their events, were reached. */
  readonly coverage: number;
  readonly covered: CoverageSummary;
  /** One for each property and signature: the first run that showed it. */
  readonly failures: readonly (RunFailure & { readonly index: number; readonly seen: number })[];
  /** Properties that apply and that no run has put to the test, and `sometimes` that no run has seen. */
  readonly vacuous: readonly string[];
  /** Those that no run has put to the test because what was asked gives them nothing to judge. */
  readonly notApplicable: readonly string[];
  readonly nondeterminism: Nondeterminism | undefined;
  readonly evaluated: Readonly<Record<string, number>>;
  /** By property: in how many runs an assumption of it was broken, so that it was not judged to the end. */
  readonly broken: Readonly<Record<string, number>>;
}

const MOST_LASSOS = 5;

/** `maxFailures`: distinct failures after which the campaign ends. `asked`: undefined where the properties were chosen one by one, so that all apply. */
export const newTally = (properties: readonly Property[], maxFailures: number, asked?: Asked, { strategy, charts }: TallyOptions = { strategy: 'random' }): Tally => {
  const outcomes: Record<RunOutcome, number> = { settled: 0, still: 0, quiescent: 0, lasso: 0, budget: 0, violated: 0 };
  const lassos = new Set<string>();
  const evaluated = new Map(properties.map(({ id }) => [id, 0]));
  const failures = new Map<string, RunFailure & { readonly index: number; readonly seen: number }>();
  const coverage = newCoverageTally(charts);
  const feedback = strategy === 'feedback' ? newFeedbackFold() : undefined;
  const broken = new Map<string, number>();
  let [schedules, steps] = [0, 0];
  let nondeterminism: Nondeterminism | undefined;
  const addFailure = (failure: RunFailure, index: number): void => {
    const key = `${failure.violation.property} ${failure.violation.signature}`;
    const known = failures.get(key);
    failures.set(key, known === undefined ? { ...failure, index, seen: 1 } : { ...known, seen: known.seen + 1 });
  };
  return {
    add: (report) => {
      schedules += 1;
      steps += report.steps;
      for (const id of report.broken) broken.set(id, (broken.get(id) ?? 0) + 1);
      outcomes[report.outcome] += 1;
      if (report.lasso !== undefined && lassos.size < MOST_LASSOS) lassos.add(describeLasso(report.lasso));
      const added = coverage.add(report.coverage);
      feedback?.add(report.recipe, added);
      for (const [id, count] of report.evaluated) evaluated.set(id, (evaluated.get(id) ?? 0) + count);
      if (report.failure !== undefined) addFailure(report.failure, report.index);
      nondeterminism ??= report.nondeterminism;
      return nondeterminism !== undefined || failures.size >= maxFailures;
    },
    result: () => {
      const covered = coverage.summary();
      return {
        schedules, steps, outcomes, coverage: covered.situations + covered.states, covered, failures: [...failures.values()], nondeterminism,
        ...vacuityOf(properties, evaluated, schedules, asked), lassos: [...lassos], evaluated: Object.fromEntries(evaluated), broken: Object.fromEntries(broken),
      };
    },
    corpus: () => feedback?.corpus() ?? noCorpus,
    horizon: () => feedback?.horizon() ?? Infinity,
  };
};

/** The whole campaign in one thread. */
export const explore = (subjects: readonly (() => Subject)[], properties: readonly Property[], runs: number, maxFailures: number, options: CampaignOptions): CampaignResult => {
  const runner = campaignRunner(subjects, properties, options);
  const tally = newTally(properties, maxFailures, undefined, options);
  for (let index = 0; index < runs; index += 1) if (tally.add(runner.run(index, tally.corpus()))) break;
  return tally.result();
};

/** For a person: the steps of a schedule that are faults. */
export const faultsIn = (schedule: readonly Step[]): readonly string[] =>
  schedule.filter((step) => step.kind !== 'deliver' && step.kind !== 'fire' && !isMending(step)).map(printStep);
