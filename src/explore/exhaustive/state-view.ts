/** How the runs of a subject are compared by an exhaustive search, and what its adversary may put in order. `World.hash` must see the same in states with the same future. */
import type { Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';

/**
 * Which steps an adversary puts in any order it likes; all others go at once, the oldest first, before the adversary chooses again.
 * watches: when each event of each watch stream reaches its watcher. requests: also when each request reaches its server and each answer its client.
 * every-step: every step there is.
 */
export type Grain = 'watches' | 'requests' | 'every-step';

export const grains: readonly Grain[] = ['watches', 'requests', 'every-step'];

/** What a search does once: visit each canonical state, or execute each trace, which is all orders that differ in independent choices only. */
export type Reduction = 'states' | 'traces';

export const reductions: readonly Reduction[] = ['states', 'traces'];

export interface StateView {
  /** Of a grain other than `every-step`: whether this delivery waits for the adversary. */
  readonly isChoice: (grain: Grain, step: Step) => boolean;
  /** A hash of what a user can see: what the ends of runs are compared by. */
  readonly content: (world: World) => number;
  /** As `content`, but for generated names and which of several like places something stands at. */
  readonly contentClass: (world: World) => number;
  /** In what the contents of two worlds differ, a line each, for a person. */
  readonly differences: (a: World, b: World) => readonly string[];
}
