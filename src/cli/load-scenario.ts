/** From the arguments of a command to a scenario: files read, checked, and turned into a user's commands. */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { basename } from 'node:path';
import type { ClusterTopology } from '../cluster/topology.ts';
import { defaultTopology, nodesNamed } from '../cluster/topology.ts';
import { parseFaultPlan } from '../explore/faults/fault-plan.ts';
import type { InputProblem } from '../scenario/manifests/input-problem.ts';
import { readScenario } from '../scenario/read-scenario.ts';
import type { ClusterSpec } from '../scenario/scenario-file/cluster-spec.ts';
import type { Trials } from '../scenario/scenario-file/trials.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { allProperties } from '../testing/all-properties.ts';
import { readInputs } from './read-inputs.ts';
import { latencyFor } from './strategies.ts';
import type { Strategy } from './strategy-names.ts';

export interface ScenarioFlags {
  readonly nodes: number | undefined;
  readonly apiservers?: number | undefined;
  /** Undefined: the cluster's administrator. */
  readonly user?: string | undefined;
  readonly groups?: readonly string[];
  readonly seed: string;
  readonly strategy: Strategy;
  readonly skipUnknown: boolean;
  readonly namespace: string | undefined;
}

export interface LoadedScenario {
  /** With the variants that the file names. */
  readonly scenario: Scenario;
  /** What else the file says of how it is tried and judged. */
  readonly trials: Trials;
  /** What a person should know, a line each. */
  readonly notes: readonly string[];
}

/** Flags override the scenario file, which overrides the default. */
const topologyOf = ({ nodes, apiservers, user, groups = [], seed, strategy }: ScenarioFlags, cluster: ClusterSpec): ClusterTopology => ({
  ...defaultTopology, seed, latency: latencyFor(strategy), ...cluster, ...(nodes === undefined ? {} : { nodes: nodesNamed(nodes) }),
  ...(apiservers === undefined ? {} : { apiservers }), ...(user === undefined ? {} : { user: { name: user, groups } }),
});

/** Manifests and at most one scenario file. A scenario's own files are never standard input. */
export const loadScenario = (names: readonly string[], flags: ScenarioFlags): Either<readonly InputProblem[], LoadedScenario> => {
  const files = readInputs(names);
  if (isLeft(files)) return files;
  const read = readScenario(files.right, {
    skipUnknown: flags.skipUnknown, vocabulary: { properties: allProperties.map(({ id }) => id), readFaults: parseFaultPlan }, readFiles: (paths) => readInputs(paths.map((path) => (path === '-' ? './-' : path))),
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }), ...(flags.nodes === undefined ? {} : { nodes: nodesNamed(flags.nodes) }),
  });
  if (isLeft(read)) return read;
  const { name, cluster, trials, timeline, addedNamespaces, skipped } = read.right;
  if (timeline.length === 0) return left([{ file: names.join(', '), message: 'Expected at least one object to run. Instead, received none.' }]);
  return right({
    scenario: {
      name: name ?? names.map((one) => basename(one)).join('+'), topology: topologyOf(flags, cluster), timeline,
      ...(trials.variants === undefined || trials.variants.length === 0 ? {} : { variants: trials.variants }),
    },
    trials,
    notes: [
      ...skipped.map(({ object, file, line }) => `left out ${object ?? 'an object'} of ${file}${line === undefined ? '' : `:${line}`}: the cluster does not serve its kind`),
      ...addedNamespaces.map((one) => `created namespace ${one}: the manifests use it and none of them makes it`),
    ],
  });
};
