/**
 * Executes every Mazurkiewicz trace, that is every order of the adversary's choices up to the order of independent ones: stateless search, depth first,
 * by dynamic partial-order reduction with source sets and sleep sets. No state is remembered, so what it claims does not rest on hashes.
 *
 * Each run sets out from the beginning, with monitors of its own that see all of it. Where two of its macro-steps raced, the state before the earlier one
 * is come back to with a process that begins the other order, unless one has been tried there. No two runs to an end are of one trace; a run may be
 * blocked, with all that is enabled asleep, and is of a trace that another run executes.
 *
 * Not seen: what holds only between steps of actors that have nothing to do with each other, for of their orders one is executed. What one actor does,
 * such as the store, is the same in all.
 *
 * Ref: P. Abdulla, S. Aronis, B. Jonsson, K. Sagonas, "Optimal Dynamic Partial Order Reduction" (POPL 2014), algorithm 1
 */
import { invariant } from '../../base/assert.ts';
import { combine, hashNumber, highLane, lowLane, packLanes } from '../../base/hash.ts';
import { printStep } from '../../kernel/print-step.ts';
import type { Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import { checkProperties } from '../../properties/check-properties.ts';
import type { Finding, PropertyChecker } from '../../properties/check-properties.ts';
import type { Property } from '../../properties/property.ts';
import type { Subject } from '../subject.ts';
import { hasCaused, newExecution } from './happens-before.ts';
import type { TraceEvent } from './happens-before.ts';
import { areIndependent } from './macro-step.ts';
import type { End, Footprint } from './macro-step.ts';
import type { Grain, StateView } from './state-view.ts';
import { newTraceRun } from './trace-run.ts';
import type { TraceRun } from './trace-run.ts';

export interface TraceOptions {
  readonly grain: Grain;
  /** Judged along each run, from its beginning to its end. */
  readonly properties: readonly Property[];
  /** Kernel steps after which a run is given up as unfinished. */
  readonly maxSteps: number;
}

/** The ends of traces that look alike. */
export interface TraceEnd {
  readonly end: End;
  /** As `StateView.content`. */
  readonly content: number;
  readonly contentClass: number;
  readonly traces: number;
  /** Canonical hashes of the states that are such ends: for the report only. */
  readonly states: ReadonlySet<number>;
  /** All steps of the first run that ended so. */
  readonly schedule: readonly Step[];
}

export interface TraceFinding {
  readonly finding: Finding;
  readonly schedule: readonly Step[];
}

export interface TraceCounts {
  /** Runs to an end; no two are equivalent. */
  readonly traces: number;
  /** Runs given up where all that was enabled was asleep. */
  readonly blocked: number;
  /** Runs given up because they were too long: where there is one, not every trace has been executed. */
  readonly unfinished: number;
  /** Macro-steps that a run was the first to take from where it took them. */
  readonly events: number;
  /** Kernel steps, those that led back to a state included. */
  readonly steps: number;
}

export interface TraceSearch {
  /** Executes so many more runs at most. True when none is left. */
  readonly advance: (runs: number) => boolean;
  readonly counts: () => TraceCounts;
  readonly ends: () => readonly TraceEnd[];
  /** Kernel steps of the shortest and the longest trace; undefined: none has been executed. */
  readonly lengths: () => { readonly fewest: number; readonly most: number } | undefined;
  /** One for each property and signature, in the order found. */
  readonly findings: () => readonly TraceFinding[];
  /** Of the end states and the number of traces, whatever the order in which they were found. */
  readonly fingerprint: () => number;
}

/** A state on the way of the newest run. Processes are named as in `TraceEvent`. */
interface Frame {
  readonly enabled: ReadonlyMap<string, Step>;
  /** To be tried from here, or tried: in the end a source set. */
  readonly backtrack: Set<string>;
  /** What need not be tried from here, and what it would touch; grows by all that was tried. */
  readonly sleep: Map<string, Footprint>;
  /** What the newest run took. */
  taken: { readonly process: string; readonly footprint: Footprint } | undefined;
}

interface GrowingEnd extends TraceEnd {
  traces: number;
  readonly states: Set<number>;
}

/** Transitions: runs take the same ones again and again. */
const REMEMBERED = 100_000;

const stillAsleep = (sleep: Frame['sleep'], footprint: Footprint): Frame['sleep'] => new Map([...sleep].filter(([, other]) => areIndependent(other, footprint)));

/** XOR of all, each mixed first: whatever their order. */
const mixed = (hashes: Iterable<number>): number => {
  let [high, low] = [0, 0];
  for (const hash of hashes) {
    const one = combine(hash, 1);
    high ^= highLane(one);
    low ^= lowLane(one);
  }
  return packLanes(high, low);
};

/** `view` must be the subject's. Messages may not lag behind the clock: whether a timer may fire would depend on messages that it has nothing to do with. */
export const traceSearch = (subject: Subject, view: StateView, { grain, properties, maxSteps }: TraceOptions): TraceSearch => {
  invariant(subject.world.config.lagMs === 0, () => `traceSearch: Expected lagMs 0. Instead, received ${subject.world.config.lagMs}. Hint: with lag, search states.`);
  const root = subject.world.forkRemembering(REMEMBERED);
  root.hash();
  const judged = properties.filter(({ kind }) => kind !== 'sometimes');
  const frames: Frame[] = [];
  const execution = newExecution();
  const ends = new Map<string, GrowingEnd>();
  const findings = new Map<string, TraceFinding>();
  let [traces, blocked, unfinished, events, steps, fewest, most] = [0, 0, 0, 0, 0, Infinity, 0];
  let isDone = false;

  const frameOf = (run: TraceRun, sleep: Frame['sleep']): Frame =>
    ({ enabled: new Map(run.enabled().map((step) => [printStep(step), step])), backtrack: new Set(), sleep, taken: undefined });

  const noteFindings = (checker: PropertyChecker, schedule: readonly Step[]): void => {
    for (const finding of checker.findings()) {
      const key = `${finding.property} ${finding.signature}`;
      if (!findings.has(key)) findings.set(key, { finding, schedule });
    }
  };

  const noteEnd = (world: World, end: End, schedule: readonly Step[]): void => {
    traces += 1;
    fewest = Math.min(fewest, schedule.length);
    most = Math.max(most, schedule.length);
    const content = view.content(world);
    const key = `${end} ${content}`;
    const known = ends.get(key) ?? { end, content, contentClass: view.contentClass(world), traces: 0, states: new Set<number>(), schedule };
    known.traces += 1;
    known.states.add(world.hash());
    ends.set(key, known);
  };

  const ask = (at: number, process: string): void => {
    const frame = frames[at] as Frame;
    if (!frame.sleep.has(process)) frame.backtrack.add(process);
  };

  /** Has the other order of each race of the newest event tried. */
  const reverseRaces = (event: TraceEvent, path: readonly TraceEvent[]): void => {
    for (const { at, initials } of execution.push(event)) {
      const { backtrack, sleep } = frames[at] as Frame;
      if (!initials.some((process) => backtrack.has(process) || sleep.has(process))) backtrack.add(initials[0] as string);
    }
    // Why: a timer that was armed anew went unfired the first time, which the newest event is no sign of.
    const armedBy = event.process.startsWith('fire') ? path.findIndex((earlier) => hasCaused(earlier, event) && earlier.process !== event.process) : -1;
    if (armedBy >= 0 && (frames[armedBy] as Frame).enabled.has(event.process)) ask(armedBy, event.process);
  };

  /** Takes a choice for the first time, and opens the state that it leads to. */
  const explore = (run: TraceRun, path: TraceEvent[], process: string): void => {
    const frame = frames.at(-1) as Frame;
    const event = run.take(frame.enabled.get(process) as Step);
    events += 1;
    frame.taken = event;
    reverseRaces(event, path);
    path.push(event);
    const next = frameOf(run, stillAsleep(frame.sleep, event.footprint));
    // Why: what the newest event has disabled, such as a timer that it cancelled, races with it though it never goes.
    for (const other of frame.enabled.keys()) if (other !== process && !next.enabled.has(other)) ask(frames.length - 1, other);
    frames.push(next);
  };

  /** From the last frame to an end, or to where nothing new can come. */
  const finish = (run: TraceRun, path: TraceEvent[], schedule: readonly Step[]): 'ended' | 'blocked' | 'unfinished' => {
    for (;;) {
      const frame = frames.at(-1) as Frame;
      const end = run.end();
      if (end === 'stuck' || schedule.length > maxSteps) return 'unfinished';
      if (end !== undefined) {
        noteEnd(run.world, end, schedule);
        return 'ended';
      }
      const process = [...frame.enabled.keys()].find((name) => !frame.sleep.has(name));
      if (process === undefined) return 'blocked';
      frame.backtrack.add(process);
      explore(run, path, process);
    }
  };

  /** Puts what the newest run took to sleep, from its end backwards, to the last state with something left to try. Undefined: there is none. */
  const nextChoice = (): string | undefined => {
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const { taken, backtrack, sleep } = frame;
      if (taken !== undefined) sleep.set(taken.process, taken.footprint);
      frame.taken = undefined;
      const process = [...backtrack].find((name) => !sleep.has(name));
      if (process !== undefined) return process;
      frames.pop();
    }
    return undefined;
  };

  const execute = (process: string | undefined): void => {
    const world = root.fork();
    const checker = checkProperties(judged);
    const schedule: Step[] = [];
    const run = newTraceRun(subject, world, view, {
      grain,
      see: (record) => {
        schedule.push(record.step);
        if (judged.length > 0) checker.step(world, record);
      },
    });
    if (process === undefined) frames.push(frameOf(run, new Map()));
    const path: TraceEvent[] = [];
    for (const frame of frames.slice(0, -1)) path.push(run.take(frame.enabled.get(frame.taken?.process as string) as Step));
    execution.truncate(path.length);
    if (process !== undefined) explore(run, path, process);
    const outcome = finish(run, path, schedule);
    steps += schedule.length;
    if (outcome === 'ended') checker.end(world);
    else if (outcome === 'blocked') blocked += 1;
    else unfinished += 1;
    noteFindings(checker, schedule);
  };

  return {
    advance: (runs) => {
      for (let left = runs; left > 0 && !isDone; left -= 1) {
        const process = frames.length === 0 ? undefined : nextChoice();
        isDone = process === undefined && traces + blocked + unfinished > 0;
        if (!isDone) execute(process);
      }
      return isDone;
    },
    counts: () => ({ traces, blocked, unfinished, events, steps }),
    ends: () => [...ends.values()],
    lengths: () => (traces === 0 ? undefined : { fewest, most }),
    findings: () => [...findings.values()],
    fingerprint: () => combine(mixed([...ends.values()].flatMap(({ states }) => [...states])), hashNumber(traces)),
  };
};
