/** A subject whose actors remember what they did: the candidates of a shrink differ in few steps, and lead their actors through the same histories again and again. */
import type { Alternative, SimplerSubject, Subject } from '../subject.ts';

/** Transitions, of all actors together: about 100 MB of a cluster's. */
const REMEMBERED = 50_000;

/** Runs the same way, sooner. So do its alternatives and what is simpler. */
export const rememberingSubject = (subject: Subject): Subject => {
  const { alternatives, simpler } = subject;
  return {
    ...subject,
    world: subject.world.forkRemembering(REMEMBERED),
    simpler: () => simpler().map((one): SimplerSubject => ({ ...one, make: () => rememberingSubject(one.make()) })),
    ...(alternatives === undefined ? {} : { alternatives: () => alternatives().map((one): Alternative => ({ ...one, make: () => rememberingSubject(one.make()) })) }),
  };
};
