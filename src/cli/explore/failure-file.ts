/** Failures on disk: `.kubeloom/failures/<property>-<digest>.json`, a shrunk scenario and the schedule that breaks it. One file is all it takes to see it again. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { canonicalJson } from '../../base/canonical-json.ts';
import { emptyDigest, extendDigest, printDigest } from '../../base/digest.ts';
import { hashText } from '../../base/hash.ts';
import { compareStrings } from '../../base/order.ts';
import { parseSchedule, printSchedule } from '../../kernel/index.ts';
import type { Step } from '../../kernel/index.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { scenarioDigest } from '../../scenario/scenario.ts';
import { VERSION } from '../version.ts';

const FOLDER = join('.kubeloom', 'failures');
export const FAILURE_FORMAT = 'kubeloom-failure';
const FORMAT_VERSION = 2;

export interface FailureToSave {
  readonly property: string;
  readonly signature: string;
  readonly message: string;
  /** Of the scenario that was explored, which the shrunk one came from. */
  readonly foundIn: string;
  readonly scenario: Scenario;
  /** From when the user's commands were handed over; then the oldest message goes first. */
  readonly schedule: readonly Step[];
  /** Of it, so many steps make the failure. */
  readonly matters: number;
  readonly token: string;
}

export interface SavedFailure extends FailureToSave {
  /** Of Kubeloom, which saved it. */
  readonly version: string;
}

/** Of everything else in the file: what was edited is told from what was saved. */
const sumOf = (rest: object): string => printDigest(extendDigest(emptyDigest, hashText(canonicalJson(rest))));

/** A property's id may have characters that a file's name may not. */
const nameOf = ({ property, scenario }: FailureToSave): string => `${property.replace(/[^A-Za-z0-9.=-]/g, '-')}-${scenarioDigest(scenario).slice(0, 8)}.json`;

/** Answers the file's name. */
export const saveFailure = (failure: FailureToSave): string => {
  mkdirSync(FOLDER, { recursive: true });
  const name = join(FOLDER, nameOf(failure));
  const { schedule, ...rest } = failure;
  const written = { format: FAILURE_FORMAT, formatVersion: FORMAT_VERSION, version: VERSION, ...rest, schedule: printSchedule(schedule).trimEnd().split('\n') };
  writeFileSync(name, `${canonicalJson({ ...written, sum: sumOf(written) })}\n`);
  return name;
};

interface Written extends Omit<SavedFailure, 'schedule'> {
  readonly format: unknown;
  readonly formatVersion: unknown;
  readonly schedule: readonly string[];
  readonly sum: string;
}

const parsed = (name: string): Either<string, Written> => {
  try {
    return right(JSON.parse(readFileSync(name, 'utf8')) as Written);
  } catch (thrown) {
    return left(`${name}: Expected a saved failure. Instead, reading it failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
};

/** Refuses what it cannot honour, with the reason. */
export const readFailure = (name: string): Either<string, SavedFailure> => {
  const read = parsed(name);
  if (isLeft(read)) return read;
  const { sum, ...written } = read.right;
  const { format, formatVersion, schedule, ...rest } = written;
  if (format !== FAILURE_FORMAT) return left(`${name}: Expected a saved failure. Instead, received a file of format ${JSON.stringify(format) ?? 'unknown'}.`);
  if (formatVersion !== FORMAT_VERSION) return left(`${name}: Expected version ${FORMAT_VERSION} of the format. Instead, received version ${String(formatVersion)}; this version of Kubeloom cannot follow it.`);
  if (sum !== sumOf(written)) return left(`${name}: Expected the file as it was saved. Instead, its sum does not match: it was edited or damaged.`);
  const steps = parseSchedule(`${schedule.join('\n')}\n`);
  return isLeft(steps) ? left(`${name}: line ${steps.left.line} of its schedule: ${steps.left.message}`) : right({ ...rest, schedule: steps.right });
};

export interface SavedFailures {
  readonly failures: readonly (SavedFailure & { readonly file: string })[];
  /** Files that are none, a line each. */
  readonly problems: readonly string[];
}

/** Of campaigns over this scenario, in the order of their names. */
export const savedFailures = (foundIn: string): SavedFailures => {
  if (!existsSync(FOLDER)) return { failures: [], problems: [] };
  const read = readdirSync(FOLDER).filter((name) => name.endsWith('.json')).sort(compareStrings).map((name) => ({ file: join(FOLDER, name), failure: readFailure(join(FOLDER, name)) }));
  return {
    failures: read.flatMap(({ file, failure }) => (isLeft(failure) || failure.right.foundIn !== foundIn ? [] : [{ ...failure.right, file }])),
    problems: read.flatMap(({ failure }) => (isLeft(failure) ? [`${failure.left} Passed over.`] : [])),
  };
};
