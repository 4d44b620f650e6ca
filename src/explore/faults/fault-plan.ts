/** A fault plan: which faults may happen, how often and how many of each, as data that a failure can be written down with. */
import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';
import type { ActorId } from '../../kernel/transition.ts';

/**
 * crash: a component loses its volatile state and starts again later. reset: one connection breaks once, with what is undelivered on it (a watch
 * to resume, a request of unknown outcome). cut: two components cannot reach each other until healed. skew: a clock jumps and runs at
 * another rate. node: all that runs on a node dies, and returns.
 */
export const faultKinds = ['crash', 'reset', 'cut', 'skew', 'node'] as const;
export type FaultKind = (typeof faultKinds)[number];

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
  /** The actors of each node. */
  readonly nodes: readonly (readonly ActorId[])[];
}

export const noTargets: FaultTargets = { crash: [], cut: [], reset: [], skew: [], nodes: [] };

const DEFAULT_PER_THOUSAND = 5;
const DEFAULT_LIMIT = 2;

const isKind = (word: string): word is FaultKind => (faultKinds as readonly string[]).includes(word);

const readRule = (text: string): Either<string, FaultRule> => {
  const match = /^([a-z]+)(?::(\d+))?(?:@(\d+))?$/.exec(text);
  const kind = match?.[1] ?? '';
  if (match === null || !isKind(kind)) return left(`Expected one of ${faultKinds.join(', ')}, or all, each with :LIMIT and @PER-THOUSAND-STEPS if wanted. Instead, received "${text}".`);
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
