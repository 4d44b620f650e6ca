/** A found failure in words: what broke, how it was found and shrunk, why it breaks, and the steps that decide it. */
import { printStep } from '../kernel/print-step.ts';
import type { Step } from '../kernel/step.ts';
import { traceLine } from '../kernel/trace-line.ts';
import { faultsIn } from './campaign.ts';
import type { CampaignResult } from './campaign.ts';
import type { DecisiveStep, Explanation } from './explain/explain-run.ts';
import type { ShrunkRun } from './shrink/shrink-run.ts';

/** `found -> shrunk` for each measure of size. */
export interface Sizes {
  readonly [measure: string]: readonly [number, number];
}

export interface ExplainedRun {
  readonly shrunk: ShrunkRun;
  readonly explanation: Explanation;
}

export interface FailureReport extends ExplainedRun {
  readonly failure: CampaignResult['failures'][number];
  readonly statement: string;
  readonly sizes: Sizes;
  readonly runs: number;
  readonly token: string;
  readonly file: string;
}

type Describe = (body: unknown) => string;

const MAX_LINES = 40;

/** What comes too late, or what it is too late for. */
const stepWords = (step: Step, body: unknown, describe: Describe): string => {
  if (step.kind !== 'deliver') return printStep(step);
  return step.from === step.to ? `${step.to} ${step.channel}` : `${describe(body)} -> ${step.to}`;
};

const pairWords = ({ explanation, shrunk: { criticalPair } }: ExplainedRun, describe: Describe): readonly [string, string] | undefined => {
  if (criticalPair === undefined) return undefined;
  const first = explanation.decisive.find(({ at }) => at === criticalPair.at)?.record;
  const body = first?.input?.kind === 'message' ? first.input.body : undefined;
  return [stepWords(criticalPair.first, body, describe), stepWords(criticalPair.second, explanation.lateBody, describe)];
};

const pairLines = (report: ExplainedRun, describe: Describe): readonly string[] => {
  const words = pairWords(report, describe);
  if (words === undefined) return [];
  return [`  critical pair   #${report.shrunk.criticalPair?.at ?? 0} ${words[0]}  <->  ${words[1]}`, '                  swap them and the run passes'];
};

const stalenessLines = ({ explanation: { staleness } }: ExplainedRun): readonly string[] => {
  if (staleness === undefined) return [];
  const { actor, what, at, stoodAt, newest, enough } = staleness;
  return [`  staleness       at #${at} ${actor} acted on ${what} at rv ${stoodAt}, the store stood at rv ${newest}; ${enough} event${enough === 1 ? '' : 's'} behind is enough, none is not`];
};

const noReturnWords = ({ explanation: { noReturn } }: ExplainedRun): readonly string[] => {
  if (noReturn === undefined) return [];
  const { after, continuations } = noReturn;
  return [after === 0 ? `no return from the beginning (${continuations} continuations tried)` : `no return after #${after} (${continuations} continuations tried)`];
};

const blameWords = ({ explanation: { blame } }: ExplainedRun): readonly string[] =>
  (blame === undefined ? [] : [`blame  ${blame.actors.join(' and ')} (swapped for ${blame.what}, the run passes)`]);

const verdictLines = (report: ExplainedRun): readonly string[] => {
  const words = [...noReturnWords(report), ...blameWords(report)];
  return words.length === 0 ? [] : [`  ${words.join('      ')}`];
};

const decisiveLine = ({ at, record, told }: DecisiveStep, startMs: number, describe: Describe): string => {
  const seconds = `t=${((record.nowMs - startMs) / 1000).toFixed(3)}s`;
  // Without the number of the whole run, which the line begins with.
  const words = told ?? traceLine(record, startMs, describe).split(/\s+/).slice(2).join(' ');
  return `  ${`#${at}`.padStart(6)}  ${seconds.padEnd(11)} ${words}`;
};

/** Of many, the first and the last. */
const decisiveLines = ({ explanation: { decisive }, shrunk }: ExplainedRun, describe: Describe): readonly string[] => {
  const { config: { startMs }, stepCount } = shrunk.subject.world;
  const { violation, matters } = shrunk;
  const lines = decisive.map((step) => `${decisiveLine(step, startMs, describe)}${violation.kind === 'always' && step.at === matters ? '   <- breaks it' : ''}`);
  const half = MAX_LINES / 2;
  const shown = lines.length <= MAX_LINES ? lines : [...lines.slice(0, half), `  ... ${lines.length - MAX_LINES} steps`, ...lines.slice(-half)];
  return lines.length === 0 ? [] : [`  steps that decide (#1 is step ${stepCount + 1} of the replayed run)`, ...shown];
};

const sizesLine = (sizes: Sizes): string => Object.entries(sizes).map(([measure, [found, shrunk]]) => `${measure} ${found} -> ${shrunk}`).join('   ');

/** Why it breaks, and the steps that decide it. */
export const explanationLines = (run: ExplainedRun, describe: Describe): readonly string[] => {
  const { shrunk } = run;
  const faults = faultsIn(shrunk.schedule.slice(0, shrunk.matters));
  return [
    ...(shrunk.matters === 0 ? ['  the order of sending alone breaks it: nothing has to be held back'] : []),
    ...(faults.length === 0 ? [] : [`  faults          ${faults.join('; ')}`]),
    ...pairLines(run, describe), ...stalenessLines(run), ...verdictLines(run), ...decisiveLines(run, describe),
  ];
};

/** As many lines as it takes; the last says how to replay it. */
export const failureLines = (report: FailureReport, describe: Describe): readonly string[] => {
  const { failure, shrunk, statement, sizes, runs, token, file } = report;
  return [
    `x ${failure.violation.property}: ${statement}   ${failure.violation.kind}`,
    `  ${shrunk.violation.message}`,
    `  schedule ${failure.index + 1} of ${runs} (${failure.found})  ->  ${sizesLine(sizes)}${shrunk.isMinimal ? '' : '   (not minimal: the budget for shrinking was spent)'}`,
    ...explanationLines(report, describe),
    `  saved    ${file}`,
    `  replay   npx kubeloom replay ${token}`,
  ];
};

const pairJson = (report: FailureReport, describe: Describe): unknown => {
  const { criticalPair, subject } = report.shrunk;
  const words = pairWords(report, describe);
  if (criticalPair === undefined || words === undefined) return null;
  const { at, first, second } = criticalPair;
  return { at, step: subject.world.stepCount + at, first: printStep(first), second: printStep(second), says: words };
};

/** For `-o json`: numbers of steps are those of the shrunk run, `step` that of the replayed run. */
export const failureData = (report: FailureReport, describe: Describe): unknown => {
  const { failure, shrunk, sizes, token, file, explanation: { staleness, noReturn, blame, decisive } } = report;
  const measure = (name: string): unknown => ({ found: sizes[name]?.[0] ?? 0, shrunk: sizes[name]?.[1] ?? 0 });
  return {
    property: failure.violation.property, kind: failure.violation.kind, signature: failure.violation.signature, message: shrunk.violation.message,
    schedule: failure.index, strategy: failure.found, seen: failure.seen, token,
    steps: measure('steps'), faults: measure('faults'), nodes: measure('nodes'), commands: measure('commands'), replicas: measure('replicas'),
    isMinimal: shrunk.isMinimal, holds: shrunk.holds.length, criticalPair: pairJson(report, describe), staleness: staleness ?? null, noReturn: noReturn ?? null, blame: blame ?? null,
    decisive: decisive.map(({ at, told, record }) => ({ at, says: told ?? printStep(record.step) })), file,
  };
};
