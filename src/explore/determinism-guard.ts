/**
 * The determinism guard: one run taken twice, side by side, on two worlds made from nothing. The first chooses, the second takes the same steps,
 * and the digest of every step is compared. What differs has read something that is not in its input.
 */
import { emptyDigest, printDigest } from '../base/digest.ts';
import { hashOf } from '../base/hash.ts';
import { printEnabled } from '../kernel/enabled.ts';
import { digestStep } from '../kernel/journal-record.ts';
import { printStep } from '../kernel/print-step.ts';
import type { World } from '../kernel/world.ts';
import type { Pilot } from './pilot.ts';
import type { Subject } from './subject.ts';

export interface Nondeterminism {
  /** Of the run; 0: the two worlds differed before the first. At the run's end only states are compared: the number of the last. */
  readonly step: number;
  /** Printed. */
  readonly taken: string;
  /** Who answered differently in that step; where only states differ, everybody whose state does, in byte order. */
  readonly actor: string | undefined;
  /** After the step, in byte order, in either world. */
  readonly enabled: readonly [readonly string[], readonly string[]];
}

const MOST_NAMED = 3;

/** Whose states are not the same in both worlds: the culprit, and whom it has misled already. */
const strayActors = (first: World, second: World): string | undefined => {
  const names = first.actors().filter((actor) => hashOf(first.stateOf(actor)) !== hashOf(second.stateOf(actor)));
  if (names.length === 0) return undefined;
  return `${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : ''}`;
};

/** What effects have not shown: the states when the run is over. */
const differenceAtEnd = (first: World, second: World, step: number): Nondeterminism | undefined =>
  (first.hash() === second.hash() ? undefined : difference(first, second, step, 'the end of the run', strayActors(first, second)));

const difference = (first: World, second: World, step: number, taken: string, actor: string | undefined): Nondeterminism =>
  ({ step, taken, actor, enabled: [printEnabled(first), printEnabled(second)] });

/** Undefined when both worlds went the same way for `maxSteps` steps, or to the run's end. */
export const guardRun = (subject: Subject, pilotOf: (world: World) => Pilot, maxSteps: number): Nondeterminism | undefined => {
  const first = subject.remake();
  const second = subject.remake();
  if (first.hash() !== second.hash()) return difference(first, second, 0, 'the coming up of the world', strayActors(first, second));
  const pilot = pilotOf(first);
  const ending = subject.ending(first);
  for (let steps = 1; steps <= maxSteps; steps += 1) {
    const step = pilot.next();
    if (step === undefined) return differenceAtEnd(first, second, steps - 1);
    if (!second.canTake(step)) return difference(first, second, steps, printStep(step), strayActors(first, second));
    const [one, other] = [first.take(step), second.take(step)];
    pilot.taken?.(step);
    const [oneDigest, otherDigest] = [one, other].map((record) => printDigest(digestStep(emptyDigest, record)));
    if (oneDigest !== otherDigest) return difference(first, second, steps, printStep(step), one.actor);
    const ended = ending();
    if (ended === undefined) continue;
    if (!pilot.isCalm()) pilot.calm();
    if (pilot.isCalm()) return differenceAtEnd(first, second, steps);
  }
  return differenceAtEnd(first, second, maxSteps);
};

const onlyIn = (steps: readonly string[], others: readonly string[]): string => steps.filter((step) => !others.includes(step)).slice(0, 5).join('; ') || 'nothing more';

export const describeNondeterminism = ({ step, taken, actor, enabled: [first, second] }: Nondeterminism): string =>
  `the same run taken twice differs at step ${step}: ${taken}${actor === undefined ? '' : `, ${actor} answered differently`}. `
  + `Enabled only in the first: ${onlyIn(first, second)}. Enabled only in the second: ${onlyIn(second, first)}`;
