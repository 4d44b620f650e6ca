/** What the runs have reached: the distinct (kind of actor, kind of input, class of channel or timer) that were taken. */
import { compareStrings } from '../base/order.ts';
import type { Step } from '../kernel/step.ts';

/** Names and numbers of single objects are left out: `kubelet/node-1` counts as `kubelet`, `bind/7` as `bind/#`. */
const kindOf = (actor: string): string => actor.split('/', 1)[0] as string;
const classOf = (channel: string): string => channel.replace(/\/\d+$/, '/#');
const timerClass = (key: string): string => key.split(/[\s/:]/, 2).join('/').replace(/\d+/g, '#');

const situation = (step: Step): string => {
  switch (step.kind) {
    case 'deliver': return `${kindOf(step.to)} ${classOf(step.channel)} from ${kindOf(step.from)}`;
    case 'fire': return `${kindOf(step.actor)} timer ${timerClass(step.key)}`;
    case 'inject': return `${kindOf(step.to)} inject`;
    case 'reset': return `reset ${classOf(step.channel)}`;
    case 'cut': return `cut ${kindOf(step.a)} ${kindOf(step.b)}`;
    case 'heal': return `heal ${kindOf(step.a)} ${kindOf(step.b)}`;
    default: return `${step.kind} ${kindOf(step.actor)}`;
  }
};

export interface Coverage {
  readonly see: (step: Step) => void;
  /** What was seen for the first time since this was last asked. */
  readonly fresh: () => readonly string[];
}

export const newCoverage = (): Coverage => {
  const seenSteps = new WeakSet<Step>();
  const seen = new Set<string>();
  let fresh: string[] = [];
  return {
    see: (step) => {
      // A link's step is one object for good, so most steps end here.
      if (seenSteps.has(step)) return;
      seenSteps.add(step);
      const name = situation(step);
      if (seen.has(name)) return;
      seen.add(name);
      fresh.push(name);
    },
    fresh: () => {
      const since = fresh.sort(compareStrings);
      fresh = [];
      return since;
    },
  };
};
