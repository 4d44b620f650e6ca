/**
 * One function that asserts properties over clusters, for any test runner: draws scenarios and schedules, judges every run, and throws an error whose
 * text is the shrunk failure with what runs it again.
 */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { campaignRunner, newTally } from '../explore/campaign.ts';
import type { CampaignOptions, CampaignResult, RunFailure, Runner } from '../explore/campaign.ts';
import { describeNondeterminism } from '../explore/determinism-guard.ts';
import { explainRun } from '../explore/explain/explain-run.ts';
import type { ExplainedRun } from '../explore/report.ts';
import { shrinkFailure } from '../explore/shrink/shrink-failure.ts';
import type { Property } from '../properties/index.ts';
import { scenarioDigest } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { campaignOptionsFor, isReplayable, preparedScenario, propertiesFor, shrinkEffort, subjectFor } from './cluster-options.ts';
import type { ClusterAssertion } from './cluster-options.ts';
import type { ClusterSubject } from './cluster-subject.ts';
import { clusterVariations } from './cluster-variations.ts';
import { explorationToken } from './exploration-token.ts';
import { failureText } from './failure-text.ts';
import type { FailingRun } from './failure-text.ts';
import { keptFailure } from './kept-failure.ts';
import type { KeptFailure, ShrunkFailure } from './kept-failure.ts';

/** What is thrown. `kept` can be written to a file and kept as a regression test. */
export interface BrokenProperty extends Error {
  readonly kept: KeptFailure;
}

/** What a run throws, for fast-check to shrink the scenario by. */
interface Found extends Error {
  readonly failure: RunFailure;
  readonly scenario: Scenario;
}

const isFound = (thrown: unknown): thrown is Found => thrown instanceof Error && 'failure' in thrown;

const isArbitrary = (what: Scenario | Arbitrary<Scenario>): what is Arbitrary<Scenario> => what instanceof fc.Arbitrary;

/** Smaller scenarios that fast-check may try; the rest is left to the shrinker of failures, which knows more. */
const MAX_SHRINKS = 20;

/** Every run's index is drawn, not counted, and smaller ones are not simpler. */
const anyIndex = fc.noBias(fc.noShrink(fc.nat()));

interface Campaign {
  /** Throws what it finds. */
  readonly run: (scenario: Scenario, index: number) => void;
  readonly result: () => CampaignResult;
}

const newCampaign = (assertion: ClusterAssertion, options: CampaignOptions, properties: readonly Property[], schedules: number): Campaign => {
  const tally = newTally(properties, Infinity);
  let isFirst = true;
  let last: { readonly of: Scenario; readonly scenarios: readonly Scenario[]; readonly runner: Runner } | undefined;
  const runnerFor = (of: Scenario): { readonly scenarios: readonly Scenario[]; readonly runner: Runner } => {
    if (last?.of === of) return last;
    const scenario = preparedScenario(of, assertion);
    const scenarios = options.strategy === 'swarm' ? clusterVariations(scenario).map((variation) => variation.scenario) : [scenario];
    const subjects = scenarios.map((one) => (): ClusterSubject => subjectFor(one, assertion));
    last = { of, scenarios, runner: campaignRunner(subjects, properties, options) };
    // Why the first run of all: what reads anything outside its input would make everything after it worthless.
    if (isFirst) guard(campaignRunner(subjects, [], { ...options, guardEvery: 1 }));
    isFirst = false;
    return last;
  };
  return {
    run: (of, index) => {
      const { scenarios, runner } = runnerFor(of);
      for (let i = 0; i < schedules; i += 1) {
        const report = runner.run(index + i);
        tally.add(report);
        const { failure } = report;
        if (failure !== undefined) throw Object.assign(new Error(failure.violation.message), { failure, scenario: scenarios[failure.variation] as Scenario });
      }
    },
    result: tally.result,
  };
};

const guard = (runner: Runner): void => {
  const { nondeterminism } = runner.run(0);
  if (nondeterminism !== undefined) throw new Error(`Expected every component to be a function of its input. Instead, ${describeNondeterminism(nondeterminism)}`);
};

/** Of replays that explain a failure, and steps of all of them together: a second or two. */
const EXPLAIN_EFFORT = { runs: 500, steps: 250_000 } as const;

