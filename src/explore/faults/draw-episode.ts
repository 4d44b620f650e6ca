/** Draws one fault of a kind: whom it happens to, and how long it lasts. */
import { unreachable } from '../../base/assert.ts';
import type { Step } from '../../kernel/step.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { World } from '../../kernel/world.ts';
import { pick } from '../strategies/random-stream.ts';
import type { RandomStream } from '../strategies/random-stream.ts';
import type { Episode } from './episode.ts';
import type { FaultKind, FaultTargets } from './fault-plan.ts';

/** Powers of two, in steps. Why longer for nodes: a node is given up only after 40 s without a heartbeat. */
const LONGEST: Readonly<Partial<Record<FaultKind, number>>> = { node: 11, partition: 11 };

/** Most outages are short, a few are long: a power of two of steps, and anything up to it. */
export const outageSteps = (stream: RandomStream, kind: FaultKind): number => stream.int(1, 2 ** stream.int(0, LONGEST[kind] ?? 8));

const crashOf = (actor: ActorId): Episode => ({ breaks: [{ kind: 'crash', actor }], mend: () => [{ kind: 'restart', actor }] });

const cutOf = ([a, b]: readonly [ActorId, ActorId]): Episode => ({ breaks: [{ kind: 'cut', a, b }], mend: () => [{ kind: 'heal', a, b }] });

/** A connection that is in use: something is under way on it. */
const resetOf = (world: World, servers: readonly ActorId[], stream: RandomStream): Episode | undefined => {
  const inUse: (Step & { readonly kind: 'deliver' })[] = [];
  const offered = world.offered();
  for (let i = 0; i < offered.count; i += 1) {
    const step = offered.at(i);
    if (step.kind === 'deliver' && step.from !== step.to && (servers.includes(step.from) || servers.includes(step.to))) inUse.push(step);
  }
  if (inUse.length === 0) return undefined;
  const { from, to, channel } = pick(stream, inUse);
  return { breaks: [{ kind: 'reset', a: from, b: to, channel }] };
};

const OFFSETS_MS = [-60_000, -5000, -500, 500, 5000, 60_000] as const;
const RATES = [0.5, 0.9, 1, 1.1, 2] as const;

/** Mended as a time server would: the clock is stepped to the right time. */
const skewOf = (actor: ActorId, stream: RandomStream): Episode => ({
  breaks: [{ kind: 'skew', actor, offsetMs: pick(stream, OFFSETS_MS), rate: pick(stream, RATES) }],
  mend: (world) => [{ kind: 'skew', actor, offsetMs: world.nowMs - world.clockOf(actor), rate: 1 }],
});

const oneOf = <T, R>(stream: RandomStream, items: readonly T[], make: (item: T) => R): R | undefined => (items.length === 0 ? undefined : make(pick(stream, items)));

/** Undefined: nothing of the kind can happen now. */
export const drawEpisode = (kind: FaultKind, world: World, targets: FaultTargets, stream: RandomStream): Episode | undefined => {
  switch (kind) {
    case 'crash': return oneOf(stream, targets.crash.filter((actor) => world.isUp(actor)), crashOf);
    case 'cut': return oneOf(stream, targets.cut, cutOf);
    case 'reset': return resetOf(world, targets.reset, stream);
    case 'skew': return oneOf(stream, targets.skew, (actor) => skewOf(actor, stream));
    case 'node':
    case 'timeout':
    case 'lagging':
    case 'slow':
    case 'compact':
    case 'etcd':
    case 'partition':
    case 'container':
    case 'pull':
    case 'disk': return oneOf(stream, targets.possible?.[kind]?.(world) ?? [], (episode) => episode);
    default: return unreachable(kind);
  }
};
