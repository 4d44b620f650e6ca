/**
 * What coverage is read off: which state of which compiled chart was shown which event. Written while somebody listens; nothing that is simulated
 * can read it, so no run depends on it.
 */

/** A cell of a chart's table: a state that does something about an event. One object for good, so it can be told apart by identity. */
export interface Firing {
  readonly chart: string;
  readonly state: string;
  readonly event: string;
}

/** Why an object: the charts look at its field at every event, whoever listens. */
export const firings: { log: Firing[] | undefined } = { log: undefined };

/** While `body` runs, every firing is appended to `log`; whoever listened before listens again afterwards. */
export const listenToFirings = <T>(log: Firing[], body: () => T): T => {
  const before = firings.log;
  firings.log = log;
  try {
    return body();
  } finally {
    firings.log = before;
  }
};
