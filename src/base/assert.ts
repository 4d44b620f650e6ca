/** Invariants: what must hold whatever the input. A broken one is a bug of ours and throws. */

/** Thrown by `invariant`; the edge prints it with the journal's tail. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}

/** `message` says what was expected and what was found; give a function where building the text costs. */
export function invariant(condition: unknown, message: string | (() => string)): asserts condition {
  if (condition) return;
  throw new BrokenInvariant(typeof message === 'string' ? message : message());
}

/** The default of an exhaustive switch: the compiler proves that it is never reached. */
export const unreachable = (value: never): never => {
  throw new BrokenInvariant(`unexpected value ${String((value as { kind?: unknown } | undefined)?.kind ?? value)}`);
};
