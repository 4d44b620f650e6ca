/**
 * Parses the text of a label selector into requirements.
 * Models: staging/src/k8s.io/apimachinery/pkg/labels/selector.go `Parser`
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { compareStrings } from '../base/order.ts';
import type { LabelOperator, LabelRequirement } from './label-requirement.ts';
import { keyProblem, newRequirement } from './label-requirement.ts';
import type { Token, TokenKind } from './label-selector-lexer.ts';
import { tokensOf } from './label-selector-lexer.ts';

const OPERATORS: ReadonlyMap<TokenKind, LabelOperator> = new Map([
  ['in', 'in'], ['=', '='], ['==', '=='], ['>', 'gt'], ['<', 'lt'], ['notin', 'notin'], ['!=', '!='],
]);
const BINARY_OPERATORS = 'in, notin, =, ==, !=, gt, lt';

/** A position among the tokens. It moves forward only. */
interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
}

const END: Token = { kind: 'end', literal: '' };

const peekRaw = (cursor: Cursor): Token => cursor.tokens[cursor.at] ?? END;

/** Where a value may stand, `in` and `notin` are plain words. */
const peek = (cursor: Cursor): Token => {
  const token = peekRaw(cursor);
  return token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', literal: token.literal } : token;
};

const next = (cursor: Cursor): Token => {
  const token = peek(cursor);
  cursor.at += 1;
  return token;
};

const sortedSet = (values: ReadonlySet<string>): readonly string[] => [...values].sort(compareStrings);

const parseIdentifiers = (cursor: Cursor): Either<string, ReadonlySet<string>> => {
  const values = new Set<string>();
  for (;;) {
    const token = next(cursor);
    const following = peek(cursor);
    if (token.kind === 'identifier') {
      values.add(token.literal);
      if (following.kind === ')') return right(values);
      if (following.kind !== ',') return left(`found '${following.literal}', expected: ',' or ')'`);
    } else if (token.kind === ',') {
      if (values.size === 0) values.add('');
      if (following.kind === ')') return right(values.add(''));
      if (following.kind === ',') {
        next(cursor);
        values.add('');
      }
    } else {
      return left(`found '${token.literal}', expected: ',', or identifier`);
    }
  }
};

const parseValueSet = (cursor: Cursor): Either<string, ReadonlySet<string>> => {
  const open = next(cursor);
  if (open.kind !== '(') return left(`found '${open.literal}' expected: '('`);
  const first = peek(cursor);
  if (first.kind === ')') {
    next(cursor);
    return right(new Set(['']));
  }
  if (first.kind !== 'identifier' && first.kind !== ',') return left(`found '${first.literal}', expected: ',', ')' or identifier`);
  const values = parseIdentifiers(cursor);
  if (isLeft(values)) return values;
  return next(cursor).kind === ')' ? values : left(`found '${first.literal}', expected: ')'`);
};

const parseExactValue = (cursor: Cursor): Either<string, ReadonlySet<string>> => {
  const first = peek(cursor);
  if (first.kind === 'end' || first.kind === ',') return right(new Set(['']));
  next(cursor);
  return first.kind === 'identifier' ? right(new Set([first.literal])) : left(`found '${first.literal}', expected: identifier`);
};

const parseRequirement = (cursor: Cursor): Either<string, LabelRequirement> => {
  let token = next(cursor);
  const isNegated = token.kind === '!';
  if (isNegated) token = next(cursor);
  if (token.kind !== 'identifier') return left(`found '${token.literal}', expected: identifier`);
  const problem = keyProblem(token.literal, '<nil>');
  if (problem !== undefined) return left(problem);
  const following = peek(cursor).kind;
  if (isNegated) return newRequirement(token.literal, '!', []);
  if (following === 'end' || following === ',') return newRequirement(token.literal, 'exists', []);
  const sign = peekRaw(cursor);
  cursor.at += 1;
  const operator = OPERATORS.get(sign.kind);
  if (operator === undefined) return left(`found '${sign.literal}', expected: ${BINARY_OPERATORS}`);
  const values = operator === 'in' || operator === 'notin' ? parseValueSet(cursor) : parseExactValue(cursor);
  return isLeft(values) ? values : newRequirement(token.literal, operator, sortedSet(values.right));
};

/** The requirements in the order written. Errors: upstream's messages, word for word. */
export const parseRequirements = (text: string): Either<string, readonly LabelRequirement[]> => {
  const cursor: Cursor = { tokens: tokensOf(text), at: 0 };
  const requirements: LabelRequirement[] = [];
  for (;;) {
    const first = peek(cursor);
    if (first.kind === 'end') return right(requirements);
    if (first.kind !== 'identifier' && first.kind !== '!') {
      return left(`found '${first.literal}', expected: !, identifier, or 'end of string'`);
    }
    const requirement = parseRequirement(cursor);
    if (isLeft(requirement)) return left(`unable to parse requirement: ${requirement.left}`);
    requirements.push(requirement.right);
    const separator = next(cursor);
    if (separator.kind === 'end') return right(requirements);
    if (separator.kind !== ',') return left(`found '${separator.literal}', expected: ',' or 'end of string'`);
    const following = peek(cursor);
    if (following.kind !== 'identifier' && following.kind !== '!') {
      return left(`found '${following.literal}', expected: identifier after ','`);
    }
  }
};
