/** What is vacuous: a property that has something to judge in what was asked, and was never put to the test. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/cli/load-scenario.ts';
import { newTally } from '../../src/explore/campaign.ts';
import { judgeRun } from '../../src/explore/judge.ts';
import { listPilot } from '../../src/explore/pilot.ts';
import { SOMETIMES_AFTER_RUNS, vacuityOf } from '../../src/explore/vacuity.ts';
import type { Asked } from '../../src/properties/applies.ts';
import { shippedProperties } from '../../src/properties/index.ts';
import type { Property } from '../../src/properties/index.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { askedOf, clusterSubject, untimed } from '../../src/testing/cluster-subject.ts';
import { scenarios } from '../../property-tests/properties/scenarios.ts';
import { atMostOne, neverSeen } from './racy-toy.ts';

const nothing: Asked = { timeline: [], faults: [], nodes: 1 };
const never = new Map<string, number>();
const limited: Property = { ...atMostOne, appliesTo: ({ nodes }) => nodes > 1 };

const applicable = (asked: Asked, kinds: readonly Property['kind'][] = ['always', 'eventually']): readonly string[] =>
  vacuityOf(shippedProperties, never, SOMETIMES_AFTER_RUNS, asked).vacuous.filter((id) => kinds.includes(shippedProperties.find((property) => property.id === id)?.kind ?? 'always'));

describe('explore.vacuity', () => {
  it('a property that was never put to the test is vacuous where it applies, and named as not applicable where it does not', () => {
    expect(vacuityOf([limited], never, 5, { ...nothing, nodes: 2 })).toEqual({ vacuous: ['toy.at-most-one'], notApplicable: [] });
    expect(vacuityOf([limited], never, 5, nothing)).toEqual({ vacuous: [], notApplicable: ['toy.at-most-one'] });
    expect(vacuityOf([limited], new Map([['toy.at-most-one', 1]]), 5, { ...nothing, nodes: 2 })).toEqual({ vacuous: [], notApplicable: [] });
  });

  it('one that was chosen by name has to be put to the test wherever it was asked for', () => {
    expect(vacuityOf([limited], never, 5, undefined)).toEqual({ vacuous: ['toy.at-most-one'], notApplicable: [] });
  });

  it('a `sometimes` has to be seen once there was the occasion, or at once when it was chosen by name', () => {
    expect(vacuityOf([neverSeen], never, SOMETIMES_AFTER_RUNS - 1, nothing).vacuous).toEqual([]);
    expect(vacuityOf([neverSeen], never, SOMETIMES_AFTER_RUNS, nothing).vacuous).toEqual(['toy.never-seen']);
    expect(vacuityOf([neverSeen], never, 1, undefined).vacuous).toEqual(['toy.never-seen']);
  });

  it('a campaign without a run claims nothing', () => {
    expect(newTally([limited], 1).result().vacuous).toEqual([]);
  });

  it('what the user asks for decides what applies', () => {
    const of = ({ timeline, topology }: Scenario): Asked => ({ timeline, faults: [], nodes: topology.nodes.length });
    expect(applicable(nothing)).toEqual(['store.revision-monotonic', 'store.no-lost-update', 'watch.ordered', 'watch.unique', 'watch.reliable', 'client.observer-monotonic', 'client.cache-fresh']);
    expect(applicable(of(scenarios.job))).toEqual(expect.arrayContaining(['job.count-exact', 'job.completes', 'pods.terminal-means-stopped']));
    expect(applicable(of(scenarios.job))).not.toContain('deployment.rollout-surge');
    expect(applicable(of(scenarios.deployment))).not.toContain('deployment.rollout-availability');
    expect(applicable(of(scenarios.rollout))).toContain('deployment.rollout-availability');
    expect(applicable(of(scenarios.deletion))).toContain('gc.safe');
    expect(applicable(of(scenarios.deletion))).not.toContain('deployment.rollout-terminates');
    expect(applicable({ ...nothing, faults: ['reset'] }, ['sometimes'])).toEqual(['seen.watch-resumed']);
  });
});

const scenarioOf = (file: string): Scenario => {
  const loaded = loadScenario([file], { nodes: 3, seed: '1', strategy: 'fifo', skipUnknown: false, namespace: undefined });
  if (isLeft(loaded)) throw new Error(JSON.stringify(loaded.left));
  return untimed(loaded.right.scenario);
};

describe('explore.vacuity of the examples', () => {
  it.each(['examples/deployment.yaml', 'examples/node-maintenance.yaml', 'examples/shop'])('%s puts to the test all that applies', (file) => {
    const scenario = scenarioOf(file);
    const { evaluated, outcome } = judgeRun(clusterSubject(scenario), (world) => listPilot(world, [], 'fifo'), shippedProperties, { budget: { maxSteps: 50_000, maxMs: 3_600_000 } });
    expect(outcome).toBe('settled');
    expect(vacuityOf(shippedProperties, evaluated, 1, askedOf(scenario, [])).vacuous).toEqual([]);
  });
});
