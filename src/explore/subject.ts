/** What is explored: a world at the moment from which every run sets out, what may break in it, and when a run is over. */
import type { World } from '../kernel/world.ts';
import type { FaultTargets } from './faults/fault-plan.ts';

/** settled: all that was asked for is done and nothing is under way. still: it is not, and nothing will change any more. */
export type Ending = 'settled' | 'still';

export interface Subject {
  readonly name: string;
  /** Never moved: every run forks it. */
  readonly world: World;
  /** Makes that same world again from nothing. */
  readonly remake: () => World;
  readonly targets: FaultTargets;
  /** Watches one run. Asked after every step. */
  readonly ending: (world: World) => () => Ending | undefined;
  /** Smaller subjects that may break in the same way, the smallest first; made only when asked for. */
  readonly simpler: () => readonly SimplerSubject[];
}

export interface SimplerSubject {
  /** What is left out, for a person. */
  readonly what: string;
  readonly make: () => Subject;
}
