/** Failures on disk: `.kubeloom/failures/<property>-<digest>.json`, a shrunk scenario and the schedule that breaks it. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { canonicalJson } from '../../base/canonical-json.ts';
import { compareStrings } from '../../base/order.ts';
import { parseSchedule, printSchedule } from '../../kernel/index.ts';
import type { Step } from '../../kernel/index.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { scenarioDigest } from '../../scenario/scenario.ts';

const FOLDER = join('.kubeloom', 'failures');
const FORMAT = 'kubeloom-failure';
const FORMAT_VERSION = 1;

export interface SavedFailure {
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

/** Answers the file's name. */
export const saveFailure = (failure: SavedFailure): string => {
  mkdirSync(FOLDER, { recursive: true });
  const name = join(FOLDER, `${failure.property}-${scenarioDigest(failure.scenario).slice(0, 8)}.json`);
  const { schedule, ...rest } = failure;
  writeFileSync(name, `${canonicalJson({ format: FORMAT, formatVersion: FORMAT_VERSION, ...rest, schedule: printSchedule(schedule).trimEnd().split('\n') })}\n`);
  return name;
};

export const readFailure = (name: string): Either<string, SavedFailure> => {
  try {
    const { format, formatVersion, schedule, ...rest } = JSON.parse(readFileSync(name, 'utf8')) as Omit<SavedFailure, 'schedule'> & { format: unknown; formatVersion: unknown; schedule: readonly string[] };
    if (format !== FORMAT) return left(`${name}: Expected a saved failure. Instead, received a file of format ${JSON.stringify(format)}.`);
    if (formatVersion !== FORMAT_VERSION) return left(`${name}: Expected version ${FORMAT_VERSION} of the format. Instead, received version ${String(formatVersion)}; this version of Kubeloom cannot follow it.`);
    const steps = parseSchedule(`${schedule.join('\n')}\n`);
    return isLeft(steps) ? left(`${name}: line ${steps.left.line} of its schedule: ${steps.left.message}`) : right({ ...rest, schedule: steps.right });
  } catch (thrown) {
    return left(`${name}: Expected a saved failure. Instead, reading it failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
};

/** Of campaigns over this scenario, in the order of their names; files that cannot be read are passed over. */
export const savedFailures = (foundIn: string): readonly (SavedFailure & { readonly file: string })[] => {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER).filter((name) => name.endsWith('.json')).sort(compareStrings).flatMap((name) => {
    const file = join(FOLDER, name);
    const failure = readFailure(file);
    return isLeft(failure) || failure.right.foundIn !== foundIn ? [] : [{ ...failure.right, file }];
  });
};
