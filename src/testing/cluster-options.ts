/** What `assertCluster` can be told, and what it makes of that. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { invariant } from '../base/assert.ts';
import { createCluster } from '../cluster/create-cluster.ts';
import { variantNamed } from '../cluster/variants.ts';
import type { Variant } from '../cluster/variants.ts';
import { restoreEtcd } from '../components/etcd/records.ts';
import { defaultCampaignOptions } from '../explore/campaign.ts';
import type { CampaignOptions } from '../explore/campaign.ts';
import { parseFaultPlan } from '../explore/faults/fault-plan.ts';
import type { FaultPlan } from '../explore/faults/fault-plan.ts';
import type { SearchStrategy } from '../explore/strategies.ts';
import type { Actor } from '../kernel/transition.ts';
import { createWorld } from '../kernel/world.ts';
import type { Property } from '../properties/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { createWorldOf } from '../scenario/scenario.ts';
import { breakableProperties, propertyOf } from './all-properties.ts';
import { clusterSubject, exploredScenario } from './cluster-subject.ts';
import type { ClusterSubject, MakeWorld } from './cluster-subject.ts';
import type { ShrunkFailure } from './kept-failure.ts';

export interface SavableFailure extends ShrunkFailure {
  /** The digest of the scenario that was drawn. */
  readonly foundIn: string;
  readonly token: string;
}

export interface ClusterAssertion {
  /** Ids of shipped properties, or properties of your own. Each has to be put to the test. Default: all that a run can break, of which those that apply are judged. */
  readonly properties?: readonly (string | Property)[];
  /** Scenarios to draw. Default: 20; for one fixed scenario 100. */
  readonly runs?: number;
  /** Schedules of each. Default: 5; for one fixed scenario 1. */
  readonly schedules?: number;
  /** Default: `random`. */
  readonly strategy?: SearchStrategy;
  /** PCT's d. Default: 3. */
  readonly depth?: number;
  /** A plan, or its text such as `crash:3@10,reset`. Default: none. */
  readonly faults?: FaultPlan | string;
  /** Variants of components: ids of shipped ones, or your own. */
  readonly variants?: readonly (string | Variant)[];
  /** Whether components record Events. Default: as the scenario says, and not where it says nothing. */
  readonly events?: boolean;
  /** Actors besides the cluster's own, such as a controller of yours; faults may befall them too. */
  readonly actors?: (scenario: Scenario) => readonly Actor[];
  readonly limits?: CampaignOptions['limits'];
  readonly budget?: CampaignOptions['budget'];
  /** How many candidate runs shrinking may take, and steps of all of them together. 0: not at all. Default: 2,000 and 3,000,000. */
  readonly shrink?: { readonly runs: number; readonly steps: number };
  /** fast-check's: what a failure printed finds it again. Default: fast-check's global configuration. */
  readonly seed?: number;
  readonly path?: string;
  /** Told of every failure that a token can replay, shrunk; answers where it was saved, if it was. */
  readonly save?: (failure: SavableFailure) => string | undefined;
}

const ownVariants = ({ variants = [] }: ClusterAssertion): readonly Variant[] => variants.filter((one) => typeof one !== 'string');

/** Whether the scenario alone says what the cluster is made of, so that a token can replay it anywhere. */
export const isReplayable = (options: ClusterAssertion): boolean => options.actors === undefined && ownVariants(options).length === 0;

const faultsFor = (faults: ClusterAssertion['faults'] = []): FaultPlan => {
  if (typeof faults !== 'string') return faults;
  const plan = parseFaultPlan(faults);
  invariant(!isLeft(plan), () => (isLeft(plan) ? plan.left : ''));
  return plan.right;
};

/** As it is explored, with the shipped variants that were asked for. */
export const preparedScenario = (scenario: Scenario, { variants = [], events, faults }: ClusterAssertion): Scenario => {
  const ids = [...scenario.variants ?? [], ...variants.filter((one) => typeof one === 'string')];
  return { ...exploredScenario(scenario, { events, isFaulty: faultsFor(faults).length > 0 }), ...(ids.length === 0 ? {} : { variants: ids }) };
};

const makeOwnWorldOf = (options: ClusterAssertion): MakeWorld => (scenario) => {
  const own = ownVariants(options);
  const { topology, store, variants = [] } = scenario;
  const world = own.length === 0 ? createWorldOf(scenario)
    : createCluster(topology, { variants: [...variants.map(variantNamed), ...own], ...(store === undefined ? {} : { store: restoreEtcd(store) }) });
  const extra = options.actors?.(scenario) ?? [];
  return extra.length === 0 ? world : createWorld({ ...world.config, actors: [...world.config.actors, ...extra] });
};

/** `createWorldOf` itself where nothing is added to it: a subject knows more of the cluster that is shipped. */
const makeWorldOf = (options: ClusterAssertion): MakeWorld => (isReplayable(options) ? createWorldOf : makeOwnWorldOf(options));

const exposed = (subject: ClusterSubject, actors: NonNullable<ClusterAssertion['actors']>): ClusterSubject => {
  const ids = actors(subject.scenario).map(({ id }) => id);
  const { targets } = subject;
  return {
    ...subject, targets: { ...targets, crash: [...targets.crash, ...ids], skew: [...targets.skew, ...ids] },
    simpler: () => subject.simpler().map(({ what, make }) => ({ what, make: () => exposed(make() as ClusterSubject, actors) })),
  };
};

/** `scenario` is prepared. Comes up at once. */
export const subjectFor = (scenario: Scenario, options: ClusterAssertion): ClusterSubject => {
  const subject = clusterSubject(scenario, makeWorldOf(options));
  return options.actors === undefined ? subject : exposed(subject, options.actors);
};

export const propertiesFor = ({ properties }: ClusterAssertion): readonly Property[] =>
  properties?.map((one) => (typeof one === 'string' ? propertyOf(one) : one)) ?? breakableProperties;

export const shrinkEffort = ({ shrink }: ClusterAssertion): { readonly runs: number; readonly steps: number } => shrink ?? { runs: 2000, steps: 3_000_000 };

/** Without a guard: the caller guards the first run. */
export const campaignOptionsFor = ({ strategy = 'random', depth = defaultCampaignOptions.depth, faults, limits, budget }: ClusterAssertion): CampaignOptions => ({
  ...defaultCampaignOptions, strategy, depth, faults: faultsFor(faults), guardEvery: 0, seed: 'testing',
  limits: limits ?? defaultCampaignOptions.limits, budget: budget ?? defaultCampaignOptions.budget,
});
