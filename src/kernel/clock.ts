/** An actor's own clock: the world's clock seen through an offset and a rate. */
import { laterBy, toMicros } from './micros.ts';

/** Reads `readMs` when the world's clock reads `atMs`, and runs `rate` times as fast from there. */
export interface Clock {
  readonly atMs: number;
  readonly readMs: number;
  readonly rate: number;
}

/** Undefined: the world's own clock. */
export const readClock = (clock: Clock | undefined, nowMs: number): number =>
  clock === undefined ? nowMs : toMicros(clock.readMs + (nowMs - clock.atMs) * clock.rate);

/** The clock that reads `offsetMs` more than now and runs at `rate` from now on. */
export const skewClock = (clock: Clock | undefined, nowMs: number, offsetMs: number, rate: number): Clock => ({
  atMs: nowMs, readMs: toMicros(readClock(clock, nowMs) + offsetMs), rate,
});

/** The world's time when `afterMs` will have passed on the clock. */
export const dueOn = (clock: Clock | undefined, nowMs: number, afterMs: number): number =>
  laterBy(nowMs, clock === undefined ? afterMs : afterMs / clock.rate);
