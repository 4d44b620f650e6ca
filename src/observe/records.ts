/** A run as a stream of its records: cold, synchronous, and finished when the chooser or the condition ends it. */
import { Observable } from 'rxjs';
import type { Chooser } from '../kernel/chooser.ts';
import type { StepRecord } from '../kernel/step.ts';
import type { World } from '../kernel/world.ts';

/** The records of the world's beginning, then one for every step that the chooser takes until it ends or the subscriber leaves. */
export const recordsOf = (world: World, chooser: Chooser): Observable<StepRecord> => new Observable((subscriber) => {
  for (const record of world.beginning) subscriber.next(record);
  while (!subscriber.closed) {
    const step = chooser.choose(world.offered());
    if (step === undefined) break;
    subscriber.next(world.take(step));
  }
  subscriber.complete();
});
