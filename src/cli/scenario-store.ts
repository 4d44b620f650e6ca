/** Scenarios that were run here, by digest, so that a token alone can replay one: `.kubeloom/scenarios/<digest>.json`. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../base/canonical-json.ts';
import { scenarioDigest } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';

const FOLDER = join('.kubeloom', 'scenarios');

export const keepScenario = (scenario: Scenario): void => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${scenarioDigest(scenario)}.json`), canonicalJson(scenario));
};

/** The scenario whose digest begins like this, if it was run here. A file that is not what its name says is passed over. */
export const findScenario = (digest: string): Scenario | undefined => {
  if (!existsSync(FOLDER)) return undefined;
  const name = readdirSync(FOLDER).find((file) => file.startsWith(digest));
  if (name === undefined) return undefined;
  const scenario = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Scenario;
  return scenarioDigest(scenario).startsWith(digest) ? scenario : undefined;
};
