/** `kubeloom replay`: a journal, or the run that a token names, folded again and compared step by step. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { checkAt, decodeToken, describeReplayProblem, deviatingChooser, digestFolder, journalHeader, readJournal, replayJournal } from '../../kernel/index.ts';
import type { StepRecord, Token, World } from '../../kernel/index.ts';
import { runScenario } from '../../scenario/run-scenario.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { createWorldOf } from '../../scenario/scenario.ts';
import type { Console } from '../console.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { isJournalFile, readJournalText } from '../journal-file.ts';
import { clusterReport, pendingReasons, workloadTable } from '../output/report.ts';
import { findScenario } from '../scenario-store.ts';
import { chooserNamed, isStrategy } from '../strategies.ts';
import { VERSION } from '../version.ts';

export interface ReplayFlags {
  /** Stop after this step. */
  readonly toStep: number | undefined;
  /** Show the store as it was at this revision. */
  readonly revision: number | undefined;
  readonly verify: boolean;
  readonly trace: boolean;
  readonly output: 'table' | 'json' | 'wide';
}

interface Replay { readonly world: World; readonly steps: number; readonly digest: string }

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

const replayOfToken = (console: Console, text: string, flags: ReplayFlags, onStep: OnStep): Replay | ExitCode => {
  const token = decodeToken(text);
  if (isLeft(token)) return refuse(console, token.left.message, token.left.kind === 'not-a-token' ? exitCodes.badInput : exitCodes.mismatch);
  const { scenarioDigest: digest, strategy } = token.right;
  const scenario = findScenario(digest);
  if (scenario === undefined) {
    return refuse(console, `Expected the scenario ${digest} of the token to have been run here. Instead, found no such file under .kubeloom/scenarios. `
      + 'Run its files once with `kubeloom run`, then replay.', exitCodes.badInput);
  }
  if (!isStrategy(strategy)) return refuse(console, `Expected a token of a strategy of this version. Instead, received "${strategy}".`, exitCodes.mismatch);
  return followToken(console, scenario, token.right, flags, onStep);
};

const followToken = (console: Console, scenario: Scenario, token: Token, flags: ReplayFlags, onStep: OnStep): Replay | ExitCode => {
  if (!isStrategy(token.strategy)) return exitCodes.mismatch;
  const world = createWorldOf(scenario);
  const folder = digestFolder(journalHeader(world.config, VERSION, scenario), world);
  const steps = Math.min(token.steps, flags.toStep ?? token.steps);
  runScenario(world, deviatingChooser(chooserNamed(token.strategy, token.seed), token.deviations), scenario, {
    until: { kind: 'condition', text: 'the token\'s last step', holds: () => false }, maxSteps: steps, maxMs: Infinity,
    onStep: (record) => { folder.add(record); onStep(record, scenario.topology.startMs); },
  });
  const expected = checkAt(token.checks, world.stepCount, token.steps);
  if (expected !== undefined && !folder.digest().startsWith(expected)) {
    return refuse(console, `Expected the digest after step ${world.stepCount} to begin with ${expected}. Instead, it is ${folder.digest()}: this version of Kubeloom does not go the same way.`, exitCodes.mismatch);
  }
  return { world, steps: world.stepCount, digest: folder.digest() };
};

const say = (console: Console, { world, steps, digest }: Replay, flags: ReplayFlags): void => {
  const { revision } = flags;
  if (flags.output === 'json') {
    const report = clusterReport(world, revision);
    console.out(JSON.stringify({ steps, digest, verified: flags.verify, simulatedMs: world.nowMs - world.config.startMs, ...report, pending: pendingReasons(world, revision) }));
    return;
  }
  console.out(workloadTable(world, { wide: flags.output === 'wide', ...(revision === undefined ? {} : { revision }) }));
  console.out(`\n${flags.verify ? 'Verified' : 'Replayed'} ${steps} steps, digest ${digest}`);
};

export const replayCommand = (console: Console, what: string, flags: ReplayFlags, onStep: OnStep): ExitCode => {
  const replayed = isJournalFile(what) ? replayOfJournal(console, what, flags, onStep)
    : /^k\d+:/.test(what) ? replayOfToken(console, what, flags, onStep)
      : refuse(console, `Expected a journal's path or a token. Instead, received "${what}", which is neither a file here nor begins like a token (k1:...).`, exitCodes.badInput);
  if (typeof replayed === 'number') return replayed;
  if (flags.revision !== undefined && (flags.revision < 1 || flags.revision > clusterReport(replayed.world).revision)) {
    return refuse(console, `Expected a revision from 1 to ${clusterReport(replayed.world).revision}. Instead, received ${flags.revision}.`, exitCodes.badInput);
  }
  say(console, replayed, flags);
  return exitCodes.fine;
};
