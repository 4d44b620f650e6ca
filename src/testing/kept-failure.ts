/**
 * A failure that is kept as a regression test: a shrunk scenario, the property that breaks in it, and the schedule, said by its deviations from the
 * oldest message first. As a file it is JSON that a person can read and review.
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right, tryCatch } from 'fp-ts/lib/Either.js';
import { sortedEntries } from '../base/order.ts';
import { judgeRun } from '../explore/judge.ts';
import type { FoundViolation, RunBudget } from '../explore/judge.ts';
import type { Pilot } from '../explore/pilot.ts';
import { parseStep } from '../kernel/schedule.ts';
import { printStep } from '../kernel/print-step.ts';
import type { Step } from '../kernel/step.ts';
import type { World } from '../kernel/world.ts';
import type { Property } from '../properties/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { propertyOf } from './all-properties.ts';
import { clusterSubject } from './cluster-subject.ts';
import type { ClusterSubject } from './cluster-subject.ts';

export interface KeptFailure {
  /** The id of the property that breaks. */
  readonly property: string;
  readonly signature: string;
  readonly message: string;
  /** Untimed; `variants` are those that are to blame. */
  readonly scenario: Scenario;
  /** So many steps, counted from when the user's commands are handed over, make the failure; then the oldest message goes first. */
  readonly steps: number;
  /** Of those, the steps that are not the oldest message's. By `at`, counted from 1. */
  readonly deviations: readonly { readonly at: number; readonly step: Step }[];
}

export interface ShrunkFailure extends Pick<KeptFailure, 'property' | 'signature' | 'message' | 'scenario'> {
  /** From when the user's commands are handed over. */
  readonly schedule: readonly Step[];
  /** Of it, so many steps make the failure. */
  readonly matters: number;
}

export const keptFailure = ({ property, signature, message, scenario, schedule, matters }: ShrunkFailure, subject: ClusterSubject = clusterSubject(scenario)): KeptFailure => {
  const world = subject.world.fork();
  const steps = schedule.slice(0, matters);
  const deviations = steps.flatMap((step, i) => {
    const usual = world.offered().oldest();
    const deviates = usual === undefined || printStep(usual) !== printStep(step);
    world.advance(step);
    return deviates ? [{ at: i + 1, step }] : [];
  });
  return { property, signature, message, scenario, steps: steps.length, deviations };
};

const FORMAT = 'kubeloom-kept-failure';
const FORMAT_VERSION = 1;

/** Such as `replicaset.bounded-overshoot.replicaset-without-expectations.json`. */
export const keptFailureName = ({ property, scenario: { variants = [] } }: Pick<KeptFailure, 'property' | 'scenario'>): string =>
  `${[property, ...variants].join('.').replace(/[^a-z0-9.-]/gi, '-')}.json`;

/** Keys in order, so that the same failure gives the same text; one line for each deviation. */
const ordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(sortedEntries(value as Readonly<Record<string, unknown>>).filter(([, one]) => one !== undefined).map(([key, one]) => [key, ordered(one)]));
};

export const printKeptFailure = ({ property, signature, message, scenario, steps, deviations }: KeptFailure): string => `${JSON.stringify({
  format: FORMAT, formatVersion: FORMAT_VERSION, property, signature, message, scenario: ordered(scenario), steps,
  deviations: deviations.map(({ at, step }) => `${at} ${printStep(step)}`),
}, null, 1)}\n`;

const readDeviation = (line: string): Either<string, KeptFailure['deviations'][number]> => {
  const match = /^(\d+) (.+)$/.exec(line);
  if (match === null) return left(`Expected a deviation such as "12 deliver etcd kube-apiserver watch". Instead, received "${line}".`);
  const step = parseStep(match[2] as string);
  return isLeft(step) ? left(`Deviation "${line}": ${step.left}`) : right({ at: Number(match[1]), step: step.right });
};

type Written = Omit<KeptFailure, 'deviations'> & { readonly format: unknown; readonly formatVersion: unknown; readonly deviations: readonly string[] };

/** Refuses what it cannot honour; the left says why. */
export const readKeptFailure = (text: string): Either<string, KeptFailure> => {
  const parsed = tryCatch(() => JSON.parse(text) as Written, (thrown) => `Expected JSON. Instead: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  if (isLeft(parsed)) return parsed;
  const { format, formatVersion, deviations, ...rest } = parsed.right;
  if (format !== FORMAT) return left(`Expected a kept failure. Instead, received a file of format ${JSON.stringify(format)}.`);
  if (formatVersion !== FORMAT_VERSION) return left(`Expected version ${FORMAT_VERSION} of the format. Instead, received version ${String(formatVersion)}; this version of Kubeloom cannot follow it.`);
  const read = deviations.map(readDeviation);
  const wrong = read.find(isLeft);
  return wrong !== undefined ? wrong : right({ ...rest, deviations: read.flatMap((one) => (isLeft(one) ? [] : [one.right])) });
};

/** `strict`: stops where a deviation cannot be taken; otherwise it is passed over. */
const keptPilot = (world: World, { steps, deviations }: KeptFailure, strict: boolean): Pilot & { readonly lost: () => Step | undefined } => {
  const byStep = new Map(deviations.map(({ at, step }) => [at, step]));
  const offered = world.offered();
  let at = 0;
  let lost: Step | undefined;
  return {
    next: () => {
      at += 1;
      const step = byStep.get(at);
      if (step === undefined || (!strict && !world.canTake(step))) return offered.oldest();
      if (!world.canTake(step)) lost ??= step;
      return lost === undefined ? step : undefined;
    },
    calm: () => undefined,
    isCalm: () => at >= steps,
    isFair: () => at >= steps,
    lost: () => lost,
  };
};

export interface KeptReplay {
  readonly violation: FoundViolation | undefined;
  /** The first deviation that could not be taken any more; only where `strict`. */
  readonly lost: Step | undefined;
}

export interface KeptReplayOptions {
  /** Default: that of the failure's id, of those that are shipped. */
  readonly property?: Property;
  /** Default: the failure's scenario on a cluster of its variants. */
  readonly subject?: ClusterSubject;
  /** Default: true. */
  readonly strict?: boolean;
  readonly budget?: RunBudget;
}

/** Follows a kept failure and says what breaks now. */
export const replayKeptFailure = (kept: KeptFailure, options: KeptReplayOptions = {}): KeptReplay => {
  const { property = propertyOf(kept.property), subject = clusterSubject(kept.scenario), strict = true, budget = { maxSteps: 200_000, maxMs: 3_600_000 } } = options;
  let lost: () => Step | undefined = () => undefined;
  const { violation } = judgeRun(subject, (world) => {
    const pilot = keptPilot(world, kept, strict);
    lost = pilot.lost;
    return pilot;
  }, [property], { budget });
  return { violation, lost: lost() };
};

/** The same failure in a cluster of default components, in which it should not show. */
export const withoutVariants = (kept: KeptFailure): KeptFailure => {
  const { name, topology, timeline, store } = kept.scenario;
  return { ...kept, scenario: { name, topology, timeline, ...(store === undefined ? {} : { store }) } };
};
