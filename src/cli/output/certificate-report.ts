/** What an exhaustive search says in the end: as data for `-o json`, and for a person. */
import type { Certificate, Certified } from '../../explore/exhaustive/certificate.ts';
import type { TraceCertificate } from '../../explore/exhaustive/trace-certificate.ts';
import type { FailureReport } from '../../explore/report.ts';
import { failureLines } from '../../explore/report.ts';
import { describe } from '../../protocol/describe.ts';
import { failureJson } from '../explore/explain-failure.ts';

type AnyCertificate = Certificate | TraceCertificate;

export interface Searched {
  readonly certified: Certified<AnyCertificate>;
  readonly reports: readonly FailureReport[];
  readonly wallMs: number;
  readonly isInterrupted: boolean;
  /** Of the certificate it is held against, where there is one. */
  readonly expected?: string | undefined;
}

const perSecond = (count: number, wallMs: number): number => Math.round(count / Math.max(1, wallMs) * 1000);

/** `schedules` is null where states are counted, each standing for all schedules that lead to it; a trace is executed by one schedule, and its states are not counted. */
const countsJson = (certificate: AnyCertificate, wallMs: number): object => {
  if (certificate.reduction === 'states') return { schedules: null, schedulesPerSecond: null, distinctStates: certificate.states, statesPerSecond: perSecond(certificate.states, wallMs) };
  const runs = certificate.traces + certificate.blocked + certificate.unfinished;
  return { schedules: runs, schedulesPerSecond: perSecond(runs, wallMs), distinctStates: null, statesPerSecond: null };
};

/** Stable: scripts depend on it. */
export const certificateJson = ({ certified: { certificate, dismissed }, reports, wallMs, isInterrupted, expected }: Searched): unknown => ({
  ...countsJson(certificate, wallMs), steps: certificate.steps, stepsPerSecond: perSecond(certificate.steps, wallMs),
  exhausted: certificate.exhausted, quiescentStates: certificate.ends, coverage: 'coverage' in certificate ? certificate.coverage : null,
  violations: reports.map(failureJson), dismissed, certificate, ...(expected === undefined ? {} : { recheck: { expected, matches: expected === certificate.fingerprint } }),
  interrupted: isInterrupted,
});

const count = (n: number): string => n.toLocaleString('en-US');

const scopeOf = ({ grain }: AnyCertificate): string => {
  switch (grain) {
    case 'watches': return 'every order in which watch events can reach their watchers; all else goes at once';
    case 'requests': return 'every order in which watch events, requests and answers can arrive; all else goes at once';
    case 'every-step': return 'every order of all steps';
    default: return grain satisfies never;
  }
};

const traceLine = ({ traces, blocked, unfinished, transitions }: TraceCertificate, wallMs: number): string =>
  `  traces     ${count(traces)}; ${count(blocked)} runs blocked as of traces executed by others${unfinished === 0 ? '' : `, ${count(unfinished)} given up as too long`}; ${count(transitions)} transitions; `
  + `${(wallMs / 1000).toFixed(1)}s, ${count(perSecond(traces + blocked + unfinished, wallMs))} runs/s`;

const stateLines = (certificate: Certificate, wallMs: number, isInterrupted: boolean): readonly string[] => {
  const { states, transitions, asleep, classes, coverage } = certificate;
  const share = coverage === undefined || coverage.met === 0 ? 0 : Math.round(coverage.seen / coverage.met * 100);
  return [
    `  states     ${count(states)} in ${count(classes)} classes; ${count(transitions)} transitions, ${count(asleep)} spared as orders of independent steps; `
    + `${(wallMs / 1000).toFixed(1)}s, ${count(perSecond(states, wallMs))} states/s`,
    ...(coverage === undefined ? [] : [
      `  covered    of ${count(coverage.met)} states that ${coverage.walks} random walks met, ${count(coverage.seen)} had been seen: about ${share}% of what is likely${isInterrupted ? '; interrupted' : ''}`,
    ]),
  ];
};

const headLines = ({ certified: { certificate }, wallMs, isInterrupted }: Searched): readonly string[] => [
  `${certificate.exhausted ? 'exhausted' : 'NOT exhausted'}  ${scopeOf(certificate)}; lag ${certificate.lagMs}ms, no faults`,
  ...(certificate.reduction === 'traces' ? [traceLine(certificate, wallMs)] : stateLines(certificate, wallMs, isInterrupted)),
];

const endLines = ({ ends, endClasses, isSingleton, exhausted }: AnyCertificate): readonly string[] => [
  `  ends       ${ends.length === 0 ? 'none reached' : isSingleton ? 'every run ends alike' : `${ends.length}, of ${endClasses === 1 ? '1 class' : `${endClasses} classes`}${exhausted ? '' : ' so far'}`}`,
  ...ends.flatMap(({ end, states, traces, content, differs }, i) => [
    `    #${i + 1} ${end.padEnd(9)} ${content}  in ${count(states)} ${states === 1 ? 'state' : 'states'}${traces === undefined ? '' : `, ${count(traces)} traces`}`,
    ...differs.slice(0, MOST_DIFFERENCES).map((line) => `       ${line}`),
    ...(differs.length > MOST_DIFFERENCES ? [`       and ${differs.length - MOST_DIFFERENCES} more`] : []),
  ]),
];

const MOST_DIFFERENCES = 4;

/** Traces tell of going around only by runs that do not end. */
const lengthLine = (certificate: AnyCertificate): string => {
  const { fewestSteps, mostSteps } = certificate;
  const lengths = fewestSteps === undefined ? 'no end reached' : `${count(fewestSteps)} at the fewest, ${mostSteps === undefined ? 'without bound at the most' : `${count(mostSteps)} at the most`}`;
  if (certificate.reduction === 'traces') return `  steps      ${lengths}${certificate.exhausted ? '; no run can go around' : ''}`;
  return `  steps      ${lengths}; ${certificate.cycles === 0 ? 'no run can go around' : `${count(certificate.cycles)} ways to go around`}`;
};

const recheckLine = (expected: string, fingerprint: string): string => (expected === fingerprint ? '  rechecked  the same as in the certificate'
  : `x recheck: Expected the fingerprint ${expected}. Instead, received ${fingerprint}. Hint: another version, another grain, or a search that was not exhausted.`);

/** Ends, where something was found, with how to replay it. */
export const certificateLines = (searched: Searched): readonly string[] => {
  const { certified: { certificate, dismissed }, reports, expected } = searched;
  return [
    ...headLines(searched), ...endLines(certificate), lengthLine(certificate),
    `  judged     ${certificate.judged.length} properties, ${reports.length === 0 ? 'no violation' : `${reports.length} violated`}`,
    ...(dismissed === 0 ? [] : [`  dismissed  ${dismissed} suspicions that the whole run did not bear out`]),
    `  print      ${certificate.fingerprint}`,
    ...(expected === undefined ? [] : [recheckLine(expected, certificate.fingerprint)]),
    ...reports.flatMap((report) => ['', ...failureLines(report, describe)]),
  ];
};
