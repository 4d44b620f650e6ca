/** What a chooser sees of a world: a live view of the steps enabled now, good until the next step is taken. */
import type { Offered } from './chooser.ts';
import type { Link } from './link-table.ts';
import { earliestEnvelope, linksByName, oldestEnvelope, oldestLinkWhere, oldestSentMs } from './links.ts';
import type { Step } from './step.ts';
import { countDueBy, earliestTimer, sortedTimers } from './timers.ts';
import type { Timer } from './timers.ts';
import type { WorldState } from './world-state.ts';

const offer = (state: WorldState, named: Link | Timer): Step => {
  state.hintStep = named.step;
  state.hint = named;
  return named.step;
};

/** How far the clock may go: no message undelivered, and no timer unfired, for more than the configured lag. */
const lagLimitMs = (state: WorldState): number => {
  const timer = earliestTimer(state.timers);
  const oldestMs = Math.min(oldestSentMs(state.links), timer === undefined ? Infinity : timer.dueMs);
  return Math.max(state.nowMs, oldestMs + state.config.lagMs);
};

/** Why a class: one hidden class with methods on the prototype, as it is asked at every step. */
class LiveOffer implements Offered {
  private readonly state: WorldState;

  constructor(state: WorldState) {
    this.state = state;
  }

  get count(): number {
    const { links, timers } = this.state;
    return timers.size === 0 ? links.filled : links.filled + countDueBy(timers, lagLimitMs(this.state));
  }

  at(i: number): Step {
    const { state } = this;
    const deliveries = state.links.filled;
    if (i >= 0 && i < deliveries) return offer(state, linksByName(state.links)[i] as Link);
    const timer = sortedTimers(state.timers)[i - deliveries];
    if (timer === undefined || i >= this.count) throw new RangeError(`offered: expected 0 <= i < ${this.count}, found ${i}`);
    return offer(state, timer);
  }

  earliest(): Step | undefined {
    const { state } = this;
    const envelope = state.links.filled === 0 ? undefined : earliestEnvelope(state.links);
    const timer = earliestTimer(state.timers);
    if (envelope === undefined) return timer === undefined ? undefined : offer(state, timer);
    return timer === undefined || envelope.dueMs <= timer.dueMs ? offer(state, envelope.link) : offer(state, timer);
  }

  oldest(): Step | undefined {
    const { state } = this;
    const named = state.links.filled === 0 ? earliestTimer(state.timers) : oldestEnvelope(state.links)?.link;
    return named === undefined ? undefined : offer(state, named);
  }

  oldestWhere(isFree: (step: Step) => boolean): Step | undefined {
    const { state } = this;
    const link = state.links.filled === 0 ? undefined : oldestLinkWhere(state.links, isFree);
    if (link !== undefined) return offer(state, link);
    const due = state.timers.size === 0 ? 0 : countDueBy(state.timers, lagLimitMs(state));
    const timers = due === 0 ? [] : sortedTimers(state.timers);
    for (let i = 0; i < due; i += 1) if (isFree((timers[i] as Timer).step)) return offer(state, timers[i] as Timer);
    return undefined;
  }
}

export const offerOf = (state: WorldState): Offered => new LiveOffer(state);
