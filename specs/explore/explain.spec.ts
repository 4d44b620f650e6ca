/** Explanations of the planted race: whose copy was behind and by how little, from where on there is no return, who is to blame; and what is reported. */
import { describe, expect, it } from 'vitest';
import type { CampaignOptions } from '../../src/explore/campaign.ts';
import { defaultCampaignOptions, explore } from '../../src/explore/campaign.ts';
import { explainRun } from '../../src/explore/explain/explain-run.ts';
import type { Explanation } from '../../src/explore/explain/explain-run.ts';
import { judgeRun } from '../../src/explore/judge.ts';
import { schedulePilot } from '../../src/explore/pilot.ts';
import { failureData, failureLines } from '../../src/explore/report.ts';
import type { FailureReport } from '../../src/explore/report.ts';
import { shrinkFailure } from '../../src/explore/shrink/shrink-failure.ts';
import type { ShrunkRun } from '../../src/explore/shrink/shrink-run.ts';
import type { Subject } from '../../src/explore/subject.ts';
import type { Property } from '../../src/properties/property.ts';
import { atMostOne, exactlyOne, forgetfulSubject, racySubject, racyWorld, subjectOf } from './racy-toy.ts';

const options: CampaignOptions = { ...defaultCampaignOptions, limits: { faultSteps: 60, exploreSteps: 200 }, budget: { maxSteps: 500, maxMs: 60_000 }, guardEvery: 0 };
const { budget, limits } = options;

/** The toy, with what is known of its cache of things and the controller that remembers in place of the one that does not. */
const insightful = (subject: Subject): Subject => ({
  ...subject,
  caches: {
    newest: (world) => world.stateOf<{ readonly things: number }>('store').things,
    brings: ({ channel }, body) => (channel === 'watch' ? { what: 'things', version: body as number } : undefined),
  },
  tell: ({ step }) => (step.kind === 'deliver' && step.channel === 'create' ? 'controller   create a thing' : undefined),
  alternatives: () => [
    { actors: ['ring/0'], what: 'one that says less', make: () => subjectOf(() => racyWorld({ chatter: 1 })) },
    { actors: ['controller'], what: 'one that remembers', make: () => subjectOf(() => racyWorld({ remembers: true })) },
  ],
});

interface Explained { readonly report: FailureReport; readonly shrunk: ShrunkRun; readonly explanation: Explanation }

const explained = (subject: Subject, property: Property, overrides: Partial<CampaignOptions> = {}): Explained => {
  const campaign = { ...options, ...overrides };
  const [failure] = explore([() => subject], [property], 500, 1, campaign).failures;
  const shrunk = failure === undefined ? undefined : shrinkFailure({ subject, schedule: failure.schedule },
    { property, signature: failure.violation.signature, budget, effort: { runsLeft: 3000, stepsLeft: 1_000_000 } }, { seed: '1', faults: campaign.faults, limits, tries: 5 });
  if (failure === undefined || shrunk === undefined) throw new Error('expected a failure');
  const explanation = explainRun(shrunk, { property, budget, seed: '1', effort: { runsLeft: 1000, stepsLeft: 1_000_000 } });
  const report = { failure, shrunk, explanation, statement: property.statement, sizes: { steps: [failure.schedule.length, shrunk.matters] as const }, runs: 500, token: 'k2:0', file: 'kept.json' };
  return { report, shrunk, explanation };
};

describe('explore.explain', () => {
  it('says whose copy was behind, and how little suffices', () => {
    const { explanation: { staleness }, shrunk: { criticalPair } } = explained(insightful(racySubject(1)), atMostOne);
    expect(staleness).toEqual({ actor: 'controller', what: 'things', at: criticalPair?.at, stoodAt: 0, newest: 1, behind: 1, enough: 1 });
  });

  it('says from where on there is no return: from there every order breaks, one step earlier not', () => {
    const { explanation: { noReturn }, shrunk } = explained(insightful(racySubject(1)), atMostOne);
    expect(noReturn?.continuations).toBe(8);
    // Not the violating step, the store's, but the controller's, which has asked by then.
    expect(noReturn?.after).toBe(shrunk.criticalPair?.at);
    expect(noReturn?.after).toBeLessThan(shrunk.matters);
  });

  it('blames whose swap averts it, and nobody else', () => {
    expect(explained(insightful(racySubject(1)), atMostOne).explanation.blame).toEqual({ actors: ['controller'], what: 'one that remembers' });
    const harmlessSwap: Subject = { ...insightful(racySubject(1)), alternatives: () => [{ actors: ['ring/0'], what: 'one that says less', make: () => racySubject(1) }] };
    expect(explained(harmlessSwap, atMostOne).explanation.blame).toBeUndefined();
  });

  it('finds no staleness and nobody to blame where nothing is known of caches and variants', () => {
    expect(explained(racySubject(1), atMostOne).explanation).toMatchObject({ staleness: undefined, blame: undefined });
  });

  it('reports in the words of the design', () => {
    const lines = failureLines(explained(insightful(racySubject(1)), atMostOne).report, (body) => `thing ${String(body)}`);
    expect(lines[0]).toBe('x toy.at-most-one: There is never more than one thing.   always');
    const text = lines.join('\n');
    expect(text).toMatch(/critical pair {3}#\d+ thing \d -> controller {2}<-> {2}thing 1 -> controller\n {18}swap them and the run passes/);
    expect(text).toMatch(/staleness {7}at #\d+ controller acted on things at rv 0, the store stood at rv 1; 1 event behind is enough, none is not/);
    expect(text).toMatch(/no return after #\d+ \(8 continuations tried\) {6}blame {2}controller \(swapped for one that remembers, the run passes\)/);
    expect(text.match(/#\d+ {2}t=0\.000s +controller {3}create a thing/g)).toHaveLength(2);
    expect(lines.at(-1)).toBe('  replay   npx kubeloom replay k2:0');
  });

  it('gives the same as data', () => {
    const { report } = explained(insightful(racySubject(1)), atMostOne);
    expect(failureData(report, String)).toMatchObject({
      property: 'toy.at-most-one', kind: 'always', token: 'k2:0', file: 'kept.json', steps: { found: report.sizes['steps']?.[0], shrunk: report.sizes['steps']?.[1] }, faults: { found: 0, shrunk: 0 },
      criticalPair: { second: 'deliver store controller watch' }, staleness: { actor: 'controller', enough: 1 }, noReturn: { continuations: 8 }, blame: { actors: ['controller'] },
    });
  });
});

describe('explore.shrink, of what must hold in the end', () => {
  const crashes = { faults: [{ kind: 'crash', perThousand: 50, limit: 3 }] } as const;

  it('judges in a world that is whole again, though the run shrunk to one crash', () => {
    const { shrunk } = explained(forgetfulSubject(), exactlyOne, crashes);
    const { world, violation } = judgeRun(shrunk.subject, (fork) => schedulePilot(fork, shrunk.schedule), [exactlyOne], { budget });
    expect(violation?.signature).toBe('not one');
    expect(shrunk.schedule.filter(({ kind }) => kind === 'crash')).toHaveLength(1);
    expect(world.actors().filter((actor) => !world.isUp(actor))).toEqual([]);
  });
});
