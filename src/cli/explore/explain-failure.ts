/** From a failing run to what a person is handed: shrunk, explained, saved, with its token. */
import { faultsIn } from '../../explore/campaign.ts';
import type { CampaignOptions, CampaignResult } from '../../explore/campaign.ts';
import { explainRun } from '../../explore/explain/explain-run.ts';
import { failureData } from '../../explore/report.ts';
import type { FailureReport, Sizes } from '../../explore/report.ts';
import { shrinkFailure } from '../../explore/shrink/shrink-failure.ts';
import type { ShrunkRun } from '../../explore/shrink/shrink-run.ts';
import type { Step } from '../../kernel/index.ts';
import { describe } from '../../protocol/describe.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { clusterSubject } from '../../testing/cluster-subject.ts';
import type { ClusterSubject } from '../../testing/cluster-subject.ts';
import { replicasOf } from '../../testing/describe-scenario.ts';
import { explorationToken } from '../../testing/exploration-token.ts';
import { keepScenario } from '../scenario-store.ts';
import { VERSION } from '../version.ts';
import { propertyNamed } from './campaign-work.ts';
import { saveFailure } from './failure-file.ts';

export interface ShrinkFlags {
  /** Candidate runs at most, and steps of all of them together. */
  readonly maxRuns: number;
  readonly maxSteps: number;
  /** Runs drawn anew in each smaller scenario. */
  readonly tries: number;
}

/** Of replays, and steps of all of them together: a second or two. */
const EXPLAIN_EFFORT = { runsLeft: 500, stepsLeft: 250_000 } as const;

type Failure = CampaignResult['failures'][number];

const sizesOf = (from: Scenario, found: readonly Step[], to: Scenario, shrunk: ShrunkRun): Sizes => ({
  faults: [faultsIn(found).length, faultsIn(shrunk.schedule.slice(0, shrunk.matters)).length],
  steps: [found.length, shrunk.matters],
  nodes: [from.topology.nodes.length, to.topology.nodes.length],
  commands: [from.timeline.length, to.timeline.length],
  replicas: [replicasOf(from), replicasOf(to)],
});

/** `foundIn`: the digest of the scenario that was explored, of which `scenario` is the variation that broke. Undefined: the failure does not repeat. */
export const explainFailure = (foundIn: string, scenario: Scenario, failure: Failure, options: CampaignOptions, runs: number, { maxRuns, maxSteps, tries }: ShrinkFlags): FailureReport | undefined => {
  const { violation, schedule } = failure;
  const property = propertyNamed(violation.property);
  if (property === undefined) return undefined;
  const shrunk = shrinkFailure({ subject: clusterSubject(scenario), schedule }, { property, signature: violation.signature, budget: options.budget, effort: { runsLeft: maxRuns, stepsLeft: maxSteps } },
    { seed: options.seed, faults: options.faults, limits: options.limits, tries });
  if (shrunk === undefined) return undefined;
  const { scenario: smallest } = shrunk.subject as ClusterSubject;
  const { token } = explorationToken(smallest, shrunk.schedule, VERSION);
  keepScenario(smallest);
  const file = saveFailure({
    property: property.id, signature: violation.signature, message: shrunk.violation.message, foundIn,
    scenario: smallest, schedule: shrunk.schedule, matters: shrunk.matters, token,
  });
  const explanation = explainRun(shrunk, { property, budget: options.budget, seed: options.seed, effort: { ...EXPLAIN_EFFORT } });
  return { failure, shrunk, explanation, statement: property.statement, sizes: sizesOf(scenario, schedule, smallest, shrunk), runs, token, file };
};

/** For `-o json`. */
export const failureJson = (report: FailureReport): unknown => failureData(report, describe);
