/**
 * Races planted at a known depth: some chains of messages to one referee, which breaks when messages of two of them arrive in an order that takes so many
 * ordering constraints to state. In the order of sending the chains take turns, and none of the races shows.
 *
 * Depth d: of the two racing chains a (its p-th message and those after it) and b (its q-th and those after it), d + 1 messages must be taken as a, b,
 * a, b... with p = q + gap. So b has to wait until a is that far ahead, and from there on they have to take turns at one exact place. With a
 * small gap the race is a few steps off the order of sending, with a large one it is far from it.
 * Ref: S. Burckhardt et al., ASPLOS 2010, 2: the depth of a bug is the least number of ordering constraints that suffice to find it.
 */
import { noTargets } from '../explore/faults/fault-plan.ts';
import type { Subject } from '../explore/subject.ts';
import { createWorld, hosted, noEffects, send } from '../kernel/index.ts';
import type { Actor, Effect, World } from '../kernel/index.ts';
import type { Property } from '../properties/property.ts';

export interface PlantedRace {
  readonly depth: number;
  /** Messages of each chain: more than gap + depth / 2 + 3. */
  readonly steps: number;
  /** At least 1: with 0, the order of sending would do. */
  readonly gap: number;
  /** Chains that go to others than the referee, one each, and race with nothing. */
  readonly bystanders: number;
}

const REFEREE = 'referee';

/** Sends everything at once, the chains in turn: what is left to decide is the order in which it arrives. */
const source = ({ steps, bystanders }: PlantedRace): Actor => hosted<number, unknown>({
  id: 'source', initial: 0,
  transition: (state, input) => {
    if (input.kind !== 'start') return [state, noEffects];
    const round = (n: number): readonly Effect[] => [send(REFEREE, 'a', n), send(REFEREE, 'b', n), ...Array.from({ length: bystanders }, (_, i) => send(`bystander/${i}`, 'c', n))];
    return [state, Array.from({ length: steps }, (_, i) => round(i + 1)).flat()];
  },
});

const idle = (id: string): Actor => hosted<number, unknown>({ id, initial: 0, transition: (state, input) => (input.kind === 'message' ? [state + 1, noEffects] : [state, noEffects]) });

interface Awaited { readonly chain: string; readonly n: number }

/** Of b, the first that counts. */
const EARLY = 2;

/** The messages that have to arrive in this order. */
export const awaitedOrder = ({ depth, gap }: PlantedRace): readonly Awaited[] =>
  Array.from({ length: depth + 1 }, (_, i): Awaited => ({ chain: i % 2 === 0 ? 'a' : 'b', n: EARLY + (i % 2 === 0 ? gap : 0) + Math.floor(i / 2) }));

/** How many of the awaited have arrived, each before the next; -1 once one has come too early. */
const referee = (order: readonly Awaited[]): Actor => hosted<number, unknown>({
  id: REFEREE, initial: 0,
  transition: (state, input) => {
    if (input.kind !== 'message' || state < 0 || state >= order.length) return [state, noEffects];
    const place = order.findIndex(({ chain, n }) => chain === input.channel && n === input.body);
    if (place < 0) return [state, noEffects];
    return [place === state ? state + 1 : -1, noEffects];
  },
});

const worldOf = (race: PlantedRace): World => createWorld({
  seed: 'planted', startMs: 0, lagMs: 1000, latencyMs: () => 0,
  actors: [source(race), referee(awaitedOrder(race)), ...Array.from({ length: race.bystanders }, (_, i) => idle(`bystander/${i}`))],
});

export const plantedSubject = (race: PlantedRace): Subject => ({
  name: `planted race of depth ${race.depth}`, world: worldOf(race), remake: () => worldOf(race), targets: noTargets, simpler: () => [],
  ending: (world) => () => (world.undeliveredCount === 0 ? 'settled' : undefined),
});

/** Breaks when the referee has seen all that it awaits, in that order. */
export const plantedProperty = (race: PlantedRace): Property => {
  const awaited = race.depth + 1;
  return {
    id: 'planted.race', kind: 'always', statement: 'The messages do not arrive in the awaited order.', source: 'planted',
    monitor: () => {
      let looked = 0;
      return {
        step: (world, { actor }) => {
          if (actor !== REFEREE) return undefined;
          looked += 1;
          return world.stateOf<number>(REFEREE) === awaited ? { signature: 'race', message: 'the messages arrived in the awaited order' } : undefined;
        },
        end: () => undefined,
        evaluated: () => looked,
      };
    },
  };
};
