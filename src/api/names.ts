/**
 * The grammars of Kubernetes names, labels and ports, and the names that the API generates.
 * Models: staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go, pkg/api/validate/content, apiserver/pkg/storage/names/generate.go,
 *   apimachinery/pkg/util/rand/rand.go
 */

/** Why each list: upstream's messages, word for word; empty when the value is fine. */
export type NameProblems = readonly string[];

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED})?`;
const CONFIG_KEY = '[-._a-zA-Z0-9]+';

const DASH = 0x2d;
const DOT = 0x2e;

const whole = (source: string): RegExp => new RegExp(`^${source}$`);
const labelRe = whole(LABEL);
const label1035Re = whole(LABEL_1035);
const qualifiedRe = whole(QUALIFIED);
const labelValueRe = whole(LABEL_VALUE);
const configKeyRe = whole(CONFIG_KEY);

const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;

const isLowerAlphanumeric = (code: number): boolean => (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);

/** Whether the whole text is a SUBDOMAIN. Why by hand: every write asks, and the expression takes five times as long. */
const isSubdomain = (text: string): boolean => {
  let isInside = false;
  let isAtDash = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (isLowerAlphanumeric(code)) {
      isInside = true;
      isAtDash = false;
      continue;
    }
    if (!isInside) return false;
    if (code === DASH) isAtDash = true;
    else if (code === DOT && !isAtDash) isInside = false;
    else return false;
  }
  return isInside && !isAtDash;
};

/** Upstream's `MaxLenError`. */
const maxLenError = (length: number): string => `must be no more than ${length} bytes`;

/** Upstream's `InclusiveRangeError`. */
const inclusiveRangeError = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`;

/** Upstream's `RegexError`. */
export const regexError = (message: string, source: string, examples: readonly string[]): string => {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (${examples.length === 0 ? '' : `e.g. ${shown}`}regex used for validation is '${source}')`;
};

export const isDns1123Label = (value: string): NameProblems => {
  const problems: string[] = [];
  if (value.length > MAX_LABEL) problems.push(maxLenError(MAX_LABEL));
  if (labelRe.test(value)) return problems;
  problems.push(isSubdomain(value) ? 'must not contain dots' : regexError(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    LABEL, ['my-name', '123-abc']));
  return problems;
};

export const isDns1123Subdomain = (value: string): NameProblems => {
  const problems: string[] = [];
  if (value.length > MAX_SUBDOMAIN) problems.push(maxLenError(MAX_SUBDOMAIN));
  if (!isSubdomain(value)) {
    problems.push(regexError(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
      SUBDOMAIN, ['example.com']));
  }
  return problems;
};

export const isDns1035Label = (value: string): NameProblems => {
  const problems: string[] = [];
  if (value.length > MAX_LABEL) problems.push(maxLenError(MAX_LABEL));
  if (!label1035Re.test(value)) {
    problems.push(regexError(
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
      LABEL_1035, ['my-name', 'abc-123']));
  }
  return problems;
};

const qualifiedMessage = (): string => regexError(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  QUALIFIED, ['MyName', 'my.name', '123-abc']);

/** A label or annotation key: an optional DNS subdomain, `/`, and a name. */
export const isQualifiedName = (value: string): NameProblems => {
  const parts = value.split('/');
  if (parts.length > 2) {
    return [`a qualified name ${qualifiedMessage()} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const problems: string[] = [];
  const name = parts[parts.length - 1] ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  if (prefix === '') problems.push('prefix part must be non-empty');
  else if (prefix !== undefined) for (const problem of isDns1123Subdomain(prefix)) problems.push(`prefix part ${problem}`);
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > MAX_LABEL) problems.push(`name part ${maxLenError(MAX_LABEL)}`);
  if (!qualifiedRe.test(name)) problems.push(`name part ${qualifiedMessage()}`);
  return problems;
};

export const isLabelValue = (value: string): NameProblems => {
  const problems: string[] = [];
  if (value.length > MAX_LABEL) problems.push(maxLenError(MAX_LABEL));
  if (!labelValueRe.test(value)) {
    problems.push(regexError(
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      LABEL_VALUE, ['MyValue', 'my_value', '12345']));
  }
  return problems;
};

/** The key of a ConfigMap or Secret. */
export const isConfigMapKey = (value: string): NameProblems => {
  const problems: string[] = [];
  if (value.length > MAX_SUBDOMAIN) problems.push(maxLenError(MAX_SUBDOMAIN));
  if (!configKeyRe.test(value)) {
    problems.push(regexError("a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
      CONFIG_KEY, ['key.name', 'KEY_NAME', 'key-name']));
  }
  if (value === '.') problems.push("must not be '.'");
  if (value === '..') problems.push("must not be '..'");
  else if (value.startsWith('..')) problems.push("must not start with '..'");
  return problems;
};

/** The name of a container or service port (IANA_SVC_NAME). */
export const isPortName = (value: string): NameProblems => {
  const problems: string[] = [];
  if (value.length > 15) problems.push(maxLenError(15));
  if (!/^[-a-z0-9]+$/.test(value)) problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) problems.push('must contain at least one letter (a-z)');
  if (value.includes('--')) problems.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
};

export const isPortNumber = (port: number): NameProblems => (port >= 1 && port <= 65535 ? [] : [inclusiveRangeError(1, 65535)]);

/** The name of an environment variable, as v1.34 relaxed it: printable ASCII without `=`. */
export const isEnvVarName = (value: string): NameProblems => {
  if (value === '') return ['environment variable name must be non-empty'];
  return /^[\x20-\x3c\x3e-\x7e]+$/.test(value) ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
};

/** A whole-object name that can stand as one segment of a URL path. */
export const isPathSegmentName = (name: string): NameProblems => {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`);
};

/** The alphabet of generated suffixes: no vowels, no digits that look like letters. */
export const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

const SUFFIX_LENGTH = 5;
const MAX_GENERATED_BASE = MAX_LABEL - SUFFIX_LENGTH;

/** The name that `generateName: base` becomes with a drawn 5-letter suffix; a long base is cut so that the whole is a label. */
export const generatedName = (base: string, suffix: string): string => `${base.slice(0, MAX_GENERATED_BASE)}${suffix}`;

/** A suffix of `length` letters; `below(n)` draws an integer in [0, n). */
export const randomSuffix = (below: (n: number) => number, length: number = SUFFIX_LENGTH): string => {
  let suffix = '';
  for (let i = 0; i < length; i += 1) suffix += SAFE_ALPHABET.charAt(below(SAFE_ALPHABET.length));
  return suffix;
};

/** Each character's code point mapped into the safe alphabet: how hashes become part of names. */
export const safeEncodeString = (text: string): string => {
  let encoded = '';
  for (let i = 0; i < text.length; i += 1) encoded += SAFE_ALPHABET.charAt(text.charCodeAt(i) % SAFE_ALPHABET.length);
  return encoded;
};
