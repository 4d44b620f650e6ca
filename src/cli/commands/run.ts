/** `kubeloom run`: manifests and scenarios on a simulated cluster, until everything stands at its desired state. */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, right } from 'fp-ts/lib/Either.js';
import { KUBECTL } from '../../cluster/create-cluster.ts';
import type { KubectlState } from '../../components/kubectl/kubectl-actor.ts';
import { digestFolder, journalHeader, journalWriter } from '../../kernel/index.ts';
import type { StepRecord, World } from '../../kernel/index.ts';
import { eventReasons, explain, printFlow } from '../../observe/index.ts';
import type { Finding, Property } from '../../properties/index.ts';
import { checkProperties, judgedProperties } from '../../properties/index.ts';
import { expectationId } from '../../scenario/expectation.ts';
import { runScenario } from '../../scenario/run-scenario.ts';
import type { ScenarioResult, Until } from '../../scenario/run-scenario.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Trials } from '../../scenario/scenario-file/trials.ts';
import { createWorldOf } from '../../scenario/scenario.ts';
import type { Console } from '../console.ts';
import { sayProblems } from '../console.ts';
import type { DataFolder } from '../data-folder.ts';
import { openDataFolder } from '../data-folder.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { propertiesOf } from '../explore/campaign-work.ts';
import { createJournalFile } from '../journal-file.ts';
import type { ScenarioFlags } from '../load-scenario.ts';
import { loadScenario } from '../load-scenario.ts';
import { runProgress } from '../output/progress.ts';
import { clusterReport, pendingReasons, workloadTable } from '../output/report.ts';
import { keepScenario } from '../scenario-store.ts';
import { chooserNamed, runToken } from '../strategies.ts';
import { VERSION } from '../version.ts';

export interface RunFlags extends ScenarioFlags {
  readonly until: Until;
  readonly maxSteps: number;
  readonly maxMs: number;
  /** Where etcd's revision log is kept between runs; undefined: nowhere. */
  readonly data: string | undefined;
  /** Undefined: none is written. */
  readonly journal: string | undefined;
  readonly output: 'table' | 'json' | 'wide';
  /** Print, step by step, who said what to whom. */
  readonly explain: boolean;
}

export interface FinishedRun {
  readonly world: World;
  readonly result: ScenarioResult;
  /** What the run broke of what it was judged by. */
  readonly findings: readonly Finding[];
  readonly digest: string;
  readonly token: string;
}

interface Recorder {
  readonly add: (record: StepRecord) => void;
  /** Closes the journal, if there is one; answers the run's digest. */
  readonly finish: () => string;
}

/** Digests every record; a journal is printed only where one is wanted. */
const startRecording = (world: World, scenario: Scenario, path: string | undefined): Recorder => {
  const header = journalHeader(world.config, VERSION, scenario);
  if (path === undefined) {
    const folder = digestFolder(header, world);
    return { add: folder.add, finish: folder.digest };
  }
  const journal = journalWriter(header, world);
  const file = createJournalFile(path);
  for (const line of journal.opening) file.write(line);
  return {
    add: (record) => file.write(journal.line(record)),
    finish: () => {
      file.close();
      return journal.digest();
    },
  };
};

/** What has to hold in the end is judged only where the run came to one. */
const isAtRest = ({ outcome }: ScenarioResult, until: Until): boolean => outcome === 'still' || (outcome === 'reached' && until.kind === 'settled');

/** What the run is judged by: what the file names, or else all that is shipped; and what the file expects of the end. */
const judgedBy = ({ properties, expect = [] }: Trials): readonly Property[] => {
  const named = properties === undefined ? judgedProperties : propertiesOf(properties).filter(({ kind }) => kind !== 'sometimes');
  return [...named, ...propertiesOf(expect.map(expectationId))];
};

/** Runs a scenario and writes its journal. `onStep` sees every record of the user's part. */
export const runToEnd = (scenario: Scenario, flags: RunFlags, properties: readonly Property[], data: DataFolder | undefined, onStep?: (record: StepRecord) => void): FinishedRun => {
  const world = createWorldOf(scenario);
  const recorder = startRecording(world, scenario, flags.journal);
  const checker = checkProperties(properties);
  for (const record of world.beginning) checker.step(world, record);
  const progress = runProgress(world.nowMs, process.stderr);
  const result = runScenario(world, chooserNamed(flags.strategy, flags.seed), scenario, {
    until: flags.until, maxSteps: flags.maxSteps, maxMs: flags.maxMs,
    onStep: (record, phase) => {
      recorder.add(record);
      data?.mirror(record);
      checker.step(world, record);
      if (phase === 'run') onStep?.(record);
      progress.step(world);
    },
  });
  progress.stop();
  data?.close();
  if (isAtRest(result, flags.until)) checker.end(world);
  const digest = recorder.finish();
  return { world, result, findings: checker.findings(), digest, token: runToken(scenario, flags.strategy, result.steps, digest) };
};

