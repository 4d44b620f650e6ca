/** A campaign as plain data that can be handed to a thread, and the runner made from it. */
import { campaignRunner } from '../../explore/campaign.ts';
import type { CampaignOptions, Runner } from '../../explore/campaign.ts';
import type { Asked } from '../../properties/applies.ts';
import type { Property } from '../../properties/index.ts';
import { expectationNamed } from '../../scenario/expectation.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { allProperties, findProperty } from '../../testing/all-properties.ts';
import { clusterSubject } from '../../testing/cluster-subject.ts';

export { allProperties };

export interface CampaignWork {
  /** The one asked for, then its variations. Untimed. */
  readonly scenarios: readonly Scenario[];
  /** Ids. */
  readonly properties: readonly string[];
  /** What decides which properties apply; undefined where they were chosen one by one. */
  readonly asked: Asked | undefined;
  readonly options: CampaignOptions;
}

/** One that is shipped, or an expectation such as `expect:deployment/web=Available`. */
export const propertyNamed = (id: string): Property | undefined => findProperty(id) ?? expectationNamed(id);

export const propertiesOf = (ids: readonly string[]): readonly Property[] => ids.map(propertyNamed).filter((property) => property !== undefined);

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** Throws, with the schedule's number, where a component or the engine itself breaks an invariant. */
export const runnerOf = ({ scenarios, properties, options }: CampaignWork): Runner => {
  const runner = campaignRunner(scenarios.map((scenario) => () => clusterSubject(scenario)), propertiesOf(properties), options);
  return {
    run: (index, corpus) => {
      try {
        return runner.run(index, corpus);
      } catch (thrown) {
        throw new Error(`schedule ${index + 1} (${options.strategy}, seed ${options.seed}) cannot be finished: ${messageOf(thrown)}`, { cause: thrown });
      }
    },
  };
};
