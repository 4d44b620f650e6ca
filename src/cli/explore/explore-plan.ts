/** From what was asked, and what the scenario file says, to what is explored: a flag counts for more than the file, the file for more than the default. */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { variants as shippedVariants } from '../../cluster/variants.ts';
import { defaultCampaignOptions } from '../../explore/campaign.ts';
import type { CampaignOptions } from '../../explore/campaign.ts';
import { parseFaultPlan } from '../../explore/faults/fault-plan.ts';
import type { Asked } from '../../properties/applies.ts';
import { expectationId, readExpectation } from '../../scenario/expectation.ts';
import { nearest } from '../../scenario/scenario-file/nearest.ts';
import type { Trials } from '../../scenario/scenario-file/trials.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { askedOf, exploredScenario } from '../../testing/cluster-subject.ts';
import type { LoadedScenario } from '../load-scenario.ts';
import { allProperties, propertyNamed } from './campaign-work.ts';
import type { ExploreFlags } from './explore-flags.ts';

export interface ExplorePlan {
  /** Untimed, with its variants. */
  readonly scenario: Scenario;
  /** Ids. */
  readonly properties: readonly string[];
  /** What decides which properties apply; undefined where they were chosen one by one. */
  readonly asked: Asked | undefined;
  /** But for the strategy. */
  readonly options: Omit<CampaignOptions, 'strategy'>;
}

const badArgument = (option: string, problem: string): string => `error: option '${option}' is invalid. ${problem}`;

const unknownId = (option: string, what: string, id: string, known: readonly string[]): string =>
  badArgument(option, [`Expected the id of a ${what}. Instead, received "${id}".`, nearest(id, known), `There are: ${known.join(', ')}.`].filter((part) => part !== '').join(' '));

const NONE = 'none';
const EXPECT = /^expect:(.*)$/;

const variantProblems = ({ variants = [] }: ExploreFlags): readonly string[] => {
  const known = shippedVariants.map(({ id }) => id);
  return variants.filter((id) => id !== NONE && !known.includes(id)).map((id) => unknownId('--variant <id>', 'variant', id, known));
};

const propertyProblem = (id: string): string => {
  const expectation = EXPECT.exec(id);
  const condition = expectation === null ? undefined : readExpectation(expectation[1] as string);
  return condition !== undefined && isLeft(condition) ? badArgument('--property <id>', condition.left)
    : unknownId('--property <id>', 'property', id, allProperties.map((property) => property.id));
};

const propertyProblems = ({ properties = [] }: ExploreFlags): readonly string[] => properties.filter((id) => propertyNamed(id) === undefined).map(propertyProblem);

const variantsOf = ({ variants }: ExploreFlags, scenario: Scenario): readonly string[] => (variants === undefined ? scenario.variants ?? [] : variants.filter((id) => id !== NONE));

const scenarioOf = (scenario: Scenario, flags: ExploreFlags, isFaulty: boolean): Scenario => {
  const { variants: _, ...rest } = exploredScenario(scenario, { events: flags.hasEvents ? true : undefined, isFaulty });
  const variants = variantsOf(flags, scenario);
  return {
    ...rest, topology: { ...rest.topology, ...(flags.lagMs === undefined ? {} : { lagMs: flags.lagMs }) }, ...(variants.length === 0 ? {} : { variants }),
  };
};

const propertiesOf = ({ properties }: ExploreFlags, { properties: inFile, expect = [] }: Trials): readonly string[] =>
  [...new Set(properties ?? [...inFile ?? allProperties.map(({ id }) => id), ...expect.map(expectationId)])];

/** Or every problem with what was asked. */
export const explorePlan = ({ scenario: given, trials }: LoadedScenario, flags: ExploreFlags): Either<readonly string[], ExplorePlan> => {
  const faults = parseFaultPlan(flags.faults ?? trials.faults ?? '');
  const problems = [...(isLeft(faults) ? [badArgument('--faults <list>', faults.left)] : []), ...variantProblems(flags), ...propertyProblems(flags)];
  if (isLeft(faults) || problems.length > 0) return left(problems);
  const scenario = scenarioOf(given, flags, faults.right.length > 0);
  const { strategy: _, ...options } = defaultCampaignOptions;
  const isChosen = flags.properties !== undefined || trials.properties !== undefined;
  return right({
    scenario, properties: propertiesOf(flags, trials),
    asked: isChosen ? undefined : askedOf(scenario, faults.right.map(({ kind }) => kind)),
    options: { ...options, seed: flags.seed, depth: flags.depth ?? options.depth, faults: faults.right },
  });
};
