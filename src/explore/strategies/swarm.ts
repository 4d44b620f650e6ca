/**
 * Swarm: every run draws its own configuration, so that features which hide one another's races are at times absent. Here the strategy and its
 * depth, the fault kinds with their rates and limits, and which of the given cluster variations. The draw is data, and printed with the run.
 * Ref: A. Groce et al., "Swarm Testing", ISSTA 2012.
 */
import type { FaultKind, FaultPlan } from '../faults/fault-plan.ts';
import { faultKinds } from '../faults/fault-plan.ts';
import { pick, randomStream } from './random-stream.ts';

export const swarmMembers = ['random', 'pct', 'fair-pct', 'pos', 'urw', 'delay-bounded'] as const;

export interface SwarmDraw {
  readonly strategy: (typeof swarmMembers)[number];
  readonly depth: number;
  readonly faults: FaultPlan;
  /** Index of the variation. */
  readonly variation: number;
}

/** `allowed`: the fault kinds that may be drawn; each is taken with even chance. */
export const drawSwarm = (seed: string, allowed: readonly FaultKind[], variations: number): SwarmDraw => {
  const stream = randomStream(`${seed} swarm`);
  const strategy = pick(stream, swarmMembers);
  const depth = stream.int(1, 5);
  const faults = faultKinds.filter((kind) => allowed.includes(kind) && stream.int(0, 1) === 1)
    .map((kind) => ({ kind, perThousand: pick(stream, [2, 5, 10, 30]), limit: stream.int(1, 4) }));
  return { strategy, depth, faults, variation: stream.int(0, Math.max(0, variations - 1)) };
};
