/** Who decides what happens next: a chooser, never the kernel. A strategy is a chooser. */
import type { Step } from './step.ts';

/** The steps enabled now, in the one canonical order: deliveries by link name (from, to, channel), then timers by due time, ties by (actor, key). */
export interface Offered {
  readonly count: number;
  /** 0 <= i < count. */
  readonly at: (i: number) => Step;
  /** The step that comes first in time (due of a link's head message, or of a timer); ties by canonical order. Undefined when count is 0. */
  readonly earliest: () => Step | undefined;
  /** The oldest message first (order of sending over all links); a timer only when no message is undelivered. */
  readonly oldest: () => Step | undefined;
  /** The oldest message of those whose delivery `isFree`; where there is none, the first offered timer that is. Costs what has to be passed over. */
  readonly oldestWhere: (isFree: (step: Step) => boolean) => Step | undefined;
}

/** Picks one offered step, or undefined to end the run. A chooser may hold state of its own (a random stream, a cursor); the world never does. */
export interface Chooser {
  readonly name: string;
  readonly choose: (offered: Offered) => Step | undefined;
}