/** Undefined: it does not repeat along its own schedule. */
const shrinkAndExplain = ({ failure: { violation, schedule }, scenario }: Found, property: Property, assertion: ClusterAssertion, options: CampaignOptions): ExplainedRun | undefined => {
  const { runs, steps } = shrinkEffort(assertion);
  const { budget, seed, faults, limits } = options;
  const effort = { runsLeft: runs, stepsLeft: steps };
  const shrunk = shrinkFailure({ subject: subjectFor(scenario, assertion), schedule }, { property, signature: violation.signature, budget, effort }, { seed, faults, limits, tries: 10 });
  if (shrunk === undefined) return undefined;
  const explaining = { runsLeft: Math.min(runs, EXPLAIN_EFFORT.runs), stepsLeft: Math.min(steps, EXPLAIN_EFFORT.steps) };
  return { shrunk, explanation: explainRun(shrunk, { property, budget, seed, effort: explaining }) };
};

const leftOf = ({ shrunk: { subject, violation, schedule, matters } }: ExplainedRun): FailingRun => ({ scenario: (subject as ClusterSubject).scenario, violation, schedule, matters });

const again = ({ seed, counterexamplePath }: Pick<fc.RunDetails<unknown>, 'seed' | 'counterexamplePath'>): string => `{ seed: ${seed}, path: "${counterexamplePath ?? ''}" }`;

const brokenProperty = (thrown: Found, assertion: ClusterAssertion, options: CampaignOptions, details: fc.RunDetails<[Scenario, number]>, properties: readonly Property[]): Error => {
  const { failure: { violation, schedule, found: strategy }, scenario } = thrown;
  const property = properties.find(({ id }) => id === violation.property) as Property;
  const found: FailingRun = { scenario, violation, schedule, matters: schedule.length };
  const explained = shrinkEffort(assertion).runs === 0 ? undefined : shrinkAndExplain(thrown, property, assertion, options);
  if (explained === undefined && shrinkEffort(assertion).runs > 0) {
    return new Error(`${property.id}: ${violation.message}\n  does not repeat along its own schedule: something reads what is not in its input\n  again           ${again(details)}`);
  }
  const left = explained === undefined ? found : leftOf(explained);
  const shrunk: ShrunkFailure = { ...left, property: property.id, signature: left.violation.signature, message: left.violation.message };
  const token = isReplayable(assertion) ? explorationToken(left.scenario, left.schedule, 'testing').token : undefined;
  const file = token === undefined ? undefined : assertion.save?.({ ...shrunk, foundIn: scenarioDigest(scenario), token });
  const text = failureText({
    property, strategy, runs: details.runConfiguration.numRuns ?? 0, found, left, seed: details.seed, path: details.counterexamplePath ?? '',
    ...(explained === undefined ? {} : { explained }), ...(token === undefined ? {} : { token }), ...(file === undefined ? {} : { file }),
  });
  return Object.assign(new Error(text), { name: 'BrokenProperty', kept: keptFailure(shrunk, subjectFor(left.scenario, assertion)) });
};

/**
 * Throws a `BrokenProperty` when a run of the scenario, or of one of those drawn, breaks a property; and an error when a property that was asked for by
 * name was never put to the test, or when a component is not deterministic. Answers what was run.
 *
 * Runs are untimed: the strategy decides what comes first, within the topology's `lagMs`.
 */
export const assertCluster = (what: Scenario | Arbitrary<Scenario>, assertion: ClusterAssertion = {}): CampaignResult => {
  const [scenarios, runs, schedules] = isArbitrary(what)
    ? [fc.limitShrink(what, MAX_SHRINKS), assertion.runs ?? 20, assertion.schedules ?? 5] as const
    : [fc.constant(what), assertion.runs ?? 100, assertion.schedules ?? 1] as const;
  const properties = propertiesFor(assertion);
  const options = campaignOptionsFor(assertion);
  const campaign = newCampaign(assertion, options, properties, schedules);
  const details = fc.check(fc.property(scenarios, anyIndex, campaign.run), {
    numRuns: runs, ...(assertion.seed === undefined ? {} : { seed: assertion.seed }), ...(assertion.path === undefined ? {} : { path: assertion.path }),
  });
  if (details.failed) {
    const { errorInstance } = details;
    if (isFound(errorInstance)) throw brokenProperty(errorInstance, assertion, options, details, properties);
    throw errorInstance instanceof Error ? errorInstance : new Error(fc.defaultReportMessage(details) ?? 'fast-check failed without a reason');
  }
  const result = campaign.result();
  const vacuous = assertion.properties === undefined ? [] : result.vacuous;
  if (vacuous.length > 0) {
    throw new Error(`Expected every property to be put to the test. Instead, in ${result.schedules} schedules there was nothing to judge for ${vacuous.join(', ')}. Hint: draw scenarios that give them something.`);
  }
  return result;
};
