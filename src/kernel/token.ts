/**
 * A token: one short word, safe in a shell, that replays one run.
 *
 *   k1:<scenario digest>-<strategy>-<seed>-<steps>-<deviations>-<checks>-<sum>
 *
 * Numbers are in base 36; positions of deviations count from the one before. A sum over the text tells a mistyped token from a stale one.
 * Version k2 has deviations that hold something back, which k1 has not; a run without them is still written as k1, and both are read.
 */
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { Either } from 'fp-ts/lib/Either.js';
import { hashText, lowLane } from '../base/hash.ts';
import type { Deviation } from './deviation.ts';
import { printStep } from './print-step.ts';
import { parseStep } from './schedule.ts';

export interface Token {
  /** The first 8 hexadecimal digits at least of the digest of the scenario and configuration. */
  readonly scenarioDigest: string;
  readonly strategy: string;
  readonly seed: string;
  /** How many steps the run took. */
  readonly steps: number;
  /** By step, ascending. */
  readonly deviations: readonly Deviation[];
  /** The run's digest after every `every` steps, and after the last, each cut to 4 digits. */
  readonly checks: { readonly every: number; readonly digests: readonly string[] };
}

export interface TokenProblem {
  readonly kind: 'not-a-token' | 'other-version' | 'mistyped' | 'malformed';
  readonly message: string;
}

const versions = ['k1', 'k2'] as const;

const escapeUnit = (unit: string): string => {
  const code = unit.charCodeAt(0);
  return code < 256 ? `~${code.toString(16).padStart(2, '0')}` : `~~${code.toString(16).padStart(4, '0')}`;
};

const escaped = (text: string): string => text.replace(/[^A-Za-z0-9/:.,=]/g, escapeUnit);

const unescaped = (text: string): string =>
  text.replace(/~~([0-9a-f]{4})|~([0-9a-f]{2})/g, (_, wide: string | undefined, narrow: string | undefined) => String.fromCharCode(parseInt(wide ?? narrow ?? '', 16)));

const sumOf = (text: string): string => (lowLane(hashText(text)) >>> 0).toString(16).padStart(8, '0').slice(0, 4);

const printDeviations = (deviations: readonly Deviation[]): string => {
  let before = 0;
  const parts = deviations.map((deviation) => {
    const delta = (deviation.at - before).toString(36);
    before = deviation.at;
    switch (deviation.kind) {
      case 'offered': return `${delta}.${deviation.index.toString(36)}`;
      case 'hold': return `${delta}.${deviation.index.toString(36)}=${deviation.steps.toString(36)}`;
      case 'step': return `${delta}+${escaped(printStep(deviation.step))}`;
      default: return deviation satisfies never;
    }
  });
  return parts.length === 0 ? '0' : parts.join('_');
};

export const encodeToken = (token: Token): string => {
  const checks = `${token.checks.every.toString(36)}.${token.checks.digests.map((digest) => digest.slice(0, 4)).join('')}`;
  const parts = [escaped(token.strategy), escaped(token.seed), token.steps.toString(36), printDeviations(token.deviations), checks];
  const version = token.deviations.some(({ kind }) => kind === 'hold') ? 'k2' : 'k1';
  const text = `${version}:${token.scenarioDigest.slice(0, 8)}-${parts.join('-')}`;
  return `${text}-${sumOf(text)}`;
};

const readDeviation = (part: string, before: number): Either<string, Deviation> => {
  const match = /^([0-9a-z]+)(?:\.([0-9a-z]+)(?:=([0-9a-z]+))?|\+(.+))$/.exec(part);
  if (match === null) return left(`expected a deviation, found "${part}"`);
  const at = before + parseInt(match[1] as string, 36);
  if (match[2] !== undefined) {
    const index = parseInt(match[2], 36);
    return right(match[3] === undefined ? { kind: 'offered', at, index } : { kind: 'hold', at, index, steps: parseInt(match[3], 36) });
  }
  const step = parseStep(unescaped(match[4] as string));
  return isLeft(step) ? step : right({ kind: 'step', at, step: step.right });
};

const readDeviations = (text: string): Either<string, readonly Deviation[]> => {
  const deviations: Deviation[] = [];
  if (text === '0') return right(deviations);
  for (const part of text.split('_')) {
    const deviation = readDeviation(part, deviations.at(-1)?.at ?? 0);
    if (isLeft(deviation)) return deviation;
    deviations.push(deviation.right);
  }
  return right(deviations);
};

const malformed = (message: string): Either<TokenProblem, never> => left({ kind: 'malformed', message });

const readParts = (parts: readonly string[]): Either<TokenProblem, Token> => {
  const [scenarioDigest, strategy, seed, steps, deviationText, checkText] = parts as [string, string, string, string, string, string];
  const checks = /^([0-9a-z]+)\.((?:[0-9a-f]{4})*)$/.exec(checkText);
  if (!/^[0-9a-f]{1,8}$/.test(scenarioDigest)) return malformed(`expected the scenario's digest, found "${scenarioDigest}"`);
  if (!/^[0-9a-z]+$/.test(steps)) return malformed(`expected a number of steps in base 36, found "${steps}"`);
  if (checks === null) return malformed(`expected check digests, found "${checkText}"`);
  const deviations = readDeviations(deviationText);
  if (isLeft(deviations)) return malformed(deviations.left);
  return right({
    scenarioDigest, strategy: unescaped(strategy), seed: unescaped(seed), steps: parseInt(steps, 36), deviations: deviations.right,
    checks: { every: parseInt(checks[1] as string, 36), digests: (checks[2] as string).match(/.{4}/g) ?? [] },
  });
};

const isVersion = (text: string | undefined): boolean => (versions as readonly (string | undefined)[]).includes(text);

/** Refuses what it cannot honour; it never reads another run out of a token. */
export const decodeToken = (text: string): Either<TokenProblem, Token> => {
  const found = /^(k[0-9]+):(.*)$/.exec(text);
  if (found === null) return left({ kind: 'not-a-token', message: `expected a token such as k1:9f3a0c41-random-7-2s-0-0.1f2e-ab12, found "${text.slice(0, 80)}"` });
  if (!isVersion(found[1])) return left({ kind: 'other-version', message: `expected a token of version ${versions.join(' or ')}, found version ${found[1] ?? ''}; this version of Kubeloom cannot replay it` });
  const end = text.lastIndexOf('-');
  const parts = (found[2] as string).split('-');
  if (parts.length !== 7) return left({ kind: 'malformed', message: `expected 7 parts separated by "-", found ${parts.length}` });
  if (sumOf(text.slice(0, end)) !== text.slice(end + 1)) return left({ kind: 'mistyped', message: 'the sum at the end of the token does not match: it was cut short or mistyped' });
  return readParts(parts);
};

/** Whether step `step` (of a run of `steps`) is one whose digest a token holds, and which. */
export const checkAt = (checks: Token['checks'], step: number, steps: number): string | undefined => {
  if (checks.every > 0 && step % checks.every === 0) return checks.digests[step / checks.every - 1];
  return step === steps ? checks.digests.at(-1) : undefined;
};
