/** Toy actors and worlds for the kernel's specs and properties. */
import type { Actor, Effect, Input } from '../../src/kernel/transition.ts';
import { arm, cancel, noEffects, observe, send } from '../../src/kernel/transition.ts';
import type { World } from '../../src/kernel/world.ts';
import { createWorld, hosted } from '../../src/kernel/world.ts';
import type { WorldConfig } from '../../src/kernel/world-config.ts';

export const startMs = 1_700_000_000_000;

export const worldOf = (actors: readonly Actor[], config: Partial<WorldConfig> = {}): World =>
  createWorld({ seed: 'toys', startMs, lagMs: 1000, latencyMs: () => 0, actors, ...config });

/** Remembers every input it is given. */
export const recorder = (id: string): Actor =>
  hosted<readonly Input[], unknown>({ id, initial: [], transition: (inputs, input) => [[...inputs, input], noEffects] });

/** Does what it is told: a message's body is the list of effects to ask for. Survives a crash with how many orders it had. */
export const puppet = (id: string, atStart: readonly Effect[] = noEffects): Actor =>
  hosted<{ readonly orders: number; readonly seen: readonly string[] }, unknown>({
    id,
    initial: { orders: 0, seen: [] },
    durable: (state) => state.orders,
    transition: (state, input) => {
      switch (input.kind) {
        case 'start': return [{ orders: (input.durable as number | undefined) ?? 0, seen: [] }, atStart];
        case 'message': return Array.isArray(input.body)
          ? [{ ...state, orders: state.orders + 1 }, input.body as readonly Effect[]]
          : [{ ...state, seen: [...state.seen, `${input.from}:${input.channel}:${String(input.body)}`] }, noEffects];
        case 'timer': return [{ ...state, seen: [...state.seen, `timer:${input.key}`] }, noEffects];
        case 'disconnected': return [{ ...state, seen: [...state.seen, `disconnected:${input.peer}:${input.channel}`] }, noEffects];
      }
    },
  });

export const seenBy = (world: World, actor: string): readonly string[] => world.stateOf<{ readonly seen: readonly string[] }>(actor).seen;

/** Tells a puppet what to do. */
export const order = (world: World, to: string, ...effects: readonly Effect[]): void => world.advance({ kind: 'inject', to, channel: 'orders', body: effects });

interface Counted {
  readonly left: number;
  readonly drawn: readonly number[];
}

/** Sends a ball to and fro `rounds` times, drawing a number at each return. */
export const pinger = (id: string, peer: string, rounds: number): Actor =>
  hosted<Counted, string>({
    id,
    initial: { left: rounds, drawn: [] },
    transition: (state, input, env) => {
      if (input.kind === 'start') return [state, [send(peer, 'ball', 'ping')]];
      if (input.kind !== 'message') return [state, noEffects];
      const next = { left: state.left - 1, drawn: [...state.drawn, env.random('ball', state.left)] };
      return [next, next.left > 0 ? [send(peer, 'ball', 'ping')] : [observe('done', next.drawn.length)]];
    },
  });

export const ponger = (id: string): Actor =>
  hosted<number, string>({
    id, initial: 0, transition: (state, input) => (input.kind === 'message' ? [state + 1, [send(input.from, input.channel, 'pong')]] : [state, noEffects]),
  });

/** Counts what it is sent; the order does not matter to it. */
export const counter = (id: string): Actor =>
  hosted<number, number>({ id, initial: 0, transition: (state, input) => (input.kind === 'message' ? [state + input.body, noEffects] : [state, noEffects]) });

/** Sends each of `numbers` to the counter on a channel of its own, and a heartbeat every `everyMs`. */
export const feeder = (id: string, to: string, numbers: readonly number[], everyMs: number, beats: number): Actor =>
  hosted<{ readonly beats: number }, unknown>({
    id,
    initial: { beats },
    transition: (state, input) => {
      if (input.kind === 'start') return [state, [...numbers.map((n, i) => send(to, `c${i}`, n)), ...(beats > 0 ? [arm('beat', everyMs)] : [cancel('beat')])]];
      if (input.kind !== 'timer') return [state, noEffects];
      const left = state.beats - 1;
      return [{ beats: left }, [send(to, 'beat', 1), ...(left > 0 ? [arm('beat', everyMs)] : [])]];
    },
  });

/** A token ring: each member passes the token on, until it has gone round `rounds` times; each also times its own naps. */
export const ringMember = (index: number, size: number, rounds: number): Actor => {
  const next = `ring/${(index + 1) % size}`;
  return hosted<{ readonly held: number; readonly naps: number }, { readonly hops: number }>({
    id: `ring/${index}`,
    initial: { held: 0, naps: 0 },
    transition: (state, input, env) => {
      switch (input.kind) {
        case 'start': return [state, [arm('nap', 10 + (env.random('nap', 0) % 50)), ...(index === 0 ? [send(next, 'token', { hops: 1 })] : [])]];
        case 'message': {
          const { hops } = input.body;
          return [{ ...state, held: state.held + 1 }, hops < size * rounds ? [send(next, 'token', { hops: hops + 1 })] : noEffects];
        }
        case 'timer': {
          const naps = state.naps + 1;
          return [{ ...state, naps }, naps < 3 ? [arm('nap', 10 + (env.random('nap', naps) % 50)), observe('nap', naps)] : noEffects];
        }
        case 'disconnected': return [state, noEffects];
      }
    },
  });
};

export const ring = (size: number, rounds: number, config: Partial<WorldConfig> = {}): World =>
  worldOf(Array.from({ length: size }, (_, i) => ringMember(i, size, rounds)), config);
