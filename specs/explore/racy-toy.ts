/**
 * A toy with a planted race, of the kind that real controllers have: a controller that reads a cache fed by a watch creates one thing when it sees none,
 * and is asked twice. In the order of sending, the watch is faster than the second request; in other orders there are two things. Around it,
 * others chatter.
 */
import type { FaultTargets } from '../../src/explore/faults/fault-plan.ts';
import { noTargets } from '../../src/explore/faults/fault-plan.ts';
import type { Subject } from '../../src/explore/subject.ts';
import type { Actor, Effect } from '../../src/kernel/transition.ts';
import { noEffects, send } from '../../src/kernel/transition.ts';
import type { World } from '../../src/kernel/world.ts';
import { hosted } from '../../src/kernel/world.ts';
import type { Property } from '../../src/properties/property.ts';
import { ring, ringMember, worldOf } from '../kernel/toys.ts';

/** Keeps things, and tells the controller of each. Survives a crash. */
const store = (): Actor => hosted<{ readonly things: number }, unknown>({
  id: 'store', initial: { things: 0 }, durable: (state) => state.things,
  transition: (state, input) => {
    if (input.kind === 'start') return [{ things: (input.durable as number | undefined) ?? 0 }, noEffects];
    if (input.kind !== 'message') return [state, noEffects];
    const things = state.things + 1;
    return [{ things }, [send('controller', 'watch', things)]];
  },
});

interface ControllerState { readonly cached: number; readonly isAsked: boolean }

/** `remembers`: does not ask again for what it has asked for already, unless a crash makes it forget; `start` asks at once. */
const controller = (remembers: boolean): Actor => hosted<ControllerState, unknown>({
  id: 'controller', initial: { cached: 0, isAsked: false },
  transition: (state, input) => {
    const create: readonly Effect[] = state.cached === 0 && !(remembers && state.isAsked) ? [send('store', 'create', 'thing')] : noEffects;
    if (input.kind === 'start') return remembers ? [{ ...state, isAsked: true }, create] : [state, noEffects];
    if (input.kind !== 'message') return [state, noEffects];
    if (input.channel === 'watch') return [{ ...state, cached: input.body as number }, noEffects];
    return [{ ...state, isAsked: true }, create];
  },
});

/** Asks once at once, and once after `hops` messages to itself. */
const user = (hops: number): Actor => hosted<number, number>({
  id: 'user', initial: 0,
  transition: (state, input) => {
    if (input.kind === 'start') return [state, [send('controller', 'request', 1), send('user', 'think', hops)]];
    if (input.kind !== 'message') return [state, noEffects];
    return [state, input.body > 0 ? [send('user', 'think', input.body - 1)] : [send('controller', 'request', 2)]];
  },
});

export const racyWorld = ({ remembers = false, chatter = 3 }: { readonly remembers?: boolean; readonly chatter?: number } = {}): World =>
  worldOf([store(), controller(remembers), user(2), ...Array.from({ length: chatter }, (_, i) => ringMember(i, chatter, 4))]);

export const subjectOf = (remake: () => World, targets: FaultTargets = noTargets, simpler: Subject['simpler'] = () => []): Subject => ({
  name: 'toy', world: remake(), remake, targets, simpler,
  ending: (world) => () => (world.undeliveredCount === 0 && world.timers().length === 0 ? 'settled' : undefined),
});

export const racySubject = (chatter = 3): Subject =>
  subjectOf(() => racyWorld({ chatter }), noTargets, () => (chatter > 1 ? [{ what: `${chatter - 1} that chatter`, make: () => racySubject(chatter - 1) }] : []));

/** Breaks only when the controller crashes at the wrong moment. */
export const forgetfulSubject = (): Subject => subjectOf(() => racyWorld({ remembers: true }), { ...noTargets, crash: ['controller', 'ring/1'] });

export const harmlessSubject = (): Subject => subjectOf(() => ring(3, 4));

const things = (world: World): number => world.stateOf<{ readonly things: number }>('store').things;

export const atMostOne: Property = {
  id: 'toy.at-most-one', kind: 'always', statement: 'There is never more than one thing.', source: 'this toy',
  monitor: () => {
    let looked = 0;
    return {
      step: (world) => {
        looked += 1;
        return things(world) > 1 ? { signature: 'two things', message: `expected at most 1 thing, found ${things(world)}` } : undefined;
      },
      end: () => undefined,
      evaluated: () => looked,
    };
  },
};

export const exactlyOne: Property = {
  id: 'toy.exactly-one', kind: 'eventually', statement: 'In the end there is one thing.', source: 'this toy',
  monitor: () => {
    let ended = 0;
    return {
      step: () => undefined,
      end: (world) => {
        ended += 1;
        return things(world) === 1 ? undefined : { signature: 'not one', message: `expected 1 thing, found ${things(world)}` };
      },
      evaluated: () => ended,
    };
  },
};

export const neverSeen: Property = {
  id: 'toy.never-seen', kind: 'sometimes', statement: 'There are ten things.', source: 'this toy',
  monitor: () => ({ step: () => undefined, end: () => undefined, evaluated: () => 0 }),
};
