/** Canaries of several components: found without being shown the schedule, shrunk, explained, and replayed from their tokens alone. */
import { describe, expect, it } from 'vitest';
import type { CampaignOptions } from '../../src/explore/campaign.ts';
import { defaultCampaignOptions, explore } from '../../src/explore/campaign.ts';
import { explainRun } from '../../src/explore/explain/explain-run.ts';
import type { Explanation } from '../../src/explore/explain/explain-run.ts';
import { judgeRun } from '../../src/explore/judge.ts';
import { schedulePilot } from '../../src/explore/pilot.ts';
import { shrinkFailure } from '../../src/explore/shrink/shrink-failure.ts';
import type { ShrunkRun } from '../../src/explore/shrink/shrink-run.ts';
import { decodeToken, deviatingChooser, fifoChooser } from '../../src/kernel/index.ts';
import type { Step } from '../../src/kernel/index.ts';
import { propertyNamed } from '../../src/properties/index.ts';
import type { Property } from '../../src/properties/index.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { createWorldOf } from '../../src/scenario/scenario.ts';
import type { ClusterSubject } from '../../src/testing/cluster-subject.ts';
import { clusterSubject } from '../../src/testing/cluster-subject.ts';
import { explorationToken } from '../../src/testing/exploration-token.ts';
import { canaries } from '../../property-tests/properties/canaries.ts';

const options: CampaignOptions = {
  ...defaultCampaignOptions, strategy: 'pct', depth: 5, guardEvery: 0, limits: { faultSteps: 0, exploreSteps: 3000 }, budget: { maxSteps: 30_000, maxMs: 3_600_000 },
};

interface Explained { readonly foundSteps: number; readonly shrunk: ShrunkRun; readonly explanation: Explanation; readonly token: string; readonly scenario: Scenario; readonly property: Property }

const explanations = new Map<string, Explained>();

const explained = (variant: string): Explained => {
  const known = explanations.get(variant) ?? explain(variant);
  explanations.set(variant, known);
  return known;
};

const explain = (variant: string): Explained => {
  const canary = canaries.find((one) => one.variant === variant);
  const property = propertyNamed(canary?.property ?? '');
  if (canary === undefined || property === undefined) throw new Error(`expected ${variant} to be a canary`);
  const subject = clusterSubject({ ...canary.scenario, variants: [variant] });
  const [failure] = explore([() => subject], [property], 30, 1, options).failures;
  const shrunk = failure === undefined ? undefined : shrinkFailure({ subject, schedule: failure.schedule },
    { property, signature: failure.violation.signature, budget: options.budget, effort: { runsLeft: 2000, stepsLeft: 300_000 } }, { seed: '1', faults: [], limits: options.limits, tries: 2 });
  if (failure === undefined || shrunk === undefined) throw new Error(`expected ${variant} to be found and shrunk`);
  const { scenario } = shrunk.subject as ClusterSubject;
  return {
    property, scenario, shrunk, foundSteps: failure.schedule.length, token: explorationToken(scenario, shrunk.schedule, 'test').token,
    explanation: explainRun(shrunk, { property, budget: options.budget, seed: '1', effort: { runsLeft: 500, stepsLeft: 100_000 } }),
  };
};

/** From the token and the scenario alone, in a world made from nothing. */
const replayed = (text: string, scenario: Scenario): readonly Step[] => {
  const token = decodeToken(text);
  if (token._tag === 'Left') throw new Error(token.left.message);
  const taken: Step[] = [];
  runScenario(createWorldOf(scenario), deviatingChooser(fifoChooser(), token.right.deviations), scenario, {
    until: { kind: 'condition', text: 'the last step', holds: () => false }, maxSteps: token.right.steps, maxMs: Infinity, onStep: ({ step }, phase) => { if (phase === 'run') taken.push(step); },
  });
  return taken.slice(1);
};

describe('explore.explain, canaries', () => {
  it.each([
    { variant: 'replicaset-without-expectations', blamed: 'kube-controller-manager' },
    { variant: 'apiserver-overwrites', blamed: 'kube-apiserver' },
    { variant: 'etcd-repeats-revisions', blamed: 'etcd' },
  ])('$variant: shrunk to 1-minimal, blamed on $blamed, replayed from a short token', ({ variant, blamed }) => {
    const { shrunk, explanation, token, scenario, property } = explained(variant);
    expect(shrunk.isMinimal).toBe(true);
    expect(explanation.blame?.actors).toEqual([blamed]);
    expect(explanation.decisive.length).toBeGreaterThan(0);
    expect(token.length).toBeLessThan(400);
    const steps = replayed(token, scenario);
    expect(steps).toEqual(shrunk.schedule);
    expect(judgeRun(clusterSubject(scenario), (world) => schedulePilot(world, steps), [property], { budget: options.budget }).violation?.signature).toBe(shrunk.violation.signature);
  });

  it('of the controller that forgets its expectations it is said that one unseen pod suffices', () => {
    const { shrunk, explanation: { staleness, noReturn } } = explained('replicaset-without-expectations');
    expect(shrunk.criticalPair).toMatchObject({ second: { to: 'kube-controller-manager', channel: 'watch/pods' } });
    expect(staleness).toMatchObject({ actor: 'kube-controller-manager', what: 'pods', enough: 1 });
    expect(staleness?.stoodAt).toBeLessThan(staleness?.newest ?? 0);
    expect(noReturn?.after).toBeLessThanOrEqual(shrunk.matters);
  });
});
