/** Which steps are faults, and whom they touch: what assumptions are about. */
import type { StepRecord } from '../kernel/step.ts';
import type { ActorId } from '../kernel/transition.ts';

export const isFault = ({ step: { kind } }: StepRecord): boolean => kind !== 'deliver' && kind !== 'fire' && kind !== 'inject';

const isOf = (component: string) => (actor: ActorId): boolean => actor === component || actor.startsWith(`${component}/`);

/** Whether a fault may make the component forget what it did, or leave it in doubt about it: it crashes, or a connection of it breaks. */
export const disturbs = ({ step }: StepRecord, component: string): boolean => {
  const isIt = isOf(component);
  switch (step.kind) {
    case 'crash': return isIt(step.actor) || isOf('kube-apiserver')(step.actor);
    case 'cut':
    case 'reset': return isIt(step.a) || isIt(step.b);
    case 'deliver':
    case 'fire':
    case 'restart':
    case 'heal':
    case 'skew':
    case 'inject': return false;
    default: return step satisfies never;
  }
};

export interface Assumption {
  /** Shown every fault. */
  readonly note: (record: StepRecord) => void;
  readonly broken: () => string | undefined;
}

/** That a component is neither restarted nor cut off. */
export const undisturbed = (component: string): Assumption => {
  let isBroken = false;
  return {
    note: (record) => { isBroken ||= disturbs(record, component); },
    broken: () => (isBroken ? `${component} was restarted or cut off` : undefined),
  };
};
