/** What is explored: a world at the moment from which every run sets out, what may break in it, and when a run is over. */
import type { LinkName, StepRecord } from '../kernel/step.ts';
import type { World } from '../kernel/world.ts';
import type { StateView } from './exhaustive/state-view.ts';
import type { FaultTargets } from './faults/fault-plan.ts';

/** settled: all that was asked for is done and nothing is under way. still: it is not, and nothing will change any more. */
export type Ending = 'settled' | 'still';

/** A write that changed something which counts. */
export interface ContentWrite {
  /** Who wrote what to what. */
  readonly what: string;
  /** A hash of what was written, and of all content after it. */
  readonly content: number;
}

/** Tells progress from what merely ticks. Shown every step from when it was made. */
export interface ContentWatch {
  readonly see: (record: StepRecord) => readonly ContentWrite[];
  /** Nobody outside has anything left to do, so that states may return. Absent: always so. */
  readonly areWritersQuiet?: () => boolean;
}

/** What is known of the copies that actors keep of what others own, as versions that ascend. */
export interface CacheInsight {
  /** Of the newest state that there is to be copied, in a world as it stands. */
  readonly newest: (world: World) => number;
  /** What a message brings to the copy of the actor that it is delivered to; undefined: it is no news. */
  readonly brings: (link: LinkName, body: unknown) => { readonly what: string; readonly version: number } | undefined;
}

/** The same subject with some of its actors swapped for variants of them. */
export interface Alternative {
  readonly actors: readonly string[];
  /** What they are swapped for, for a person. */
  readonly what: string;
  readonly make: () => Subject;
}

export interface Subject {
  readonly name: string;
  /** Never moved: every run forks it. */
  readonly world: World;
  /** Makes that same world again from nothing. */
  readonly remake: () => World;
  readonly targets: FaultTargets;
  /** Watches one run. Asked after every step. */
  readonly ending: (world: World) => () => Ending | undefined;
  /**
   * Whether in a settled run without faults nothing is due within so many ms but heartbeats, which change nothing that counts: then it stays settled so
   * long, and need not be watched. Absent: never known.
   */
  readonly isOnlyBeating?: (world: World, withinMs: number) => boolean;
  /** Of a world as it stands now. Absent: every step counts as progress. */
  readonly content?: (world: World) => ContentWatch;
  /** Absent: it cannot be searched exhaustively. */
  readonly stateView?: StateView;
  /** What a step decides, for a person: who does what. Undefined: it only carries. Absent: every step decides. */
  readonly tell?: (record: StepRecord) => string | undefined;
  /** Absent: nothing is known of caches. */
  readonly caches?: CacheInsight;
  /** Variants to try in place of its actors, to name who is to blame; each set is made only when asked for. Absent: none. */
  readonly alternatives?: () => readonly Alternative[];
  /** Smaller subjects that may break in the same way, the smallest first; made only when asked for. */
  readonly simpler: () => readonly SimplerSubject[];
}

export interface SimplerSubject {
  /** What is left out, for a person. */
  readonly what: string;
  readonly make: () => Subject;
}
