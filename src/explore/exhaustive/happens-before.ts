/**
 * One execution as a partial order: which of its macro-steps happened before which, and which of them raced.
 *
 * Two are dependent when they moved a common actor, as those do that took heads of one link, when either moved the clock, and when one delivered what the
 * other had sent. What a macro-step appends to a link leaves the link's waiting head as it is, so sending and delivering on one link are independent.
 */
import { areIndependent } from './macro-step.ts';
import type { Footprint } from './macro-step.ts';

export interface TraceEvent {
  /** The link or timer whose head was chosen, as `printStep` writes it: the events of one are in order. */
  readonly process: string;
  readonly footprint: Footprint;
  /** Kernel steps taken: `firstStep` to `lastStep`, both included. */
  readonly firstStep: number;
  readonly lastStep: number;
  /** The kernel step that sent the message or armed the timer. */
  readonly cause: number;
  /** When the timer was due, by the world's clock; -Infinity for a message. */
  readonly dueMs: number;
  /** The world's clock before the event. */
  readonly sinceMs: number;
}

export interface Race {
  /** Position of the earlier of the two; the later is the newest event. */
  readonly at: number;
  /**
   * Processes by one of which every execution begins that has the later event before the earlier one and is otherwise as this one, from the state before
   * the earlier one on. Not empty.
   */
  readonly initials: readonly string[];
}

export interface Execution {
  readonly length: number;
  /** Appends an event; answers its races with those before it that can be reversed, the latest first. */
  readonly push: (event: TraceEvent) => readonly Race[];
  /** Drops all events from this position on. */
  readonly truncate: (length: number) => void;
}

/** Positions of events. */
type Positions = Uint32Array;

const has = (positions: Positions, at: number): boolean => ((positions[at >>> 5] ?? 0) & (1 << (at & 31))) !== 0;

const add = (positions: Positions, at: number): void => {
  positions[at >>> 5] = (positions[at >>> 5] as number) | (1 << (at & 31));
};

const addAll = (positions: Positions, others: Positions): void => {
  for (let i = 0; i < others.length; i += 1) positions[i] = (positions[i] as number) | (others[i] as number);
};

export const hasCaused = (earlier: TraceEvent, later: TraceEvent): boolean => earlier.firstStep <= later.cause && later.cause <= earlier.lastStep;

const areDependent = (earlier: TraceEvent, later: TraceEvent): boolean =>
  hasCaused(earlier, later) || !areIndependent(earlier.footprint, later.footprint);

/** Whether `later` could go without `earlier`. A timer that came due only because time passed had nothing beside it: all else had been delivered. */
const isReversible = (earlier: TraceEvent, later: TraceEvent): boolean =>
  earlier.process !== later.process && !hasCaused(earlier, later) && later.dueMs <= earlier.sinceMs;

export const newExecution = (): Execution => {
  const events: TraceEvent[] = [];
  /** By position: all that happened before, transitively. */
  const before: Positions[] = [];

  /** Of what does not happen after the event at `at`, the processes that nothing of it happens before. */
  const initialsWithout = (at: number): readonly string[] => {
    const kept: number[] = [];
    const initials = new Set<string>();
    for (let i = at + 1; i < events.length; i += 1) {
      const mine = before[i] as Positions;
      const isNewest = i === events.length - 1;
      if (!isNewest && has(mine, at)) continue;
      if (!kept.some((other) => has(mine, other))) initials.add((events[i] as TraceEvent).process);
      kept.push(i);
    }
    return [...initials];
  };

  return {
    get length() { return events.length; },
    push: (event) => {
      const mine = new Uint32Array((events.length >>> 5) + 1);
      const racing: number[] = [];
      // Why from the latest: what is in `mine` already happened before one in between, so it is no race.
      for (let at = events.length - 1; at >= 0; at -= 1) {
        const earlier = events[at] as TraceEvent;
        if (has(mine, at) || !areDependent(earlier, event)) continue;
        add(mine, at);
        addAll(mine, before[at] as Positions);
        if (isReversible(earlier, event)) racing.push(at);
      }
      events.push(event);
      before.push(mine);
      return racing.map((at) => ({ at, initials: initialsWithout(at) }));
    },
    truncate: (length) => { events.length = before.length = length; },
  };
};
