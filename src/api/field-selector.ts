/**
 * Field selectors: `metadata.name=web,status.phase!=Running`.
 * Models: staging/src/k8s.io/apimachinery/pkg/fields/selector.go
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { compareStrings } from '../base/order.ts';

export interface FieldTerm {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** The conjunction of its terms; none matches everything. */
export interface FieldSelector {
  readonly terms: readonly FieldTerm[];
}

/** Matches every object. */
export const everyField: FieldSelector = { terms: [] };

/** Splits at commas that no backslash precedes. */
const splitTerms = (text: string): string[] => {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '\\') {
      i += 1;
    } else if (text[i] === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
};

const ESCAPABLE = new Set(['\\', ',', '=']);

const unescapeValue = (text: string): Either<string, string> => {
  let value = '';
  const chars = [...text];
  for (let i = 0; i < chars.length; i += 1) {
    const ch = chars[i] ?? '';
    if (ch === '\\') {
      i += 1;
      const escaped = chars[i] ?? '';
      if (!ESCAPABLE.has(escaped)) return left(`invalid field selector: invalid escape sequence: \\${escaped}`);
      value += escaped;
    } else if (ch === ',' || ch === '=') {
      return left(`invalid field selector: unescaped character in value: ${ch.charCodeAt(0)}`);
    } else {
      value += ch;
    }
  }
  return right(value);
};

const TERM = /^(.*?)(!=|==|=)(.*)$/s;

const parseTerm = (selector: string, text: string): Either<string, FieldTerm> => {
  const match = TERM.exec(text);
  if (match === null) return left(`invalid selector: '${selector}'; can't understand '${text}'`);
  const [, field = '', operator = '', escaped = ''] = match;
  const value = unescapeValue(escaped);
  return isLeft(value) ? value : right({ field, operator: operator === '!=' ? '!=' : '=', value: value.right });
};

/** Errors: upstream's message. Source: `fields.ParseSelector`. */
export const parseFieldSelector = (text: string): Either<string, FieldSelector> => {
  const terms: FieldTerm[] = [];
  for (const part of splitTerms(text).sort(compareStrings)) {
    if (part === '') continue;
    const term = parseTerm(text, part);
    if (isLeft(term)) return term;
    terms.push(term.right);
  }
  return right({ terms });
};

const fieldOf = (fields: Readonly<Record<string, string>>, name: string): string =>
  Object.hasOwn(fields, name) ? (fields[name] ?? '') : '';

/** An absent field counts as the empty text. */
export const matchesFields = (selector: FieldSelector, fields: Readonly<Record<string, string>>): boolean =>
  selector.terms.every(({ field, operator, value }) => (fieldOf(fields, field) === value) === (operator === '='));

const escapeValue = (value: string): string => value.replace(/[\\,=]/g, (ch) => `\\${ch}`);

export const formatFieldSelector = (selector: FieldSelector): string =>
  selector.terms.map(({ field, operator, value }) => `${field}${operator}${escapeValue(value)}`).join(',');

/** The value that the selector demands of `field`, if it demands one. Source: `RequiresExactMatch`. */
export const requiredFieldValue = (selector: FieldSelector, field: string): string | undefined =>
  selector.terms.find((term) => term.field === field && term.operator === '=')?.value;
