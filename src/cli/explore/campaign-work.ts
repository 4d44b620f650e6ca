/** A campaign as plain data that can be handed to a thread, and the runner made from it. */
import { campaignRunner } from '../../explore/campaign.ts';
import type { CampaignOptions, Runner } from '../../explore/campaign.ts';
import { shippedProperties } from '../../properties/index.ts';
import type { Property } from '../../properties/index.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { clusterSubject } from '../../testing/cluster-subject.ts';
import { converges } from '../../testing/converges.ts';

export interface CampaignWork {
  /** The one asked for, then its variations. Untimed. */
  readonly scenarios: readonly Scenario[];
  /** Ids. */
  readonly properties: readonly string[];
  readonly options: CampaignOptions;
}

export const allProperties: readonly Property[] = [converges, ...shippedProperties.filter(({ id }) => id !== converges.id)];

export const propertyNamed = (id: string): Property | undefined => allProperties.find((property) => property.id === id);

export const propertiesOf = (ids: readonly string[]): readonly Property[] => ids.map(propertyNamed).filter((property) => property !== undefined);

export const runnerOf = ({ scenarios, properties, options }: CampaignWork): Runner =>
  campaignRunner(scenarios.map((scenario) => () => clusterSubject(scenario)), propertiesOf(properties), options);
