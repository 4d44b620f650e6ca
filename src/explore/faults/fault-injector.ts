/**
 * Draws faults from a plan, on a random stream of its own: whether one happens now is asked before the strategy chooses, so that the strategy's
 * stream stands where it stood. Everything that breaks is mended after a drawn number of steps, or at once when faults stop.
 */
import type { Offered } from '../../kernel/chooser.ts';
import type { LinkName, Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import { randomStream } from '../strategies/random-stream.ts';
import { drawEpisode, outageSteps } from './draw-episode.ts';
import type { Episode } from './episode.ts';
import type { FaultKind, FaultPlan, FaultTargets } from './fault-plan.ts';
import { withoutHeld } from './hold-back.ts';

export interface FaultInjector {
  /** A fault, or its mending, to take now. */
  readonly next: () => Step | undefined;
  /** What a chooser may choose from: `offered` without what a fault holds back. */
  readonly free: (offered: Offered) => Offered;
  /** No fault from now on; what is broken is mended by the next steps. */
  readonly stop: () => void;
  /** Nothing is broken that is still to be mended, and nothing will break. */
  readonly isOver: () => boolean;
}

interface Running { readonly until: number; readonly episode: Episode }

const lasts = ({ mend, holds }: Episode): boolean => mend !== undefined || holds !== undefined;

export const faultInjector = (world: World, targets: FaultTargets, plan: FaultPlan, seed: string): FaultInjector => {
  const stream = randomStream(`${seed} faults`);
  const counts = new Map<FaultKind, number>();
  let asked = 0;
  let stopped = plan.length === 0;
  let due: readonly Step[] = [];
  let running: readonly Running[] = [];
  let holding: readonly Episode[] = [];
  const setRunning = (now: readonly Running[]): void => {
    running = now;
    holding = now.map(({ episode }) => episode).filter(({ holds }) => holds !== undefined);
  };
  const countOf = (kind: FaultKind): number => counts.get(kind) ?? 0;
  const begin = (kind: FaultKind): void => {
    const episode = drawEpisode(kind, world, targets, stream);
    if (episode === undefined || !episode.breaks.every((step) => world.canTake(step))) return;
    counts.set(kind, countOf(kind) + 1);
    const until = asked + outageSteps(stream, kind);
    due = episode.breaks;
    if (lasts(episode)) setRunning([...running, { until, episode }]);
  };
  /** Why a message to an actor that is down is kept: what it says would stand for ever otherwise. Anything else that cannot be taken is done already. */
  const nextDue = (): Step | undefined => {
    const step = due.find((one) => world.canTake(one));
    due = due.filter((one) => one !== step && (world.canTake(one) || one.kind === 'inject'));
    return step;
  };
  const nextMending = (): Step | undefined => {
    for (;;) {
      const over = running.find(({ until }) => stopped || until <= asked);
      if (over === undefined) return undefined;
      setRunning(running.filter((one) => one !== over));
      due = [...due, ...over.episode.mend?.(world) ?? []];
      const step = nextDue();
      if (step !== undefined) return step;
    }
  };
  return {
    next: () => {
      if (stopped && running.length === 0 && due.length === 0) return undefined;
      asked += 1;
      const waiting = nextDue() ?? nextMending();
      if (waiting !== undefined || stopped) return waiting;
      const rule = plan.find(({ kind, perThousand, limit }) => countOf(kind) < limit && stream.int(0, 999) < perThousand);
      if (rule !== undefined && due.length === 0) begin(rule.kind);
      return nextDue();
    },
    free: (offered) => (holding.length === 0 ? offered : withoutHeld(world, offered, (link: LinkName) => holding.some(({ holds }) => holds?.(link)))),
    stop: () => { stopped = true; },
    isOver: () => due.length === 0 && running.length === 0 && (stopped || plan.every(({ kind, limit }) => countOf(kind) >= limit)),
  };
};
