/**
 * The chains that strategies order: the messages of one link come one after another, and so do the firings of one actor's timers. What is
 * offered at any moment is at most one step of each link, and steps of different chains may come in any order.
 */
import type { Step } from '../../kernel/step.ts';
import type { ActorId } from '../../kernel/transition.ts';

/** Looked up by identity for a link (the kernel offers one object per link, for good), by the actor's name for timers. */
export type Chain = Step | ActorId;

export const chainOf = (step: Step): Chain => (step.kind === 'fire' ? step.actor : step);

/** The actor that a step moves; undefined where none moves. */
export const actorOf = (step: Step): ActorId | undefined => {
  switch (step.kind) {
    case 'deliver': return step.to;
    case 'inject': return step.to;
    case 'fire': return step.actor;
    case 'crash': return step.actor;
    case 'restart': return step.actor;
    case 'skew': return step.actor;
    case 'cut': return undefined;
    case 'heal': return undefined;
    case 'reset': return undefined;
    default: return step satisfies never;
  }
};

const words = new WeakMap<Step, string>();

/** A chain in words, the same in every process: what estimates and coverage are kept by. */
export const chainName = (step: Step): string => {
  if (step.kind === 'fire') return `fire ${step.actor}`;
  if (step.kind !== 'deliver') return step.kind;
  const known = words.get(step);
  if (known !== undefined) return known;
  const name = `${step.from} > ${step.to} ${step.channel}`;
  words.set(step, name);
  return name;
};
