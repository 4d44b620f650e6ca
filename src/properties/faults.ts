/** Which steps are faults, and whom they touch: what assumptions are about. */
import type { StepRecord } from '../kernel/step.ts';
import type { ActorId } from '../kernel/transition.ts';

export const isFault = ({ step: { kind } }: StepRecord): boolean => kind !== 'deliver' && kind !== 'fire' && kind !== 'inject';

const isOf = (component: string) => (actor: ActorId): boolean => actor === component || actor.startsWith(`${component}/`);

const isApiserver = isOf('kube-apiserver');
const isEtcd = isOf('etcd');

/** Whether a fault may make the component forget what it did, or leave it in doubt about it: what it writes passes through kube-apiserver and etcd. */
export const disturbs = ({ step }: StepRecord, component: string): boolean => {
  const isIt = isOf(component);
  switch (step.kind) {
    case 'crash': return isIt(step.actor) || isApiserver(step.actor) || isEtcd(step.actor);
    case 'cut':
    case 'reset': return [step.a, step.b].some((actor) => isIt(actor) || isEtcd(actor));
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
