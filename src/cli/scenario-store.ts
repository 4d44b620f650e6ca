/** Scenarios that were run here, by digest, so that a token alone can replay one: `.kubeloom/scenarios/<digest>.json`. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../base/canonical-json.ts';
import { hashText } from '../base/hash.ts';
import { compareStrings } from '../base/order.ts';
import { scenarioDigest } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';

const FOLDER = join('.kubeloom', 'scenarios');

const read = (name: string): Scenario => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Scenario;

export const keepScenario = (scenario: Scenario): void => {
  mkdirSync(FOLDER, { recursive: true });
  const digest = scenarioDigest(scenario);
  const first = `${digest}.json`;
  // Why a second file: the same scenario by another name has the same digest, but the digests of its runs differ.
  const isTaken = existsSync(join(FOLDER, first)) && read(first).name !== scenario.name;
  writeFileSync(join(FOLDER, isTaken ? `${digest}-${hashText(scenario.name).toString(36)}.json` : first), canonicalJson(scenario));
};

/** The scenarios whose digest begins like this that were run here; more than one where they have several names. A file that is not what its name says is passed over. */
export const findScenarios = (digest: string): readonly Scenario[] => {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER).filter((file) => file.startsWith(digest)).sort(compareStrings).map(read).filter((scenario) => scenarioDigest(scenario).startsWith(digest));
};
