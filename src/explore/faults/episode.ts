/** One fault from its beginning to its end: what breaks, what waits meanwhile, and what mends it. */
import type { LinkName, Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import type { Message } from '../../protocol/message.ts';

export interface Episode {
  /** Taken one after another, with nothing between them. */
  readonly breaks: readonly Step[];
  /** What undoes it, asked for when its time has come. Absent: it is over at once. */
  readonly mend?: (world: World) => readonly Step[];
  /** While it lasts, what is undelivered on these links waits, as far as the lag bound lets it. */
  readonly holds?: (link: LinkName) => boolean;
}

/** What a step begins and ends, as keys that agree. A step may do both: a clock that is set twice. */
export interface Marks {
  readonly begins?: string;
  readonly ends?: string;
}

const NOTHING: Marks = {};

const beginsOrEnds = (begins: boolean, key: string): Marks => (begins ? { begins: key } : { ends: key });

/** Some faults are said by messages from outside that stand until they are taken back. */
const marksOfMessage = (to: string, body: Message): Marks => {
  if (body.kind === 'registry') return beginsOrEnds(!body.isReachable, `registry ${to}`);
  return body.kind === 'etcd-call' && body.call.kind === 'alarm' ? beginsOrEnds(body.call.action === 'activate', `alarm ${to}`) : NOTHING;
};

/** What lasts from one step of a schedule to another; nothing for a step that leaves nothing to be mended. */
export const marksOf = (step: Step): Marks => {
  switch (step.kind) {
    case 'crash': return { begins: `crash ${step.actor}` };
    case 'restart': return { ends: `crash ${step.actor}` };
    case 'cut': return { begins: `cut ${step.a} ${step.b}` };
    case 'heal': return { ends: `cut ${step.a} ${step.b}` };
    case 'skew': return { begins: `skew ${step.actor}`, ends: `skew ${step.actor}` };
    case 'inject': return marksOfMessage(step.to, step.body as Message);
    case 'reset':
    case 'deliver':
    case 'fire': return NOTHING;
    default: return step satisfies never;
  }
};

/** It does nothing but mend. */
export const isMending = (step: Step): boolean => {
  const { begins, ends } = marksOf(step);
  return ends !== undefined && begins === undefined;
};
