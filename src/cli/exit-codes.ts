/** The exit codes of every command: a contract that scripts depend on. */
export const exitCodes = {
  fine: 0,
  /** A property was violated: for `run`, the cluster stands still away from its desired state. */
  violated: 1,
  /** Bad usage or bad input; nothing was changed. */
  badInput: 2,
  /** Nondeterminism, a digest mismatch, or a file that is not what was written. */
  mismatch: 3,
  /** The budget was spent without a verdict. */
  budget: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
