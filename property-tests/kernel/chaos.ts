/** Generated worlds for the kernel's laws: actors that send, arm and cancel as their random streams say, and choosers that break things. */
import fc from 'fast-check';
import { hashText } from '../../src/base/hash.ts';
import { randomChooser } from '../../src/kernel/choosers/random.ts';
import { run } from '../../src/kernel/run.ts';
import type { Step, StepRecord } from '../../src/kernel/step.ts';
import type { Actor, ActorId, Effect, Env } from '../../src/kernel/transition.ts';
import { arm, cancel, observe, send } from '../../src/kernel/transition.ts';
import { createWorld, hosted } from '../../src/kernel/world.ts';
import type { World } from '../../src/kernel/world.ts';

interface ChaosState {
  readonly n: number;
  readonly log: number;
}

const effectFrom = (draw: number, peers: readonly ActorId[], n: number): Effect => {
  const peer = peers[(draw >>> 8) % peers.length] as ActorId;
  const key = `t${(draw >>> 12) % 3}`;
  switch (draw % 8) {
    case 0: return arm(key, ((draw >>> 16) % 2000) / 7);
    case 1: return cancel(key);
    case 2: return observe('draw', { n });
    case 3: return arm(key, 0);
    default: return send(peer, `c${(draw >>> 20) % 2}`, { n: draw % 100 });
  }
};

/** Every input brings 0 to 3 effects, until `budget` inputs have come. */
const chaosActor = (id: ActorId, peers: readonly ActorId[], budget: number): Actor =>
  hosted<ChaosState, unknown>({
    id,
    initial: { n: 0, log: 0 },
    durable: (state) => state.n,
    transition: (state, input, env: Env) => {
      const n = input.kind === 'start' && typeof input.durable === 'number' ? input.durable : state.n + 1;
      const log = hashText(`${state.log} ${JSON.stringify(input)}`);
      if (n > budget) return [{ n, log }, []];
      const count = input.kind === 'start' ? 3 : env.random('count', n) % 3;
      return [{ n, log }, Array.from({ length: count }, (_, i) => effectFrom(env.random(`effect${i}`, n), peers, n))];
    },
  });

export interface ChaosPlan {
  readonly seed: string;
  readonly actors: number;
  readonly budget: number;
  readonly latency: number;
  readonly lagMs: number;
  readonly choices: string;
  /** One fault each so many steps; 0: none. */
  readonly faultEvery: number;
  readonly steps: number;
}

export const chaosPlan: fc.Arbitrary<ChaosPlan> = fc.record({
  seed: fc.string({ maxLength: 4 }), actors: fc.integer({ min: 1, max: 5 }), budget: fc.integer({ min: 1, max: 30 }),
  latency: fc.constantFrom(0, 0, 5.5), lagMs: fc.constantFrom(0, 50, 1000), choices: fc.string({ maxLength: 4 }),
  faultEvery: fc.constantFrom(0, 3, 10), steps: fc.integer({ min: 0, max: 120 }),
});

export const chaosWorld = (plan: ChaosPlan): World => {
  const ids = Array.from({ length: plan.actors }, (_, i) => `actor/${i}`);
  return createWorld({
    seed: plan.seed, startMs: 1_700_000_000_000, lagMs: plan.lagMs, latencyMs: (_from, _to, _channel, u) => plan.latency * u,
    actors: ids.map((id) => chaosActor(id, ids, plan.budget)),
  });
};

const faultAt = (world: World, step: number): Step => {
  const ids = world.actors();
  const draw = hashText(`fault ${step}`) >>> 0;
  const a = ids[draw % ids.length] as ActorId;
  const b = ids[(draw >>> 5) % ids.length] as ActorId;
  const faults: readonly Step[] = [
    { kind: 'crash', actor: a }, { kind: 'restart', actor: a }, { kind: 'restart', actor: b }, { kind: 'cut', a, b }, { kind: 'heal', a, b },
    { kind: 'reset', a, b, channel: 'c0' }, { kind: 'skew', actor: a, offsetMs: (draw >>> 9) % 50, rate: 1 + ((draw >>> 14) % 3) / 2 },
    { kind: 'inject', to: b, channel: 'in', body: draw % 7 },
  ];
  return faults[(draw >>> 17) % faults.length] as Step;
};

/** Takes the plan's steps and hands out each record. */
export const runChaos = (world: World, plan: ChaosPlan, onStep: (record: StepRecord) => void = () => {}): void => {
  const random = randomChooser(plan.choices);
  let taken = 0;
  const choose = { name: 'chaos', choose: (offered: ReturnType<World['offered']>): Step | undefined => {
    taken += 1;
    const fault = plan.faultEvery > 0 && taken % plan.faultEvery === 0 ? faultAt(world, taken) : undefined;
    return fault !== undefined && world.canTake(fault) ? fault : random.choose(offered);
  } };
  run(world, choose, { maxSteps: plan.steps, onStep });
};
