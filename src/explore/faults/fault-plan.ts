/** A fault plan: which faults may happen, how often and how many of each, as data that a failure can be written down with. */
import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';
import type { ActorId } from '../../kernel/transition.ts';
import type { World } from '../../kernel/world.ts';
import type { Episode } from './episode.ts';

/** What the kernel alone can do to any actors. Of each kind and its source: `docs/FAULTS.md`. */
const plainKinds = ['crash', 'reset', 'cut', 'skew'] as const;
/** What takes knowing what the actors are. */
const knowingKinds = ['node', 'timeout', 'lagging', 'slow', 'compact', 'etcd', 'partition', 'container', 'pull', 'disk'] as const;

export const faultKinds = [...plainKinds, ...knowingKinds] as const;
export type FaultKind = (typeof faultKinds)[number];
export type KnowingFaultKind = (typeof knowingKinds)[number];

export const faultMeanings: Readonly<Record<FaultKind, string>> = {
  crash: 'a component loses its volatile state, and starts again later',
  reset: 'a connection breaks once, with what is undelivered on it',
  cut: 'two components cannot reach each other until healed',
  skew: 'a clock jumps and runs at another rate, and is set right later',
  node: 'a machine goes off with all that runs on it, and boots again later',
  timeout: 'a request gets no answer, whether it was carried out or not',
  lagging: 'the watch caches of an API server fall behind the store',
  slow: 'a watcher does not keep up, until its stream is given up',
  compact: 'the store forgets its history while a watch of it is broken',
  etcd: 'no API server reaches etcd until healed',
  partition: 'a node and the API servers cannot reach each other until healed',
  container: 'a running container exits with code 1',
  pull: 'images cannot be pulled on a node until the registry can be reached again',
  disk: 'etcd has no space left, and refuses all writes until it has',
};

export interface FaultRule {
  readonly kind: FaultKind;
  /** Of a thousand steps, how many are this fault, on average, until the limit is reached. */
  readonly perThousand: number;
  readonly limit: number;
}

export type FaultPlan = readonly FaultRule[];

/** What can break in a world. */
export interface FaultTargets {
  readonly crash: readonly ActorId[];
  readonly cut: readonly (readonly [ActorId, ActorId])[];
  /** The servers whose connections break. */
  readonly reset: readonly ActorId[];
  readonly skew: readonly ActorId[];
  /** What else could happen in a world as it stands. Absent: nothing of that kind. */
  readonly possible?: Readonly<Partial<Record<KnowingFaultKind, (world: World) => readonly Episode[]>>>;
}

export const noTargets: FaultTargets = { crash: [], cut: [], reset: [], skew: [] };

const DEFAULT_PER_THOUSAND = 5;
const DEFAULT_LIMIT = 2;

const isKind = (word: string): word is FaultKind => (faultKinds as readonly string[]).includes(word);

const kindLines = faultKinds.map((kind) => `  ${kind.padEnd(9)}  ${faultMeanings[kind]}`).join('\n');

const readRule = (text: string): Either<string, FaultRule> => {
  const match = /^([a-z]+)(?::(\d+))?(?:@(\d+))?$/.exec(text);
  const kind = match?.[1] ?? '';
  if (match === null || !isKind(kind)) return left(`Expected kinds of faults, each with :LIMIT and @PER-THOUSAND-STEPS if wanted, or all. Instead, received "${text}". The kinds are:\n${kindLines}`);
  const perThousand = Number(match[3] ?? DEFAULT_PER_THOUSAND);
  if (perThousand > 1000) return left(`Expected at most 1000 of a thousand steps to be faults. Instead, received "${text}".`);
  return right({ kind, limit: Number(match[2] ?? DEFAULT_LIMIT), perThousand });
};

/** Such as `crash,reset:5@20`: at most 5 resets, 20 in a thousand steps. `all`: every kind with its defaults; empty: none. */
export const parseFaultPlan = (text: string): Either<string, FaultPlan> => {
  if (text === '' || text === 'none') return right([]);
  if (text === 'all') return right(faultKinds.map((kind) => ({ kind, perThousand: DEFAULT_PER_THOUSAND, limit: DEFAULT_LIMIT })));
  const rules: FaultRule[] = [];
  for (const part of text.split(',')) {
    const rule = readRule(part);
    if (rule._tag === 'Left') return rule;
    rules.push(rule.right);
  }
  return right(rules);
};

export const printFaultPlan = (plan: FaultPlan): string =>
  (plan.length === 0 ? 'none' : plan.map(({ kind, limit, perThousand }) => `${kind}:${limit}@${perThousand}`).join(','));
