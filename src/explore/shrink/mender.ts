/** What faults have left broken in a run, and the steps that mend it: what must hold in the end is judged in a world that is whole again. */
import type { Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import type { Message } from '../../protocol/message.ts';
import { marksOf } from '../faults/episode.ts';

export interface Mender {
  /** Every step that is taken, after it was taken. */
  readonly see: (step: Step) => void;
  /** A step that mends something, in the order in which things broke; undefined: nothing is broken that can be mended. */
  readonly next: () => Step | undefined;
  readonly isWhole: () => boolean;
}

/** Faults that are said by a message from outside stand until they are taken back by another. */
const takingBack = (body: Message): unknown => {
  if (body.kind === 'registry') return { ...body, isReachable: true };
  return body.kind === 'etcd-call' && body.call.kind === 'alarm' ? { ...body, call: { ...body.call, action: 'deactivate' } } : body;
};

/** What undoes a step that left something broken. */
const mendingOf = (world: World, step: Step): Step | undefined => {
  switch (step.kind) {
    case 'crash': return { kind: 'restart', actor: step.actor };
    case 'cut': return { kind: 'heal', a: step.a, b: step.b };
    case 'skew': return { kind: 'skew', actor: step.actor, offsetMs: world.nowMs - world.clockOf(step.actor), rate: 1 };
    case 'inject': return { ...step, body: takingBack(step.body as Message) };
    case 'restart':
    case 'heal':
    case 'reset':
    case 'deliver':
    case 'fire': return undefined;
    default: return step satisfies never;
  }
};

/** A clock that was set may have been set right. */
const isWrong = (world: World, step: Step): boolean => step.kind !== 'skew' || step.rate !== 1 || world.clockOf(step.actor) !== world.nowMs;

export const menderOf = (world: World): Mender => {
  const broken = new Map<string, Step>();
  let given: Step | undefined;
  const next = (): Step | undefined => {
    for (const [key, step] of broken) {
      const mending = mendingOf(world, step);
      if (mending !== undefined && world.canTake(mending)) return (given = mending);
      // Why not a message: its receiver is down, and will be started again before it.
      if (mending?.kind !== 'inject') broken.delete(key);
    }
    return undefined;
  };
  return {
    next,
    see: (step) => {
      if (step.kind === 'deliver' || step.kind === 'fire') return;
      const { begins, ends } = marksOf(step);
      if (ends !== undefined) broken.delete(ends);
      if (begins !== undefined && step !== given && isWrong(world, step)) broken.set(begins, step);
    },
    isWhole: () => broken.size === 0,
  };
};
