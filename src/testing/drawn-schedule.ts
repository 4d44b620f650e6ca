/**
 * A schedule as a value: the oldest message first, but for what is held back. A hold picks one of the steps offered at some moment and lets it wait
 * for so many choices, unless nothing else can go on; so every schedule can be drawn, most races need a hold or two, and every list of holds
 * is a legal run of every world.
 *
 * What is held is picked by rendezvous hashing (the step whose name has the least hash with the hold's number), so that a hold still
 * means the same when others have been left out and something else is on offer.
 * Ref: M. Emmi, S. Qadeer, Z. Rakamaric, "Delay-Bounded Scheduling", POPL 2011: most concurrency errors need few delays.
 */
import fc from 'fast-check';
import { hashText, lowLane } from '../base/hash.ts';
import { compareStrings } from '../base/order.ts';
import type { Chooser, Offered } from '../kernel/chooser.ts';
import { printStep } from '../kernel/print-step.ts';
import { run } from '../kernel/run.ts';
import type { RunOptions, RunResult } from '../kernel/run.ts';
import type { Step } from '../kernel/step.ts';
import type { World } from '../kernel/world.ts';

/** `at`: a choice of the run, counted from 1. `pick`: an unsigned 32-bit number that says which of the steps that are there. */
export type Deviation =
  | { readonly kind: 'hold'; readonly at: number; readonly pick: number; readonly choices: number }
  /** Takes a step that is not offered, such as a crash. */
  | { readonly kind: 'interrupt'; readonly at: number; readonly pick: number };

export type Interruptions = (world: World) => readonly Step[];

export interface DrawnSchedule {
  /** By `at`. */
  readonly deviations: readonly Deviation[];
  /** Decides one run of `world` from now on: the same choices each time it is asked for. */
  readonly chooser: (world: World) => Chooser;
  /** Moves the world by a chooser of this schedule. */
  readonly run: (world: World, options: RunOptions) => RunResult;
}

/** What the deviations came to in a run, in words. */
type Note = string;

const hashes = new WeakMap<Step, number>();

const hashOfStep = (step: Step): number => {
  const known = hashes.get(step);
  if (known !== undefined) return known;
  const hash = lowLane(hashText(printStep(step)));
  hashes.set(step, hash);
  return hash;
};

/** Ref: the finaliser of MurmurHash3 (A. Appleby). */
const mixed = (hash: number, pick: number): number => {
  let mix = (hash ^ pick) >>> 0;
  mix = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return (mix ^ (mix >>> 16)) >>> 0;
};

const pickOf = (steps: readonly Step[], pick: number): Step | undefined => {
  let best: Step | undefined;
  let least = Infinity;
  for (const step of steps) {
    const weight = mixed(hashOfStep(step), pick);
    if (weight >= least) continue;
    [best, least] = [step, weight];
  }
  return best;
};

const listOf = (offered: Offered): readonly Step[] => Array.from({ length: offered.count }, (_, i) => offered.at(i));

/** The oldest message first, then timers by due time, of what `isFree`. */
const firstFree = (world: World, offered: Offered, isFree: (step: Step) => boolean): Step | undefined => {
  const usual = offered.oldest();
  if (usual === undefined || isFree(usual)) return usual;
  const sentBy = new Map<string, number>();
  for (const { from, to, channel, cause } of world.undelivered()) {
    const name = printStep({ kind: 'deliver', from, to, channel });
    if (!sentBy.has(name)) sentBy.set(name, cause);
  }
  const free = listOf(offered).filter(isFree);
  const messages = free.filter(({ kind }) => kind === 'deliver').map((step) => ({ step, name: printStep(step) }));
  const [oldest] = messages.sort((a, b) => (sentBy.get(a.name) ?? 0) - (sentBy.get(b.name) ?? 0) || compareStrings(a.name, b.name));
  return oldest?.step ?? free[0];
};

interface Held { readonly step: Step; readonly until: number; readonly note: Note }

const chooserOf = (world: World, deviations: readonly Deviation[], interruptions: Interruptions, tell: (note: Note) => void): Chooser => {
  const held = new Map<string, Held>();
  let [at, next] = [0, 0];
  const isFree = (step: Step): boolean => held.size === 0 || !held.has(printStep(step));
  const hold = (offered: Offered, { pick, choices }: Extract<Deviation, { kind: 'hold' }>): void => {
    // Why the next one half of the time: to hold back what is not about to happen changes little.
    const step = pick % 2 === 0 ? firstFree(world, offered, isFree) : pickOf(listOf(offered), pick);
    if (step === undefined) return;
    held.set(printStep(step), { step, until: at + choices, note: `from #${at} on ${printStep(step)} waits for ${choices} choices` });
  };
  const interrupt = ({ pick }: Deviation): Step | undefined => {
    const step = pickOf(interruptions(world).filter((one) => world.canTake(one)), pick);
    if (step !== undefined) tell(`at #${at} ${printStep(step)}`);
    return step;
  };
  const letGo = (): Step | undefined => {
    const [soonest] = [...held.values()].filter(({ step }) => world.canTake(step)).sort((a, b) => a.until - b.until);
    return soonest?.step;
  };
  return {
    name: 'drawn',
    choose: (offered) => {
      at += 1;
      for (const [name, { until }] of held) if (until <= at) held.delete(name);
      let interruption: Step | undefined;
      for (let deviation = deviations[next]; deviation !== undefined && deviation.at <= at; deviation = deviations[next]) {
        next += 1;
        if (deviation.kind === 'hold') hold(offered, deviation);
        else interruption ??= interrupt(deviation);
      }
      if (interruption !== undefined) return interruption;
      if (held.size === 0) return offered.oldest();
      const usual = offered.oldest();
      const waiting = usual === undefined ? undefined : held.get(printStep(usual));
      if (waiting !== undefined) tell(waiting.note);
      return firstFree(world, offered, isFree) ?? letGo() ?? usual;
    },
  };
};

const describeNotes = (notes: ReadonlySet<Note> | undefined): string => {
  if (notes === undefined) return 'a schedule that was not followed';
  return notes.size === 0 ? 'the oldest message first' : `the oldest message first, but ${[...notes].join('; ')}`;
};

export const drawnSchedule = (deviations: () => readonly Deviation[], interruptions: Interruptions, followed?: ReadonlySet<Note>): DrawnSchedule => {
  let notes = followed;
  const chooser = (world: World): Chooser => {
    const fresh = new Set<Note>();
    notes = fresh;
    return chooserOf(world, deviations(), interruptions, (note) => fresh.add(note));
  };
  const schedule: DrawnSchedule = {
    get deviations() { return deviations(); },
    chooser,
    run: (world, options) => run(world, chooser(world), options),
  };
  // Why: fast-check runs a clone wherever a value is used again, so that what is said of the failing run stays with it.
  return Object.assign(schedule, { [fc.cloneMethod]: () => drawnSchedule(deviations, interruptions, notes), [fc.toStringMethod]: () => describeNotes(notes) });
};
