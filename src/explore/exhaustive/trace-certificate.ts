/** What executing every trace comes to, as data that a second run can be held against; speaks of all of them only where none was left. */
import { digestOfHash } from '../../base/digest.ts';
import { combine, hashNumber, hashOf } from '../../base/hash.ts';
import type { Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import type { RunFailure } from '../campaign.ts';
import type { Subject } from '../subject.ts';
import type { CertificateBase, CertifiedEnd, Certification, CertifyOptions } from './certificate.ts';
import { confirmFinding } from './confirm-finding.ts';
import type { StateView } from './state-view.ts';
import { traceSearch } from './trace-search.ts';
import type { TraceEnd, TraceFinding, TraceSearch } from './trace-search.ts';

export interface TraceCertificate extends CertificateBase {
  readonly reduction: 'traces';
  /** Runs to an end, no two of which differ only in the order of independent choices. */
  readonly traces: number;
  /** Runs given up because other runs execute the same traces. */
  readonly blocked: number;
  /** Runs given up because they were too long; with one of them nothing is exhausted. */
  readonly unfinished: number;
}

const BATCH = 20;

const worldAfter = (subject: Subject, schedule: readonly Step[]): World => {
  const world = subject.world.fork();
  for (const step of schedule) world.advance(step);
  return world;
};

const certifyEnds = (subject: Subject, view: StateView, ends: readonly TraceEnd[]): readonly CertifiedEnd[] => {
  const [first] = ends;
  const firstWorld = first === undefined ? undefined : worldAfter(subject, first.schedule);
  return ends.map((end) => ({
    end: end.end, states: end.states.size, traces: end.traces, content: digestOfHash(end.content),
    differs: end === first || firstWorld === undefined ? [] : view.differences(firstWorld, worldAfter(subject, end.schedule)),
  }));
};

const confirm = (subject: Subject, options: TraceCertifyOptions, { finding, schedule }: TraceFinding): RunFailure | undefined =>
  confirmFinding(subject, options, finding, schedule, `exhaustive, ${options.grain}, by traces`);

const certificateOf = (subject: Subject, view: StateView, options: TraceCertifyOptions, search: TraceSearch, isDone: boolean): TraceCertificate => {
  const { traces, blocked, unfinished, events, steps } = search.counts();
  const { lagMs } = subject.world.config;
  const exhausted = isDone && unfinished === 0;
  const ends = search.ends();
  const endClasses = new Set(ends.map(({ end, contentClass }) => `${end} ${contentClass}`)).size;
  const lengths = search.lengths();
  return {
    reduction: 'traces', grain: options.grain, lagMs, exhausted, traces, blocked, unfinished, transitions: events, steps,
    judged: options.properties.map(({ id }) => id), ends: certifyEnds(subject, view, ends), endClasses, isSingleton: exhausted && endClasses === 1,
    ...(lengths === undefined ? {} : { fewestSteps: lengths.fewest, mostSteps: lengths.most }),
    fingerprint: digestOfHash(combine(combine(search.fingerprint(), hashOf([options.scenario, 'traces', options.grain, lagMs])), hashNumber(exhausted ? 1 : 0))),
  };
};

export type TraceCertifyOptions = Omit<CertifyOptions, 'order'>;

/** `view` must be the subject's, and its messages must not lag. A run is given up as unfinished where the budget would end it. */
export const newTraceCertification = (subject: Subject, view: StateView, options: TraceCertifyOptions): Certification<TraceCertificate> => {
  const { grain, properties, budget: { maxSteps } } = options;
  const search = traceSearch(subject, view, { grain, properties, maxSteps });
  let isDone = false;
  return {
    advance: () => {
      isDone ||= search.advance(BATCH);
      return !isDone;
    },
    progress: () => ({ visited: search.counts().traces, transitions: search.counts().events, suspicions: search.findings().length }),
    result: () => {
      const failures = search.findings().map((finding) => confirm(subject, options, finding));
      const certain = failures.filter((failure) => failure !== undefined);
      return { certificate: certificateOf(subject, view, options, search, isDone), failures: certain, dismissed: failures.length - certain.length };
    },
  };
};
