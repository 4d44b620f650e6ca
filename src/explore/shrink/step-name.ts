/** The name of a step by its chain: a link's deliveries have one, and the firings of one timer. */
import type { Step } from '../../kernel/step.ts';

const names = new WeakMap<Step, string>();

const freshName = (step: Step): string | undefined => {
  if (step.kind === 'fire') return `fire ${step.actor} ${step.key}`;
  return step.kind === 'deliver' ? `${step.from} > ${step.to} ${step.channel}` : undefined;
};

/** Undefined for faults. */
export const nameOf = (step: Step): string | undefined => {
  const known = names.get(step);
  if (known !== undefined) return known;
  const name = freshName(step);
  if (name !== undefined) names.set(step, name);
  return name;
};
