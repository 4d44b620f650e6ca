/** Ctrl-C during long work: the first asks it to end with what it has so far, the second ends the process as the system does. */

export interface Interruption {
  readonly isAsked: () => boolean;
  readonly close: () => void;
}

export const watchForInterruption = (): Interruption => {
  let isAsked = false;
  const ask = (): void => { isAsked = true; };
  // Why once: without a listener the system's own way stands again, for the second.
  process.once('SIGINT', ask);
  return { isAsked: () => isAsked, close: () => { process.removeListener('SIGINT', ask); } };
};
