/**
 * The run that a token or a saved failure names. A token needs its scenario: one that was run here, or one that the given files say, or any that shrinking
 * can make of it. A saved failure holds its own.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { decodeToken } from '../kernel/index.ts';
import type { Token } from '../kernel/index.ts';
import { formatProblem } from '../scenario/manifests/input-problem.ts';
import { scenarioDigest } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { explorationsOf } from '../testing/cluster-subject.ts';
import { clusterVariations } from '../testing/cluster-variations.ts';
import { simplerScenarios } from '../testing/simpler-scenarios.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { FAILURE_FORMAT, readFailure } from './explore/failure-file.ts';
import type { SavedFailure } from './explore/failure-file.ts';
import { loadScenario } from './load-scenario.ts';
import { findScenarios } from './scenario-store.ts';
import { isStrategy } from './strategy-names.ts';
import type { Strategy } from './strategy-names.ts';

export interface Refusal { readonly message: string; readonly code: ExitCode }

export interface NamedRun {
  /** Of the token's digest; more than one where it was run under several names, which the run's digest tells apart. */
  readonly scenarios: readonly [Scenario, ...Scenario[]];
  readonly token: Token & { readonly strategy: Strategy };
  /** Where a saved failure was named. */
  readonly failure: SavedFailure | undefined;
}

/** The files that the scenario of a token came from, where it was not run here. */
export interface ScenarioSource {
  readonly files: readonly string[];
  /** Ids of variants that it was explored with. */
  readonly variants: readonly string[] | undefined;
  readonly seed: string | undefined;
}

export const refusal = (message: string, code: ExitCode): Either<Refusal, never> => left({ message, code });

const MOST_SCENARIOS = 20_000;

/** Itself, or what shrinking can make of it. */
const derived = (roots: readonly Scenario[], digest: string): Scenario | undefined => {
  const seen = new Set<string>();
  const queue = [...roots];
  for (let scenario = queue.shift(); scenario !== undefined && seen.size < MOST_SCENARIOS; scenario = queue.shift()) {
    const own = scenarioDigest(scenario);
    if (own.startsWith(digest)) return scenario;
    if (seen.has(own)) continue;
    seen.add(own);
    for (const simpler of simplerScenarios(scenario)) queue.push(simpler.scenario);
  }
  return undefined;
};

const fromFiles = ({ files, variants, seed = '1' }: ScenarioSource, digest: string): Either<Refusal, Scenario> => {
  const loaded = loadScenario(files, { nodes: undefined, seed, strategy: 'timed', skipUnknown: false, namespace: undefined });
  if (isLeft(loaded)) return refusal(loaded.left.map(formatProblem).join('\n'), exitCodes.badInput);
  const { scenario: given } = loaded.right;
  const scenario = variants === undefined ? given : { ...given, variants };
  const found = derived(explorationsOf(scenario).flatMap((one) => clusterVariations(one).map((variation) => variation.scenario)), digest);
  return found !== undefined ? right(found)
    : refusal(`Expected files whose scenario, or a smaller one, has the token's digest ${digest}. Instead, received ${files.join(', ')}, of which none has. `
      + 'Give the options it was explored with too: --variant, --seed.', exitCodes.badInput);
};

const scenariosOf = (digest: string, source: ScenarioSource): Either<Refusal, NamedRun['scenarios']> => {
  const [first, ...others] = findScenarios(digest);
  if (first !== undefined) return right([first, ...others]);
  if (source.files.length > 0) {
    const found = fromFiles(source, digest);
    return isLeft(found) ? found : right([found.right]);
  }
  return refusal(`Expected the scenario ${digest} of the token to have been run here. Instead, found no such file under .kubeloom/scenarios. `
    + 'Name the files that it came from after the token, with --variant where it had one; or replay the saved failure, which holds its scenario.', exitCodes.badInput);
};

const tokenRun = (text: string, source: ScenarioSource, failure: SavedFailure | undefined): Either<Refusal, NamedRun> => {
  const token = decodeToken(text);
  if (isLeft(token)) return refusal(token.left.message, token.left.kind === 'not-a-token' ? exitCodes.badInput : exitCodes.mismatch);
  const { scenarioDigest: digest, strategy } = token.right;
  if (!isStrategy(strategy)) return refusal(`Expected a token of a strategy of this version. Instead, received one of "${strategy}".`, exitCodes.mismatch);
  const scenarios: Either<Refusal, NamedRun['scenarios']> = failure === undefined ? scenariosOf(digest, source) : right([failure.scenario]);
  return isLeft(scenarios) ? scenarios : right({ scenarios: scenarios.right, token: { ...token.right, strategy }, failure });
};

const failureRun = (file: string): Either<Refusal, NamedRun> => {
  const failure = readFailure(file);
  return isLeft(failure) ? refusal(failure.left, exitCodes.mismatch) : tokenRun(failure.right.token, { files: [], variants: undefined, seed: undefined }, failure.right);
};

export const isTokenText = (what: string): boolean => /^k\d+:/.test(what);

/** A journal is JSON too, but says another format in its first line. */
export const isFailureFile = (what: string): boolean => existsSync(what) && what.endsWith('.json') && readFileSync(what, 'utf8').includes(`"${FAILURE_FORMAT}"`);

export const namedRun = (what: string, source: ScenarioSource): Either<Refusal, NamedRun> => (isTokenText(what) ? tokenRun(what, source, undefined) : failureRun(what));
