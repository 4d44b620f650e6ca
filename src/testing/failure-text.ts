/** A broken property as the text of an error: what broke and in which run, what is left of it when shrunk, and how to run it again. */
import { faultsIn } from '../explore/campaign.ts';
import type { FoundViolation } from '../explore/judge.ts';
import { explanationLines } from '../explore/report.ts';
import type { ExplainedRun } from '../explore/report.ts';
import type { Step } from '../kernel/step.ts';
import type { Property } from '../properties/index.ts';
import { describe } from '../protocol/describe.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { describeScenario, replicasOf } from './describe-scenario.ts';

/** A failing run as it was found, or what shrinking has left of it. */
export interface FailingRun {
  readonly scenario: Scenario;
  readonly violation: FoundViolation;
  readonly schedule: readonly Step[];
  readonly matters: number;
}

export interface BrokenRun {
  readonly property: Property;
  /** In words: the strategy. */
  readonly strategy: string;
  readonly runs: number;
  readonly found: FailingRun;
  readonly left: FailingRun;
  /** Absent where it was not shrunk. */
  readonly explained?: ExplainedRun;
  /** fast-check's. */
  readonly seed: number;
  readonly path: string;
  /** Absent where the cluster has components that a token does not name. */
  readonly token?: string;
  readonly file?: string;
}

const sizes = (from: FailingRun, to: FailingRun): string => {
  const measures: readonly (readonly [string, number, number])[] = [
    ['steps', from.matters, to.matters],
    ['faults', faultsIn(from.schedule).length, faultsIn(to.schedule.slice(0, to.matters)).length],
    ['nodes', from.scenario.topology.nodes.length, to.scenario.topology.nodes.length],
    ['commands', from.scenario.timeline.length, to.scenario.timeline.length],
    ['replicas', replicasOf(from.scenario), replicasOf(to.scenario)],
  ];
  return measures.map(([measure, found, left]) => `${measure} ${found} -> ${left}`).join('   ');
};

const shrunkWords = ({ found, left, explained }: BrokenRun): string => {
  if (explained === undefined) return 'not at all';
  return `${sizes(found, left)}${explained.shrunk.isMinimal ? '' : '   (not minimal: the budget for shrinking was spent)'}`;
};

/** The last line says how to run it again. */
export const failureText = (broken: BrokenRun): string => {
  const { property, strategy, runs, left, explained, seed, path, token, file } = broken;
  const [cluster = '', ...commands] = describeScenario(left.scenario);
  return [
    `${property.id}: ${property.statement}   ${property.kind}`,
    `  ${left.violation.message}`,
    `  found           in run ${Number(path.split(':', 1)[0]) + 1} of ${runs} (${strategy})`,
    `  shrunk          ${shrunkWords(broken)}`,
    `  cluster         ${cluster}`,
    ...commands.map((command, i) => `  ${(i === 0 ? 'user' : '').padEnd(15)} ${command}`),
    ...(explained === undefined ? [] : explanationLines(explained, describe)),
    `  again           { seed: ${seed}, path: "${path}" }`,
    ...(file === undefined ? [] : [`  saved           ${file}`]),
    ...(token === undefined ? [] : [`  replay          npx kubeloom replay ${token}`]),
  ].join('\n');
};
