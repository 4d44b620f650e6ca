/**
 * A schedule as text: a first line with the format's version, then one step a line. Empty lines and lines that start with `#` are for people.
 *
 *   kubeloom-schedule 1
 *   deliver kube-apiserver kubelet/n1 watch/pods
 *   fire kube-scheduler backoff
 *   skew kubelet/n1 5000 1.01
 *   inject user kubectl {"verb":"apply"}
 */
import { bimap, isLeft, isRight, left, right, tryCatch } from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { printStep } from './print-step.ts';
import type { Step } from './step.ts';

export const scheduleFormatVersion = 1;

export interface ScheduleProblem {
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

const header = `kubeloom-schedule ${scheduleFormatVersion}`;

/** Ends with a line feed. `parseSchedule` reads it back. */
export const printSchedule = (steps: readonly Step[]): string => [header, ...steps.map(printStep), ''].join('\n');

const wordPattern = /\s*(?:("(?:[^"\\]|\\.)*")|([^\s"#]+))/y;

interface Cursor {
  readonly text: string;
  at: number;
}

/** The next word of the line; undefined at its end or where no word can be read. */
const nextWord = (cursor: Cursor): string | undefined => {
  wordPattern.lastIndex = cursor.at;
  const match = wordPattern.exec(cursor.text);
  if (match === null) return undefined;
  cursor.at = wordPattern.lastIndex;
  if (match[1] === undefined) return match[2];
  const quoted = parsedJson(match[1]);
  return isRight(quoted) && typeof quoted.right === 'string' ? quoted.right : undefined;
};

const parsedJson = (text: string): Either<string, unknown> =>
  tryCatch(() => JSON.parse(text) as unknown, (error) => (error instanceof Error ? error.message : String(error)));

/** The words that each kind of step takes, by name. */
const shapes: { readonly [K in Step['kind']]: readonly string[] } = {
  deliver: ['from', 'to', 'channel'],
  fire: ['actor', 'key'],
  crash: ['actor'],
  restart: ['actor'],
  cut: ['a', 'b'],
  heal: ['a', 'b'],
  reset: ['a', 'b', 'channel'],
  skew: ['actor', 'offsetMs', 'rate'],
  inject: ['to', 'channel'],
};

const isKind = (word: string): word is Step['kind'] => Object.hasOwn(shapes, word);

const usage = (kind: Step['kind']): string => `${kind} ${shapes[kind].map((name) => `<${name}>`).join(' ')}${kind === 'inject' ? ' <json>' : ''}`;

const withRest = (kind: Step['kind'], fields: Readonly<Record<string, string>>, rest: string): Either<string, Step> => {
  if (kind === 'inject') {
    return bimap((reason: string) => `expected a JSON body: ${reason}`, (body: unknown) => ({ kind, ...fields, body }) as Step)(parsedJson(rest));
  }
  if (rest !== '') return left(`expected ${usage(kind)} and no more, found "${rest}"`);
  if (kind !== 'skew') return right({ kind, ...fields } as Step);
  const offsetMs = Number(fields['offsetMs']);
  const rate = Number(fields['rate']);
  if (!Number.isFinite(offsetMs) || !Number.isFinite(rate)) return left(`expected numbers for offsetMs and rate, found ${fields['offsetMs'] ?? ''} ${fields['rate'] ?? ''}`);
  return right({ kind, actor: fields['actor'] ?? '', offsetMs, rate });
};

/** One line as `printStep` writes it; the left says what was expected. */
export const parseStep = (line: string): Either<string, Step> => {
  const cursor: Cursor = { text: line, at: 0 };
  const kind = nextWord(cursor);
  if (kind === undefined || !isKind(kind)) return left(`expected one of ${Object.keys(shapes).join(', ')}, found "${kind ?? line}"`);
  const fields: Record<string, string> = {};
  for (const name of shapes[kind]) {
    const word = nextWord(cursor);
    if (word === undefined) return left(`expected ${usage(kind)}, found no ${name}`);
    fields[name] = word;
  }
  return withRest(kind, fields, line.slice(cursor.at).trim());
};

const checkHeader = (line: string): string | undefined => {
  if (line === header) return undefined;
  return line.startsWith('kubeloom-schedule ')
    ? `expected version ${scheduleFormatVersion}, found version ${line.slice('kubeloom-schedule '.length)}; this version of Kubeloom cannot follow it`
    : `expected "${header}", found "${line}"`;
};

export const parseSchedule = (text: string): Either<ScheduleProblem, readonly Step[]> => {
  const steps: Step[] = [];
  const lines = text.split(/\r?\n/);
  const wrong = checkHeader((lines[0] ?? '').trim());
  if (wrong !== undefined) return left({ line: 1, message: wrong });
  for (let i = 1; i < lines.length; i += 1) {
    const line = (lines[i] as string).trim();
    if (line === '' || line.startsWith('#')) continue;
    const step = parseStep(line);
    if (isLeft(step)) return left({ line: i + 1, message: step.left });
    steps.push(step.right);
  }
  return right(steps);
};
