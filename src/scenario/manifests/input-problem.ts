/** What is wrong with an input file, told so that a person finds the place: file, document, line, path, and what was expected. */

export interface InputProblem {
  readonly file: string;
  /** 1 for the first document of the file; absent when the file as a whole is meant. */
  readonly document?: number;
  /** 1-based; absent where the place has no line. */
  readonly line?: number;
  /** Such as `Deployment default/web`. */
  readonly object?: string;
  /** Such as `spec.replicas`. */
  readonly path?: string;
  readonly message: string;
}

/** One problem as text: where on the first line, what on the second. */
export const formatProblem = (problem: InputProblem): string => {
  const where = [
    `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}`,
    ...(problem.document === undefined ? [] : [`document ${problem.document}${problem.object === undefined ? '' : ` (${problem.object})`}`]),
    ...(problem.path === undefined || problem.path === '' ? [] : [problem.path]),
  ];
  return `${where.join(', ')}\n  ${problem.message}`;
};
