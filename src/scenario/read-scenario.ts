/** Input files as what is to be run: any mix of manifests and at most one scenario document. */
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { Application } from './apply-manifests.ts';
import { applyManifests } from './apply-manifests.ts';
import type { InputProblem } from './manifests/input-problem.ts';
import { formatProblem } from './manifests/input-problem.ts';
import { duplicateProblems, manifestsAt, placesIn } from './manifests/read-manifests.ts';
import type { Manifests } from './manifests/read-manifests.ts';
import type { Place } from './manifests/place.ts';
import { isScenarioDocument } from './manifests/place.ts';
import type { SourceFile } from './manifests/yaml-documents.ts';
import type { ClusterSpec } from './scenario-file/cluster-spec.ts';
import { normalPath } from './scenario-file/references.ts';
import type { ScenarioDocument, ScenarioOptions } from './scenario-file/scenario-document.ts';
import { oneScenario, scenarioDocument } from './scenario-file/scenario-document.ts';
import type { Trials } from './scenario-file/trials.ts';

export interface ScenarioInput extends Application {
  /** Of the scenario document, if there is one. */
  readonly name: string | undefined;
  readonly cluster: ClusterSpec;
  /** What it is tried with and judged by. */
  readonly trials: Trials;
  /** Left out because the cluster does not serve their kind (only with `skipUnknown`). */
  readonly skipped: readonly InputProblem[];
}

/** The manifests in the order of the files; a scenario's own stand where its document does. */
const inFileOrder = (places: readonly Place[], options: ScenarioOptions, scenario: ScenarioDocument | undefined): Either<readonly InputProblem[], Manifests> => {
  const isElsewhere = ({ source }: Place): boolean => scenario?.files.includes(normalPath(source.file)) === true;
  const read = places.filter((place) => isScenarioDocument(place) || !isElsewhere(place)).map((place) =>
    (isScenarioDocument(place) ? right({ manifests: scenario?.manifests ?? [], skipped: scenario?.skipped ?? [] }) : manifestsAt([place], options)));
  const problems = read.flatMap((one) => (isLeft(one) ? one.left : []));
  const found = read.flatMap((one) => (isLeft(one) ? [] : [one.right]));
  return problems.length > 0 ? left(problems) : right({ manifests: found.flatMap((one) => one.manifests), skipped: found.flatMap((one) => one.skipped) });
};

/** A file that is read both for itself and for the scenario has its problems twice. */
const eachOnce = (problems: readonly InputProblem[]): readonly InputProblem[] => [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];

/**
 * Everything that the files say, in order, or every problem found, and then nothing is to be run. A file that the scenario names is used where
 * the scenario names it and nowhere else, so that a folder may hold a scenario beside its later manifests.
 */
export const readScenario = (files: readonly SourceFile[], options: ScenarioOptions): Either<readonly InputProblem[], ScenarioInput> => {
  const places = placesIn(files);
  if (isLeft(places)) return places;
  const place = oneScenario(places.right);
  if (isLeft(place)) return place;
  const scenario = place.right === undefined ? right(undefined) : scenarioDocument(place.right, options);
  const read = inFileOrder(places.right, options, isLeft(scenario) ? undefined : scenario.right);
  if (isLeft(scenario) || isLeft(read)) return left(eachOnce([scenario, read].flatMap((one): readonly InputProblem[] => (isLeft(one) ? one.left : []))));
  const problems = duplicateProblems(read.right.manifests);
  if (problems.length > 0) return left(problems);
  const { name, cluster = {}, trials = {}, timeline = [] } = scenario.right ?? {};
  return right({ name, cluster, trials, skipped: read.right.skipped, ...applyManifests(read.right.manifests, timeline) });
};
