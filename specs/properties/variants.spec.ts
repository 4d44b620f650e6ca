/** The registry of variants, what several make together, and the registry of properties. */
import { describe, expect, it } from 'vitest';
import { createCluster } from '../../src/cluster/create-cluster.ts';
import { defaultTopology } from '../../src/cluster/topology.ts';
import { findVariant, policiesOf, variantNamed, variants } from '../../src/cluster/variants.ts';
import { shippedProperties } from '../../src/properties/index.ts';
import { createWorldOf, scenarioDigest } from '../../src/scenario/scenario.ts';

const scenario = { name: 's', topology: defaultTopology, timeline: [] };

describe('variants', () => {
  it('ids are unique and kebab-case, and every variant says what it does in one sentence', () => {
    const ids = variants.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+(-[a-z0-9]+)*$/.test(id))).toEqual([]);
    expect(variants.filter(({ statement }) => !statement.endsWith('.')).map(({ id }) => id)).toEqual([]);
  });

  it('a variant of a race bears the name of the race', () => {
    expect(variants.filter(({ id, race }) => race !== undefined && race !== id)).toEqual([]);
  });

  it('an unknown id is refused with the ids that there are', () => {
    expect(findVariant('lost-wakeup')).toBeUndefined();
    expect(() => variantNamed('lost-wakeup')).toThrow(/Expected the id of a variant. Instead, received "lost-wakeup".*lost-wake-up/s);
  });

  it('several variants of one component add up, and of two that replace the same policy the later counts', () => {
    const both = policiesOf([variantNamed('lost-wake-up'), variantNamed('coalesced-recreate'), variantNamed('early-terminal-phase')]);
    expect(both.scheduler).toEqual({ inFlightEvents: 'lost', recreate: 'split' });
    expect(both.kubelet).toEqual({ terminalPhase: 'as-soon-as-known' });
    expect(policiesOf([variantNamed('apiserver-moves-pods'), variantNamed('apiserver-overwrites')]).mutations).toHaveLength(2);
  });

  it('a cluster without variants is as it was; with a mutation, only the actors of that component are changed', () => {
    const transitions = (ids: readonly string[]) => new Map(createCluster(defaultTopology, { variants: ids.map(variantNamed) }).config.actors.map(({ id, transition }) => [id, String(transition)]));
    const [plain, mutated] = [transitions([]), transitions(['apiserver-drops-events'])];
    expect([...plain].filter(([id, text]) => mutated.get(id) !== text).map(([id]) => id)).toEqual(['kube-apiserver']);
  });

  it('are part of a scenario\'s digest, which without them is what it was', () => {
    expect(scenarioDigest({ ...scenario, variants: ['lost-wake-up'] })).not.toBe(scenarioDigest(scenario));
    expect(scenarioDigest({ ...scenario, variants: [] })).toBe(scenarioDigest(scenario));
    expect(() => createWorldOf({ ...scenario, variants: ['none-such'] })).toThrow(/Expected the id of a variant/);
  });
});

describe('properties', () => {
  it('ids are unique, and every property has a statement of one sentence and a source', () => {
    const ids = shippedProperties.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
    expect(shippedProperties.filter(({ statement, source }) => !statement.endsWith('.') || source === '').map(({ id }) => id)).toEqual([]);
  });
});
