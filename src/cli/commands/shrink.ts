/** `kubeloom shrink`: a saved failure, or the run that a token names, made as small as it goes. */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { existsSync } from 'node:fs';
import { defaultCampaignOptions } from '../../explore/campaign.ts';
import { judgeRun } from '../../explore/judge.ts';
import type { FoundViolation } from '../../explore/judge.ts';
import { schedulePilot } from '../../explore/pilot.ts';
import { failureLines } from '../../explore/report.ts';
import { decodeToken, deviatingChooser } from '../../kernel/index.ts';
import type { Step } from '../../kernel/index.ts';
import { describe } from '../../protocol/describe.ts';
import { runScenario } from '../../scenario/run-scenario.ts';
import { createWorldOf, scenarioDigest } from '../../scenario/scenario.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { clusterSubject } from '../../testing/cluster-subject.ts';
import type { Console } from '../console.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { allProperties } from '../explore/campaign-work.ts';
import { explainFailure, failureJson } from '../explore/explain-failure.ts';
import type { ShrinkFlags } from '../explore/explain-failure.ts';
import { readFailure } from '../explore/failure-file.ts';
import { findScenario } from '../scenario-store.ts';
import { chooserNamed, isStrategy } from '../strategies.ts';

export interface ShrinkCommandFlags extends ShrinkFlags {
  readonly output: 'table' | 'json' | 'wide';
}

interface Refusal { readonly message: string; readonly code: ExitCode }

interface ToShrink {
  readonly scenario: Scenario;
  readonly schedule: readonly Step[];
  /** Of the scenario in which it was found. */
  readonly foundIn?: string;
}

const refusal = (message: string, code: ExitCode): Either<Refusal, never> => left({ message, code });

/** Of the user's part, the cluster having come up. */
const scheduleOfToken = (text: string): Either<Refusal, ToShrink> => {
  const token = decodeToken(text);
  if (isLeft(token)) return refusal(token.left.message, token.left.kind === 'not-a-token' ? exitCodes.badInput : exitCodes.mismatch);
  const { scenarioDigest: digest, strategy, seed, steps, deviations } = token.right;
  const scenario = findScenario(digest);
  if (scenario === undefined) return refusal(`Expected the scenario ${digest} of the token to have been run here. Instead, found no such file under .kubeloom/scenarios.`, exitCodes.badInput);
  if (!isStrategy(strategy) || strategy === 'timed') return refusal(`Expected a token of an untimed strategy of this version. Instead, received one of "${strategy}".`, exitCodes.badInput);
  const schedule: Step[] = [];
  runScenario(createWorldOf(scenario), deviatingChooser(chooserNamed(strategy, seed), deviations), scenario, {
    until: { kind: 'condition', text: 'the token\'s last step', holds: () => false }, maxSteps: steps, maxMs: Infinity,
    onStep: ({ step }, phase) => { if (phase === 'run') schedule.push(step); },
  });
  return right({ scenario, schedule: schedule.slice(1) });
};

const toShrink = (what: string): Either<Refusal, ToShrink> => {
  if (/^k\d+:/.test(what)) return scheduleOfToken(what);
  if (!existsSync(what)) return refusal(`Expected a saved failure or a token. Instead, received "${what}", which is neither a file here nor begins like a token (k1:...).`, exitCodes.badInput);
  const failure = readFailure(what);
  return isLeft(failure) ? refusal(failure.left, exitCodes.badInput) : right(failure.right);
};

/** What breaks along the schedule, whichever property it is. */
const violationOf = ({ scenario, schedule }: ToShrink): { readonly violation: FoundViolation; readonly schedule: readonly Step[] } | undefined => {
  const properties = allProperties.filter(({ kind }) => kind !== 'sometimes');
  const verdict = judgeRun(clusterSubject(scenario), (world) => schedulePilot(world, schedule), properties, { budget: defaultCampaignOptions.budget });
  return verdict.violation === undefined ? undefined : { violation: verdict.violation, schedule: verdict.schedule };
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
  console.out(flags.output === 'json' ? JSON.stringify(failureJson(report)) : failureLines(report, describe).join('\n'));
  return exitCodes.violated;
};
