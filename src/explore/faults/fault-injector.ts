/**
 * Draws faults from a plan, on a random stream of its own: whether one happens now is asked before the strategy chooses, so that the strategy's
 * stream stands where it stood. Everything that breaks is mended after a drawn number of steps, or at once when faults stop.
 */
import type { Step } from '../../kernel/step.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { World } from '../../kernel/world.ts';
import { pick, randomStream } from '../strategies/random-stream.ts';
import type { RandomStream } from '../strategies/random-stream.ts';
import type { FaultKind, FaultPlan, FaultTargets } from './fault-plan.ts';

export interface FaultInjector {
  /** A fault, or its mending, to take now. */
  readonly next: () => Step | undefined;
  /** No fault from now on; what is broken is mended by the next steps. */
  readonly stop: () => void;
  /** Nothing is broken that is still to be mended, and nothing will break. */
  readonly isOver: () => boolean;
}

interface Mending { readonly at: number; readonly step: Step }

/** Most outages are short, a few are long: a power of two of steps, and anything up to it. */
const outage = (stream: RandomStream, kind: FaultKind): number => stream.int(1, 2 ** stream.int(0, kind === 'node' ? 11 : 8));

interface Episode { readonly breaks: readonly Step[]; readonly mends: readonly Step[] }

const nothing: Episode = { breaks: [], mends: [] };

const crashOf = (actors: readonly ActorId[]): Episode =>
  ({ breaks: actors.map((actor): Step => ({ kind: 'crash', actor })), mends: actors.map((actor): Step => ({ kind: 'restart', actor })) });

/** A connection that is in use: something is under way on it. */
const resetOf = (world: World, servers: readonly ActorId[], stream: RandomStream): Episode => {
  const inUse: Step[] = [];
  const offered = world.offered();
  for (let i = 0; i < offered.count; i += 1) {
    const step = offered.at(i);
    if (step.kind === 'deliver' && step.from !== step.to && (servers.includes(step.from) || servers.includes(step.to))) inUse.push(step);
  }
  if (inUse.length === 0) return nothing;
  const step = pick(stream, inUse);
  return step.kind === 'deliver' ? { breaks: [{ kind: 'reset', a: step.from, b: step.to, channel: step.channel }], mends: [] } : nothing;
};

const OFFSETS_MS = [-60_000, -5000, -500, 500, 5000, 60_000] as const;
const RATES = [0.5, 0.9, 1, 1.1, 2] as const;

const draw = (kind: FaultKind, world: World, targets: FaultTargets, stream: RandomStream): Episode => {
  const up = (actors: readonly ActorId[]): readonly ActorId[] => actors.filter((actor) => world.isUp(actor));
  switch (kind) {
    case 'crash': {
      const able = up(targets.crash);
      return able.length === 0 ? nothing : crashOf([pick(stream, able)]);
    }
    case 'node': return targets.nodes.length === 0 ? nothing : crashOf(up(pick(stream, targets.nodes)));
    case 'cut': {
      if (targets.cut.length === 0) return nothing;
      const [a, b] = pick(stream, targets.cut);
      return { breaks: [{ kind: 'cut', a, b }], mends: [{ kind: 'heal', a, b }] };
    }
    case 'reset': return resetOf(world, targets.reset, stream);
    case 'skew': {
      if (targets.skew.length === 0) return nothing;
      const actor = pick(stream, targets.skew);
      return { breaks: [{ kind: 'skew', actor, offsetMs: pick(stream, OFFSETS_MS), rate: pick(stream, RATES) }], mends: [{ kind: 'skew', actor, offsetMs: 0, rate: 1 }] };
    }
    default: return kind satisfies never;
  }
};

export const faultInjector = (world: World, targets: FaultTargets, plan: FaultPlan, seed: string): FaultInjector => {
  const stream = randomStream(`${seed} faults`);
  const counts = new Map<FaultKind, number>();
  let asked = 0;
  let stopped = plan.length === 0;
  let due: readonly Step[] = [];
  let mendings: readonly Mending[] = [];
  const begin = (kind: FaultKind): void => {
    const { breaks, mends } = draw(kind, world, targets, stream);
    if (breaks.length === 0 || !breaks.every((step) => world.canTake(step))) return;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const at = asked + outage(stream, kind);
    due = breaks;
    mendings = [...mendings, ...mends.map((step) => ({ at, step }))];
  };
  const nextDue = (): Step | undefined => {
    const [first, ...rest] = due;
    if (first !== undefined) due = rest;
    return first;
  };
  const nextMending = (): Step | undefined => {
    const mending = mendings.find(({ at }) => stopped || at <= asked);
    if (mending === undefined) return undefined;
    mendings = mendings.filter((one) => one !== mending);
    return world.canTake(mending.step) ? mending.step : nextMending();
  };
  return {
    next: () => {
      if (stopped && mendings.length === 0 && due.length === 0) return undefined;
      asked += 1;
      const waiting = nextDue() ?? nextMending();
      if (waiting !== undefined || stopped) return waiting;
      const rule = plan.find(({ kind, perThousand, limit }) => (counts.get(kind) ?? 0) < limit && stream.int(0, 999) < perThousand);
      if (rule !== undefined) begin(rule.kind);
      return nextDue();
    },
    stop: () => { stopped = true; },
    isOver: () => due.length === 0 && mendings.length === 0 && (stopped || plan.every(({ kind, limit }) => (counts.get(kind) ?? 0) >= limit)),
  };
};