const refusedCommands = (world: World): readonly string[] =>
  world.stateOf<KubectlState>(KUBECTL).said.filter(({ failed }) => failed).map(({ text }) => text);

const exitCodeOf = ({ result: { outcome, converged }, findings }: FinishedRun, refused: readonly string[]): ExitCode => {
  if (refused.length > 0) return exitCodes.badInput;
  if (findings.length > 0) return exitCodes.violated;
  switch (outcome) {
    case 'reached': return exitCodes.fine;
    case 'still': return converged ? exitCodes.fine : exitCodes.violated;
    case 'budget': return exitCodes.budget;
    default: return outcome satisfies never;
  }
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)}s`;

const sayTable = (console: Console, run: FinishedRun, flags: RunFlags, wallMs: number): void => {
  const { world, result, digest, token } = run;
  console.out(workloadTable(world, { wide: flags.output === 'wide' }));
  const pending = pendingReasons(world);
  if (pending.length > 0) console.out(`\nPending:\n${pending.map((reason) => `  ${reason}`).join('\n')}`);
  if (result.missing.length > 0) console.out(`\nNot settled (${result.outcome === 'still' ? 'nothing moves any more' : 'the budget is spent'}):\n${result.missing.map((one) => `  ${one}`).join('\n')}`);
  if (run.findings.length > 0) console.out(`\nViolated:\n${run.findings.map(({ property, step, message }) => `  ${property} at step ${step}: ${message}`).join('\n')}`);
  console.out(`\n${result.converged ? 'Settled' : 'Ended'} ${seconds(result.simulatedMs)} after the cluster was up: ${result.steps} steps in ${seconds(wallMs)}, digest ${digest}`);
  if (flags.journal !== undefined) console.out(`journal  ${flags.journal}\nreplay   npx kubeloom replay ${flags.journal} --verify`);
  console.out(`token    ${token}`);
};

const sayJson = (console: Console, { world, result, findings, digest, token }: FinishedRun, flags: RunFlags): void => {
  const { revision, pods, workloads } = clusterReport(world);
  console.out(JSON.stringify({
    converged: result.converged, outcome: result.outcome, steps: result.steps, simulatedMs: result.simulatedMs, revision, digest, token,
    journal: flags.journal ?? null, pods, workloads, missing: result.missing, pending: pendingReasons(world),
    violations: [
      ...(result.converged || result.outcome !== 'still' ? [] : [{ property: 'converges', kind: 'eventually', message: result.missing.join('; ') }]),
      ...findings.map(({ property, kind, step, message }) => ({ property, kind, step, message })),
    ],
  }));
};

const sayExplanation = (console: Console, records: readonly StepRecord[], { topology }: Scenario): void => {
  const reasons = eventReasons(records);
  console.out(printFlow(explain(records, { nodes: topology.nodes.length })));
  console.out(`${reasons.length === 0 ? '' : `\nEvents written about it: ${reasons.join(', ')}\n`}`);
};

/** Opens the data folder, if one is named, and makes the scenario go on from what it holds. */
const withData = (console: Console, scenario: Scenario, folder: string | undefined): Either<string, { readonly scenario: Scenario; readonly data: DataFolder | undefined }> => {
  if (folder === undefined) return right({ scenario, data: undefined });
  const opened = openDataFolder(folder, scenario);
  if (isLeft(opened)) return opened;
  for (const note of opened.right.notes) console.err(note);
  return right({ scenario: opened.right.scenario, data: opened.right });
};

export const runCommand = (console: Console, names: readonly string[], flags: RunFlags): ExitCode => {
  const loaded = loadScenario(names, flags);
  if (isLeft(loaded)) {
    sayProblems(console, loaded.left);
    return exitCodes.badInput;
  }
  for (const note of loaded.right.notes) console.err(note);
  if (loaded.right.trials.faults !== undefined) console.err('the faults of the scenario are for `kubeloom explore`; this run has none');
  const prepared = withData(console, loaded.right.scenario, flags.data);
  if (isLeft(prepared)) {
    console.err(prepared.left);
    return exitCodes.mismatch;
  }
  const { scenario, data } = prepared.right;
  keepScenario(scenario);
  const began = performance.now();
  const records: StepRecord[] = [];
  const run = runToEnd(scenario, flags, judgedBy(loaded.right.trials), data, flags.explain ? (record) => records.push(record) : undefined);
  const refused = refusedCommands(run.world);
  for (const text of refused) console.err(text);
  if (flags.explain) sayExplanation(console, records, scenario);
  if (flags.output === 'json') sayJson(console, run, flags);
  else sayTable(console, run, flags, performance.now() - began);
  return exitCodeOf(run, refused);
};
