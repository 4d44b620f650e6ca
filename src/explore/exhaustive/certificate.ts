/**
 * What an exhaustive search comes to, as data that a second run can be held against. It speaks of all interleavings only where the space was
 * exhausted; otherwise it says how much was seen, as measured by walks that did not know of the search.
 */
import { digestOfHash } from '../../base/digest.ts';
import { combine, hashNumber, hashOf } from '../../base/hash.ts';
import type { Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import type { RunBudget } from '../judge.ts';
import type { RunFailure } from '../campaign.ts';
import { pick, randomStream } from '../strategies/random-stream.ts';
import type { Subject } from '../subject.ts';
import { confirmFinding } from './confirm-finding.ts';
import { grained } from './macro-step.ts';
import type { End } from './macro-step.ts';
import { exhaustiveSearch } from './search.ts';
import type { ExhaustiveSearch, FoundEnd, SearchOptions, Suspicion } from './search.ts';
import type { StateView } from './state-view.ts';

/** The ends of runs that a user cannot tell apart. */
export interface CertifiedEnd {
  readonly end: End;
  /** Canonical states that are such ends. */
  readonly states: number;
  /** Traces that end so; only where traces were searched. */
  readonly traces?: number;
  /** 16 hexadecimal digits; the same where the content is. */
  readonly content: string;
  /** In how it differs from the first end, in words; empty for the first. */
  readonly differs: readonly string[];
}

export interface Coverage {
  /** Random walks, each from the beginning to its end. */
  readonly walks: number;
  /** Distinct states that they met. */
  readonly met: number;
  /** Of these, how many the search had seen: `seen / met` estimates the share of the space. */
  readonly seen: number;
}

/** What is said whether states are visited or traces executed. */
export interface CertificateBase {
  readonly grain: SearchOptions['grain'];
  /** ms; see `WorldConfig.lagMs`. */
  readonly lagMs: number;
  readonly exhausted: boolean;
  /** Macro-steps tried, each from where it was tried first. */
  readonly transitions: number;
  /** Kernel steps taken. */
  readonly steps: number;
  /** Ids of the properties that were judged. */
  readonly judged: readonly string[];
  readonly ends: readonly CertifiedEnd[];
  /** Ends that differ by more than generated names and like places. */
  readonly endClasses: number;
  /** Every run ends alike, whatever its order: proved only when exhausted. */
  readonly isSingleton: boolean;
  /** Kernel steps from the beginning to an end; absent: none was reached, or a run can go around for ever. */
  readonly fewestSteps?: number;
  readonly mostSteps?: number;
  /** 16 hexadecimal digits over what was searched and all that was found; a second run must come to the same. */
  readonly fingerprint: string;
}

export interface Certificate extends CertificateBase {
  readonly reduction: 'states';
  readonly order: SearchOptions['order'];
  /** Distinct canonical states at which the adversary has a choice, or a run has ended. */
  readonly states: number;
  /** Choices left out because the other order of two independent ones was tried. */
  readonly asleep: number;
  /** Distinct contents, but for generated names and which of several like places something stands at. */
  readonly classes: number;
  /** Choices that lead back to a state on their own way. */
  readonly cycles: number;
  /** Only where the space was not exhausted. */
  readonly coverage?: Coverage;
}

export interface CertifyOptions extends SearchOptions {
  /** Names what is searched: part of the fingerprint. */
  readonly scenario: string;
  readonly budget: RunBudget;
}

export interface Certification<C extends CertificateBase = Certificate> {
  /** Tries some more choices. False when nothing is left to try. */
  readonly advance: () => boolean;
  /** visited: states, or traces. */
  readonly progress: () => { readonly visited: number; readonly transitions: number; readonly suspicions: number };
  /** Of what was searched so far: may be asked for early. */
  readonly result: () => Certified<C>;
}

export interface Certified<C extends CertificateBase = Certificate> {
  readonly certificate: C;
  readonly failures: readonly RunFailure[];
  /** Suspicions that the whole run, judged from its beginning, did not bear out. */
  readonly dismissed: number;
}

const BATCH = 250;
const WALKS = 100;

/** Every step of the run that makes these choices. Moves a fork of the subject's world, which it returns. */
const retrace = (subject: Subject, view: StateView, { grain }: SearchOptions, choices: readonly Step[]): { readonly world: World; readonly schedule: readonly Step[] } => {
  const { follow } = grained(subject, view, grain);
  const world = subject.world.fork();
  const schedule: Step[] = [];
  const see = (_: World, { step }: { readonly step: Step }): void => { schedule.push(step); };
  follow(world, { see });
  for (const choice of choices) follow(world, { choice, see });
  return { world, schedule };
};

/** How many of the states that random walks meet the search knows of. */
const measureCoverage = (subject: Subject, view: StateView, { grain }: SearchOptions, search: ExhaustiveSearch): Coverage => {
  const { choices, follow } = grained(subject, view, grain);
  const met = new Set<number>();
  for (let walk = 0; walk < WALKS; walk += 1) {
    const stream = randomStream(`walk ${walk}`);
    const world = subject.world.fork();
    let { end } = follow(world);
    for (let open = choices(world); end === undefined && open.length > 0; open = choices(world)) {
      met.add(world.hash());
      ({ end } = follow(world, { choice: pick(stream, open) }));
    }
    met.add(world.hash());
  }
  return { walks: WALKS, met: met.size, seen: [...met].filter((hash) => search.graph.indexOf(hash) !== undefined).length };
};

const certifyEnds = (subject: Subject, view: StateView, options: SearchOptions, search: ExhaustiveSearch, ends: readonly FoundEnd[]): readonly CertifiedEnd[] => {
  const worldAt = ({ first }: FoundEnd): World => retrace(subject, view, options, search.graph.choicesTo(first)).world;
  const [first] = ends;
  const firstWorld = first === undefined ? undefined : worldAt(first);
  return ends.map((end) => ({
    end: end.end, states: end.states, content: digestOfHash(end.content),
    differs: end === first || firstWorld === undefined ? [] : view.differences(firstWorld, worldAt(end)),
  }));
};

const confirm = (subject: Subject, view: StateView, options: CertifyOptions, { finding, choices }: Suspicion): RunFailure | undefined =>
  confirmFinding(subject, options, finding, retrace(subject, view, options, choices).schedule, `exhaustive, ${options.grain}`);

const certified = (subject: Subject, view: StateView, options: CertifyOptions, search: ExhaustiveSearch, exhausted: boolean): Certified => {
  const { graph } = search;
  const { fewest, most, cycles } = graph.lengths();
  const { lagMs } = subject.world.config;
  const ends = search.ends();
  const endClasses = new Set(ends.map(({ end, contentClass }) => `${end} ${contentClass}`)).size;
  const failures = search.suspicions().map((suspicion) => confirm(subject, view, options, suspicion));
  const searched = hashOf([options.scenario, options.grain, lagMs, ends.map(({ content }) => content), endClasses]);
  return {
    failures: failures.filter((failure) => failure !== undefined),
    dismissed: failures.filter((failure) => failure === undefined).length,
    certificate: {
      reduction: 'states', grain: options.grain, order: options.order, lagMs, exhausted, states: graph.size, transitions: graph.transitions, asleep: search.asleep(), steps: search.stepsTaken(),
      judged: options.properties.map(({ id }) => id), classes: search.contentClasses(), ends: certifyEnds(subject, view, options, search, ends), endClasses, isSingleton: exhausted && endClasses === 1,
      ...(fewest === undefined ? {} : { fewestSteps: search.beginningSteps + fewest }), ...(most === undefined ? {} : { mostSteps: search.beginningSteps + most }), cycles,
      fingerprint: digestOfHash(combine(combine(graph.fingerprint(), searched), hashNumber(exhausted ? 1 : 0))),
      ...(exhausted ? {} : { coverage: measureCoverage(subject, view, options, search) }),
    },
  };
};

/** `view` must be the subject's. */
export const newCertification = (subject: Subject, view: StateView, options: CertifyOptions): Certification => {
  const search = exhaustiveSearch(subject, view, options);
  let exhausted = search.advance(0);
  return {
    advance: () => {
      exhausted ||= search.advance(BATCH);
      return !exhausted;
    },
    progress: () => ({ visited: search.graph.size, transitions: search.graph.transitions, suspicions: search.suspicions().length }),
    result: () => certified(subject, view, options, search, exhausted),
  };
};
