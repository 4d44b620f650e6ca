/**
 * Field errors as values, with upstream's words.
 * Models: staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go
 * Not modelled: Go's `%#v` of internal structs; a compound bad value is shown as JSON of the object as it was sent.
 */
import { sortedKeys } from '../../base/order.ts';
import type { StatusCause } from '../status.ts';

export type FieldErrorType =
  | 'FieldValueNotFound' | 'FieldValueRequired' | 'FieldValueDuplicate' | 'FieldValueInvalid' | 'FieldValueNotSupported'
  | 'FieldValueForbidden' | 'FieldValueTooLong' | 'FieldValueTooMany' | 'InternalError' | 'FieldValueTypeInvalid';

export interface FieldError {
  readonly type: FieldErrorType;
  /** A path such as `spec.containers[0].name` or `metadata.labels[a/b]`. */
  readonly field: string;
  readonly badValue: unknown;
  readonly detail: string;
}

export type FieldErrors = readonly FieldError[];

const NONE: FieldErrors = [];

const LEADS: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  InternalError: 'Internal error',
  FieldValueTypeInvalid: 'Invalid value',
};

/** A bad value that upstream prints through String(), so without quotes: an int-or-string. */
export interface Printed { readonly printed: string }

const isPrinted = (value: unknown): value is Printed => typeof value === 'object' && value !== null && 'printed' in value;

/** An int-or-string as upstream prints it in errors. */
export const printed = (value: unknown): Printed => ({ printed: String(value) });

const keyOrder = (record: Readonly<Record<string, unknown>>): string[] => {
  const keys = sortedKeys(record);
  return keys.includes('matchLabels') ? ['matchLabels', ...keys.filter((key) => key !== 'matchLabels')] : keys;
};

const escapeHtml = (json: string): string =>
  json.replace(/[<>&]/g, (c) => (c === '<' ? '\\u003c' : c === '>' ? '\\u003e' : '\\u0026'));

/** Go's JSON of a value: map keys sorted, `<`, `>` and `&` escaped. */
const goJson = (value: unknown): string => {
  if (value === undefined || value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (typeof value === 'object') {
    const record = value as Readonly<Record<string, unknown>>;
    return `{${keyOrder(record).filter((key) => record[key] !== undefined).map((key) => `${goJson(key)}:${goJson(record[key])}`).join(',')}}`;
  }
  return escapeHtml(JSON.stringify(value));
};

const shown = (value: unknown): string => {
  if (value === null || value === undefined) return '"null"';
  if (isPrinted(value)) return value.printed;
  if (typeof value === 'string') return JSON.stringify(value);
  return goJson(value);
};

const OMITS_VALUE: ReadonlySet<FieldErrorType> = new Set(['FieldValueRequired', 'FieldValueForbidden', 'FieldValueTooLong', 'InternalError']);

/** The error without its field. */
const fieldErrorBody = (error: FieldError): string => {
  const lead = OMITS_VALUE.has(error.type) ? LEADS[error.type] : `${LEADS[error.type]}: ${shown(error.badValue)}`;
  return error.detail === '' ? lead : `${lead}: ${error.detail}`;
};

/** `spec.replicas: Invalid value: -1: must be greater than or equal to 0`. */
export const formatFieldError = (error: FieldError): string => `${error.field}: ${fieldErrorBody(error)}`;

/** The causes of an Invalid status, in order; an error that says the same twice is said once. */
export const statusCauses = (errors: FieldErrors): readonly StatusCause[] => {
  const seen = new Set<string>();
  const causes: StatusCause[] = [];
  for (const error of errors) {
    const text = formatFieldError(error);
    if (seen.has(text)) continue;
    seen.add(text);
    causes.push({ reason: error.type, message: fieldErrorBody(error), field: error.field });
  }
  return causes;
};

const make = (type: FieldErrorType, field: string, badValue: unknown, detail: string): FieldError => ({ type, field, badValue, detail });

export const required = (field: string, detail = ''): FieldError => make('FieldValueRequired', field, '', detail);
export const invalidValue = (field: string, badValue: unknown, detail: string): FieldError => make('FieldValueInvalid', field, badValue, detail);
export const duplicate = (field: string, badValue: unknown): FieldError => make('FieldValueDuplicate', field, badValue, '');
export const notFoundValue = (field: string, badValue: unknown): FieldError => make('FieldValueNotFound', field, badValue, '');
export const forbiddenField = (field: string, detail: string): FieldError => make('FieldValueForbidden', field, '', detail);
export const notSupported = (field: string, badValue: unknown, supported: readonly string[]): FieldError =>
  make('FieldValueNotSupported', field, badValue, supported.length === 0 ? '' : `supported values: ${supported.map((v) => JSON.stringify(v)).join(', ')}`);
export const tooLong = (field: string, maxLength: number): FieldError =>
  make('FieldValueTooLong', field, '<value omitted>', `may not be more than ${maxLength} byte${maxLength === 1 ? '' : 's'}`);

/** `path.name`; the empty path has no dot. */
export const child = (path: string, ...names: readonly string[]): string => {
  let field = path;
  for (const name of names) field = field === '' ? name : name === '' ? field : `${field}.${name}`;
  return field;
};
/** `path[0]`. */
export const at = (path: string, index: number): string => `${path}[${index}]`;
/** `path[key]`. */
export const keyed = (path: string, key: string): string => `${path}[${key}]`;

/** One error per message about a value. */
export const invalidAll = (field: string, badValue: unknown, messages: readonly string[]): FieldErrors =>
  (messages.length === 0 ? NONE : messages.map((message) => invalidValue(field, badValue, message)));

/** Upstream's `ValidateNonnegativeField`. */
export const nonNegative = (field: string, value: number | undefined): FieldErrors =>
  (value !== undefined && value < 0 ? [invalidValue(field, value, 'must be greater than or equal to 0')] : NONE);
