/** Campaigns: a planted race is found, shrunk to what it takes, and explained; what is harmless passes; what is nondeterministic is caught. */
import { describe, expect, it } from 'vitest';
import type { CampaignOptions, CampaignResult } from '../../src/explore/campaign.ts';
import { defaultCampaignOptions, explore } from '../../src/explore/campaign.ts';
import { describeNondeterminism } from '../../src/explore/determinism-guard.ts';
import { judgeRun } from '../../src/explore/judge.ts';
import { schedulePilot } from '../../src/explore/pilot.ts';
import { shrinkFailure } from '../../src/explore/shrink/shrink-failure.ts';
import type { ShrunkRun } from '../../src/explore/shrink/shrink-run.ts';
import { searchStrategies } from '../../src/explore/strategies.ts';
import type { Subject } from '../../src/explore/subject.ts';
import { noEffects } from '../../src/kernel/transition.ts';
import { hosted } from '../../src/kernel/world.ts';
import type { Property } from '../../src/properties/property.ts';
import { worldOf } from '../kernel/toys.ts';
import { atMostOne, exactlyOne, forgetfulSubject, harmlessSubject, neverSeen, racySubject, subjectOf } from './racy-toy.ts';

const options: CampaignOptions = { ...defaultCampaignOptions, limits: { faultSteps: 60, exploreSteps: 200 }, budget: { maxSteps: 500, maxMs: 60_000 }, guardEvery: 0 };

const campaign = (subject: () => Subject, properties: readonly Property[], overrides: Partial<CampaignOptions> = {}, runs = 300): CampaignResult =>
  explore([subject], properties, runs, 1, { ...options, ...overrides });

const shrunk = (result: CampaignResult, subject: Subject, property: Property, overrides: Partial<CampaignOptions> = {}): ShrunkRun => {
  const [failure] = result.failures;
  if (failure === undefined) throw new Error('expected a failure');
  const { faults, limits, budget } = { ...options, ...overrides };
  const run = shrinkFailure({ subject, schedule: failure.schedule }, { property, signature: failure.violation.signature, budget, effort: { runsLeft: 2000, stepsLeft: 1_000_000 } }, { seed: '1', faults, limits, tries: 10 });
  if (run === undefined) throw new Error('expected a shrunk run');
  return run;
};

describe('explore.campaign', () => {
  for (const strategy of searchStrategies.filter((one) => one !== 'fifo')) {
    it(`finds the planted race by ${strategy}`, () => {
      expect(campaign(racySubject, [atMostOne], { strategy }).failures).toMatchObject([{ violation: { property: 'toy.at-most-one', kind: 'always', signature: 'two things' } }]);
    });
  }

  it('finds nothing in the order of sending, nor where nothing is wrong', () => {
    expect(campaign(racySubject, [atMostOne, exactlyOne], { strategy: 'fifo' }, 3)).toMatchObject({ failures: [], vacuous: [], outcomes: { settled: 3 } });
    expect(campaign(harmlessSubject, [], {}, 50)).toMatchObject({ failures: [], schedules: 50, outcomes: { settled: 50 } });
  });

  it('gives the same result twice, and another for another seed', () => {
    const once = campaign(racySubject, [exactlyOne], { strategy: 'pos' });
    expect(campaign(racySubject, [exactlyOne], { strategy: 'pos' })).toEqual(once);
    expect(campaign(racySubject, [exactlyOne], { strategy: 'pos', seed: '2' })).not.toEqual(once);
  });

  it('names properties that no run has put to the test', () => {
    expect(campaign(harmlessSubject, [neverSeen], {}, 5).vacuous).toEqual(['toy.never-seen']);
  });

  it('finds what only a crash brings about', () => {
    expect(campaign(forgetfulSubject, [atMostOne]).failures).toEqual([]);
    expect(campaign(forgetfulSubject, [atMostOne], { faults: [{ kind: 'crash', perThousand: 50, limit: 3 }] }).failures).toHaveLength(1);
  });

  it('excuses a violation under an assumption that the run has broken', () => {
    const excused: Property = { ...atMostOne, monitor: () => ({ ...atMostOne.monitor(), broken: () => 'somebody meddled' }) };
    expect(campaign(racySubject, [excused], {}, 100)).toMatchObject({ failures: [] });
    expect(campaign(racySubject, [excused], {}, 100).broken).toEqual({ 'toy.at-most-one': 100 });
  });
});

describe('explore.guard', () => {
  it('catches a component that reads what is not in its input', () => {
    let secret = 0;
    const leaky = hosted<number, unknown>({
      id: 'leaky', initial: 0, transition: (state, input) => {
        if (input.kind === 'start') return [0, [{ kind: 'send', to: 'leaky', channel: 'self', body: 0 }]];
        secret += 1;
        return [state + 1, state < 3 ? [{ kind: 'send', to: 'leaky', channel: 'self', body: secret }] : noEffects];
      },
    });
    const { nondeterminism } = campaign(() => subjectOf(() => worldOf([leaky])), [], { guardEvery: 1 }, 1);
    expect(nondeterminism).toMatchObject({ step: 1, actor: 'leaky', taken: 'deliver leaky leaky self' });
    if (nondeterminism !== undefined) expect(describeNondeterminism(nondeterminism)).toContain('leaky answered differently');
  });

  it('is content with what reads its input only', () => {
    expect(campaign(racySubject, [], { guardEvery: 1 }, 5).nondeterminism).toBeUndefined();
  });
});

describe('explore.shrink', () => {
  it('leaves one message that is late, and names the pair', () => {
    const run = shrunk(campaign(racySubject, [atMostOne]), racySubject(), atMostOne);
    // Either the watch is late, or so much comes before it that it is.
    expect(run.holds).toHaveLength(1);
    expect(run).toMatchObject({
      isMinimal: true, faults: 0,
      criticalPair: { first: { to: 'controller', channel: 'request' }, second: { to: 'controller', channel: 'watch' } },
    });
  });

  it('leaves out what chatters', () => {
    expect(shrunk(campaign(racySubject, [atMostOne]), racySubject(), atMostOne).subject.world.actors()).toEqual(['controller', 'ring/0', 'store', 'user']);
  });

  it('leaves the one crash that it takes', () => {
    const faults = [{ kind: 'crash', perThousand: 50, limit: 3 }] as const;
    const run = shrunk(campaign(forgetfulSubject, [atMostOne], { faults }), forgetfulSubject(), atMostOne, { faults });
    expect(run.faults).toBe(1);
    expect(run.schedule.filter(({ kind }) => kind === 'crash')).toEqual([{ kind: 'crash', actor: 'controller' }]);
  });

  it('gives a schedule that breaks the same property when it is followed strictly', () => {
    const { subject, schedule, violation } = shrunk(campaign(racySubject, [exactlyOne]), racySubject(), exactlyOne);
    const again = judgeRun(subject, (world) => schedulePilot(world, schedule), [exactlyOne], { budget: options.budget });
    expect(again.violation).toEqual(violation);
    expect(again.schedule).toEqual(schedule);
  });
});
