/** `kubeloom replay`: a journal, a saved failure, or the run that a token names, folded again and compared step by step. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { checkAt, describeReplayProblem, deviatingChooser, digestFolder, journalHeader, readJournal, replayJournal, traceLine } from '../../kernel/index.ts';
import type { StepRecord, World } from '../../kernel/index.ts';
import { checkProperties, judgedProperties } from '../../properties/index.ts';
import type { Finding } from '../../properties/index.ts';
import { describe } from '../../protocol/describe.ts';
import { runScenario } from '../../scenario/run-scenario.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { createWorldOf } from '../../scenario/scenario.ts';
import type { Console } from '../console.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { propertiesOf } from '../explore/campaign-work.ts';
import { isJournalFile, readJournalText } from '../journal-file.ts';
import { isFailureFile, isTokenText, namedRun } from '../named-run.ts';
import type { NamedRun, ScenarioSource } from '../named-run.ts';
import { clusterReport, pendingReasons, workloadTable } from '../output/report.ts';
import { chooserNamed } from '../strategies.ts';
import { VERSION } from '../version.ts';

export interface ReplayFlags {
  /** Stop after this step. */
  readonly toStep: number | undefined;
  /** Show the store as it was at this revision. */
  readonly revision: number | undefined;
  readonly verify: boolean;
  readonly trace: boolean;
  readonly source: ScenarioSource;
  readonly output: 'table' | 'json' | 'wide';
}

interface Replay { readonly world: World; readonly steps: number; readonly digest: string; readonly findings?: readonly Finding[] }

type OnStep = (record: StepRecord, startMs: number) => void;

const refuse = (console: Console, message: string, code: ExitCode): ExitCode => {
  console.err(message);
  return code;
};

const replayOfJournal = (console: Console, path: string, flags: ReplayFlags, onStep: OnStep): Replay | ExitCode => {
  const journal = readJournal(readJournalText(path));
  if (isLeft(journal)) return refuse(console, `${path}, line ${journal.left.line}: ${journal.left.message}`, exitCodes.mismatch);
  const { header, cut, records } = journal.right;
  if (cut !== undefined) console.err(`${path}: the end is torn; cut at line ${cut.line}, after step ${records.at(-1)?.i ?? 0} (${cut.message})`);
  const scenario = header.scenario as Scenario;
  const replayed = replayJournal(() => createWorldOf(scenario), journal.right, {
    onStep: (record) => onStep(record, scenario.topology.startMs), ...(flags.toStep === undefined ? {} : { toStep: flags.toStep }),
  });
  if (isLeft(replayed)) return refuse(console, `${path}: ${describeReplayProblem(replayed.left)}`, exitCodes.mismatch);
  return replayed.right;
};

const OTHER_WAY = 'this version of Kubeloom does not go the same way.';

/** The run is the same whatever its scenario is called, but its digests are not. */
const followToken = (console: Console, { scenarios, token, failure }: NamedRun, flags: ReplayFlags, onStep: OnStep): Replay | ExitCode => {
  const [scenario] = scenarios;
  const world = createWorldOf(scenario);
  const folders = scenarios.map((one) => digestFolder(journalHeader(world.config, VERSION, one), world));
  const steps = Math.min(token.steps, flags.toStep ?? token.steps);
  const checker = checkProperties(failure === undefined ? judgedProperties : propertiesOf([failure.property]));
  for (const record of world.beginning) checker.step(world, record);
  runScenario(world, deviatingChooser(chooserNamed(token.strategy, token.seed), token.deviations), scenario, {
    until: { kind: 'condition', text: 'the token\'s last step', holds: () => false }, maxSteps: steps, maxMs: Infinity,
    onStep: (record) => {
      for (const folder of folders) folder.add(record);
      checker.step(world, record);
      onStep(record, scenario.topology.startMs);
    },
  });
  if (world.stepCount < steps) {
    return refuse(console, `Expected a run of ${token.steps} steps. Instead, it cannot go on after step ${world.stepCount}: ${OTHER_WAY}`, exitCodes.mismatch);
  }
  const digests = folders.map((folder) => folder.digest());
  const expected = checkAt(token.checks, world.stepCount, token.steps);
  const digest = expected === undefined ? digests[0] : digests.find((one) => one.startsWith(expected));
  if (digest === undefined) {
    const found = digests.join(' or ');
    return refuse(console, `Expected the digest after step ${world.stepCount} to begin with ${expected ?? ''}. Instead, it is ${found}: ${OTHER_WAY}`, exitCodes.mismatch);
  }
  // Of a token alone it is not known whether its last step is one at which what must hold in the end may be asked for.
  if (failure !== undefined && flags.toStep === undefined) checker.end(world);
  return { world, steps: world.stepCount, digest, findings: checker.findings() };
};

const replayOfToken = (console: Console, what: string, flags: ReplayFlags, onStep: OnStep): Replay | ExitCode => {
  const named = namedRun(what, flags.source);
  return isLeft(named) ? refuse(console, named.left.message, named.left.code) : followToken(console, named.right, flags, onStep);
};

const findingLine = ({ property, step, message }: Finding): string => `  ${property} at step ${step}: ${message}`;

const say = (console: Console, { world, steps, digest, findings = [] }: Replay, flags: ReplayFlags): void => {
  const { revision } = flags;
  if (flags.output === 'json') {
    const report = clusterReport(world, revision);
    console.out(JSON.stringify({
      steps, digest, verified: flags.verify, simulatedMs: world.nowMs - world.config.startMs, ...report, pending: pendingReasons(world, revision),
      violations: findings.map(({ property, kind, step, message }) => ({ property, kind, step, message })),
    }));
    return;
  }
  console.out(workloadTable(world, { wide: flags.output === 'wide', ...(revision === undefined ? {} : { revision }) }));
  if (findings.length > 0) console.out(`\nViolated:\n${findings.map(findingLine).join('\n')}`);
  console.out(`\n${flags.verify ? 'Verified' : 'Replayed'} ${steps} steps, digest ${digest}`);
};

const replayed = (console: Console, what: string, flags: ReplayFlags): Replay | ExitCode => {
  const onStep: OnStep = (record, startMs) => { if (flags.trace) console.out(traceLine(record, startMs, describe)); };
  if (isTokenText(what) || isFailureFile(what)) return replayOfToken(console, what, flags, onStep);
  return isJournalFile(what) ? replayOfJournal(console, what, flags, onStep)
    : refuse(console, `Expected a journal's path or a token. Instead, received "${what}", which is neither a file here nor begins like a token (k1:...).`, exitCodes.badInput);
};

export const replayCommand = (console: Console, what: string, flags: ReplayFlags): ExitCode => {
  const replay = replayed(console, what, flags);
  if (typeof replay === 'number') return replay;
  if (flags.revision !== undefined && (flags.revision < 1 || flags.revision > clusterReport(replay.world).revision)) {
    return refuse(console, `Expected a revision from 1 to ${clusterReport(replay.world).revision}. Instead, received ${flags.revision}.`, exitCodes.badInput);
  }
  say(console, replay, flags);
  return exitCodes.fine;
};
