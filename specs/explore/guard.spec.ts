/** The determinism guard: components that read what is not in their input are planted, alone and in a cluster, and are caught and named. */
import { describe, expect, it } from 'vitest';
import { guardRun, describeNondeterminism } from '../../src/explore/determinism-guard.ts';
import type { Nondeterminism } from '../../src/explore/determinism-guard.ts';
import { listPilot } from '../../src/explore/pilot.ts';
import type { Subject } from '../../src/explore/subject.ts';
import type { Actor, Effect } from '../../src/kernel/transition.ts';
import { noEffects, send } from '../../src/kernel/transition.ts';
import type { World } from '../../src/kernel/world.ts';
import { createWorld, hosted } from '../../src/kernel/world.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { createWorldOf } from '../../src/scenario/scenario.ts';
import { clusterSubject } from '../../src/testing/cluster-subject.ts';
import { scenarios } from '../../property-tests/properties/scenarios.ts';
import { ring, worldOf } from '../kernel/toys.ts';
import { subjectOf } from './racy-toy.ts';

const guarded = (subject: Subject, maxSteps = 5000): Nondeterminism | undefined => guardRun(subject, (world) => listPilot(world, [], 'fifo'), maxSteps);

/** Counts over all worlds, as a variable of a module does. */
let calls = 0;

/** Talks to itself four times; `answer` makes what it says. */
const talker = (answer: (n: number) => readonly Effect[], remember: (n: number) => unknown = (n) => n): Actor => hosted<readonly [number, unknown], unknown>({
  id: 'talker', initial: [0, 0],
  transition: ([n], input) => {
    if (input.kind === 'start') return [[0, 0], [send('talker', 'self', 0)]];
    return n < 4 ? [[n + 1, remember(n)], answer(n)] : [[n, 0], noEffects];
  },
});

/** A generator of random numbers that lives in a closure, outside every state. */
const drawer = (): (() => number) => {
  let seed = 1;
  return () => (seed = (seed * 48_271) % 2_147_483_647);
};

describe('explore.guard', () => {
  it('a counter outside the state is caught at the first step that shows it, with its actor', () => {
    const found = guarded(subjectOf(() => worldOf([talker(() => [send('talker', 'self', (calls += 1))])])));
    expect(found).toMatchObject({ step: 1, actor: 'talker', taken: 'deliver talker talker self' });
  });

  it('so is a generator of random numbers in a closure', () => {
    const draw = drawer();
    expect(guarded(subjectOf(() => worldOf([talker(() => [send('talker', 'self', draw() % 1000)])])))).toMatchObject({ step: 1, actor: 'talker' });
  });

  it('both enabled sets are told', () => {
    const found = guarded(subjectOf(() => worldOf([talker((n) => [send('talker', n === 2 && (calls += 1) % 2 === 0 ? 'even' : 'odd', n)])])));
    expect(found?.step).toBe(3);
    expect(found?.enabled.map((steps) => steps.join()).sort()).toEqual(['deliver talker talker even', 'deliver talker talker odd']);
    expect(describeNondeterminism(found as Nondeterminism)).toMatch(/differs at step 3: deliver talker talker odd, talker answered differently\. Enabled only in the first: deliver talker talker (even|odd)\. /);
  });

  it('what stays hidden in the state is caught when the run is over', () => {
    const draw = drawer();
    const secretive = (): World => worldOf([talker((n) => (n < 3 ? [send('talker', 'self', n)] : noEffects), (n) => (n === 3 ? draw() : 0))]);
    expect(guarded(subjectOf(secretive))).toMatchObject({ taken: 'the end of the run', actor: 'talker' });
  });

  it('a world that does not come up the same twice is caught before the first step', () => {
    expect(guarded(subjectOf(() => worldOf([talker(() => noEffects), hosted({ id: 'odd', initial: (calls += 1), transition: (state: number) => [state, noEffects] })]))))
      .toMatchObject({ step: 0, actor: 'odd', taken: 'the coming up of the world' });
  });

  it('what reads its input only passes', () => {
    expect(guarded(subjectOf(() => ring(3, 4)))).toBeUndefined();
  });
});

/** The scenario's cluster, with one of its actors changed. */
const withActor = (id: string, change: (actor: Actor) => Actor) => (scenario: Scenario): World => {
  const { config } = createWorldOf(scenario);
  return createWorld({ ...config, actors: config.actors.map((actor) => (actor.id === id ? change(actor) : actor)) });
};

/** At every event of its pods it notes what it draws from a closure. */
const impure = (draw: () => number) => (actor: Actor): Actor => ({
  ...actor,
  transition: (state, input, env) => {
    const [next, effects] = actor.transition(state, input, env);
    const isAboutPod = input.kind === 'message' && input.channel === 'watch/pods';
    return [next, isAboutPod ? [...effects, { kind: 'observe', fact: 'drew', data: draw() }] : effects];
  },
});

describe('explore.guard of a cluster', () => {
  it('a kubelet that draws from a closure is caught', () => {
    const subject = clusterSubject({ ...scenarios.deployment }, withActor('kubelet/node-1', impure(drawer())));
    const found = guarded(subject);
    expect(found).toMatchObject({ actor: 'kubelet/node-1', taken: 'deliver kube-apiserver kubelet/node-1 watch/pods' });
    expect(found?.step).toBeGreaterThan(0);
  });

  it('and as it is, the cluster goes the same way twice', () => {
    expect(guarded(clusterSubject(scenarios.deployment))).toBeUndefined();
  });
});
