/** `kubeloom shrink`: a saved failure, or the run that a token names, made as small as it goes. */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, right } from 'fp-ts/lib/Either.js';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultCampaignOptions } from '../../explore/campaign.ts';
import { judgeRun } from '../../explore/judge.ts';
import type { FoundViolation } from '../../explore/judge.ts';
import { schedulePilot } from '../../explore/pilot.ts';
import { failureLines } from '../../explore/report.ts';
import type { FailureReport } from '../../explore/report.ts';
import { deviatingChooser } from '../../kernel/index.ts';
import type { Step } from '../../kernel/index.ts';
import { describe } from '../../protocol/describe.ts';
import { runScenario } from '../../scenario/run-scenario.ts';
import { createWorldOf, scenarioDigest } from '../../scenario/scenario.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { clusterSubject } from '../../testing/cluster-subject.ts';
import type { ClusterSubject } from '../../testing/cluster-subject.ts';
import { keptFailure, keptFailureName, printKeptFailure } from '../../testing/kept-failure.ts';
import type { Console } from '../console.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { allProperties } from '../explore/campaign-work.ts';
import { explainFailure, failureJson } from '../explore/explain-failure.ts';
import type { ShrinkFlags } from '../explore/explain-failure.ts';
import { isTokenText, namedRun, refusal } from '../named-run.ts';
import type { Refusal } from '../named-run.ts';
import { chooserNamed } from '../strategies.ts';

export interface ShrinkCommandFlags extends ShrinkFlags {
  /** Where what is left is written as a regression test; undefined: nowhere. */
  readonly keep: string | undefined;
  readonly output: 'table' | 'json' | 'wide';
}

interface ToShrink {
  readonly scenario: Scenario;
  readonly schedule: readonly Step[];
  /** Of the scenario in which it was found. */
  readonly foundIn?: string;
}

/** Of the user's part, the cluster having come up. */
const toShrink = (what: string): Either<Refusal, ToShrink> => {
  if (!isTokenText(what) && !existsSync(what)) {
    return refusal(`Expected a saved failure or a token. Instead, received "${what}", which is neither a file here nor begins like a token (k1:...).`, exitCodes.badInput);
  }
  const named = namedRun(what, { files: [], variants: undefined, seed: undefined });
  if (isLeft(named)) return named;
  const { failure, scenarios: [scenario], token: { strategy, seed, steps, deviations } } = named.right;
  if (failure !== undefined) return right(failure);
  if (strategy === 'timed') return refusal('Expected a token of an untimed strategy. Instead, received one of "timed": its order is that of its latencies.', exitCodes.badInput);
  const schedule: Step[] = [];
  runScenario(createWorldOf(scenario), deviatingChooser(chooserNamed(strategy, seed), deviations), scenario, {
    until: { kind: 'condition', text: 'the token\'s last step', holds: () => false }, maxSteps: steps, maxMs: Infinity,
    onStep: ({ step }, phase) => { if (phase === 'run') schedule.push(step); },
  });
  return right({ scenario, schedule: schedule.slice(1) });
};

/** What breaks along the schedule, whichever property it is. */
const violationOf = ({ scenario, schedule }: ToShrink): { readonly violation: FoundViolation; readonly schedule: readonly Step[] } | undefined => {
  const properties = allProperties.filter(({ kind }) => kind !== 'sometimes');
  const verdict = judgeRun(clusterSubject(scenario), (world) => schedulePilot(world, schedule), properties, { budget: defaultCampaignOptions.budget });
  return verdict.violation === undefined ? undefined : { violation: verdict.violation, schedule: verdict.schedule };
};

/** Answers the file's name. */
const keepFailure = ({ failure: { violation }, shrunk: { subject, schedule, matters, violation: { message } } }: FailureReport, folder: string): string => {
  const kept = keptFailure({ property: violation.property, signature: violation.signature, message, scenario: (subject as ClusterSubject).scenario, schedule, matters });
  mkdirSync(folder, { recursive: true });
  const name = join(folder, keptFailureName(kept));
  writeFileSync(name, printKeptFailure(kept));
  return name;
};

export const shrinkCommand = (console: Console, what: string, flags: ShrinkCommandFlags): ExitCode => {
  const read = toShrink(what);
  if (isLeft(read)) {
    console.err(read.left.message);
    return read.left.code;
  }
  const { scenario } = read.right;
  const broken = violationOf(read.right);
  if (broken === undefined) {
    console.err('Nothing breaks along this run: there is nothing to shrink.');
    return exitCodes.budget;
  }
  const failure = { ...broken, found: 'as given', variation: 0, index: 0, seen: 1 };
  const report = explainFailure(read.right.foundIn ?? scenarioDigest(scenario), scenario, failure, defaultCampaignOptions, 1, flags);
  if (report === undefined) {
    console.err('The failure does not repeat along its own schedule.');
    return exitCodes.mismatch;
  }
  const kept = flags.keep === undefined ? undefined : keepFailure(report, flags.keep);
  if (flags.output === 'json') console.out(JSON.stringify({ ...failureJson(report) as object, kept: kept ?? null }));
  else console.out([...kept === undefined ? [] : [`kept     ${kept}`, ''], ...failureLines(report, describe)].join('\n'));
  return exitCodes.violated;
};
