import { describe, expect, it } from 'vitest';
import {
  SAFE_ALPHABET, generatedName, isConfigMapKey, isDns1035Label, isDns1123Label, isDns1123Subdomain, isEnvVarName, isLabelValue, isPortName, isQualifiedName,
  randomSuffix, safeEncodeString,
} from '../../src/api/names.ts';

describe('names', () => {
  it('says how a label is malformed, in upstream words', () => {
    expect(isDns1123Label('web-0')).toEqual([]);
    expect(isDns1123Label('Web')).toEqual(["a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"]);
    expect(isDns1123Label('a.b')).toEqual(['must not contain dots']);
    expect(isDns1123Label('a'.repeat(64))).toEqual(['must be no more than 63 bytes']);
  });
  it('says how a subdomain is malformed', () => {
    expect(isDns1123Subdomain('a.b-c')).toEqual([]);
    expect(isDns1123Subdomain('A_b')).toEqual(["a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"]);
  });
  it('takes for a subdomain what the expression that it prints does', () => {
    const [problem = ''] = isDns1123Subdomain('_');
    const printed = new RegExp(`^${/validation is '(.*)'\)$/.exec(problem)?.[1] ?? ''}$`);
    const texts = (length: number): readonly string[] => (length === 0 ? [''] : texts(length - 1).flatMap((text) => [text, ...[...'a0-.A'].map((letter) => text + letter)]));
    for (const text of new Set(texts(5))) expect([text, isDns1123Subdomain(text).length === 0]).toEqual([text, printed.test(text)]);
  });
  it('a service name starts with a letter', () => {
    expect(isDns1035Label('web')).toEqual([]);
    expect(isDns1035Label('1web')).toHaveLength(1);
  });
  it('a qualified name has at most one slash', () => {
    expect(isQualifiedName('app.kubernetes.io/name')).toEqual([]);
    expect(isQualifiedName('/name')).toEqual(['prefix part must be non-empty']);
    expect(isQualifiedName('a/b/c')).toHaveLength(1);
    expect(isQualifiedName('')[0]).toBe('name part must be non-empty');
  });
  it('label values, config keys, ports and variables have their own grammars', () => {
    expect(isLabelValue('')).toEqual([]);
    expect(isLabelValue('a b')).toHaveLength(1);
    expect(isConfigMapKey('..x')).toEqual(["must not start with '..'"]);
    expect(isPortName('http')).toEqual([]);
    expect(isPortName('80')).toEqual(['must contain at least one letter (a-z)']);
    expect(isEnvVarName('a=b')).toHaveLength(1);
  });
  it('cuts a long base so that a generated name is a label', () => {
    expect(generatedName('web-', 'abcde')).toBe('web-abcde');
    expect(generatedName('x'.repeat(80), 'abcde')).toHaveLength(63);
  });
  it('draws and encodes within the safe alphabet', () => {
    expect(randomSuffix((n) => n - 1)).toBe('99999');
    expect(safeEncodeString('3456789012')).toMatch(new RegExp(`^[${SAFE_ALPHABET}]{10}$`));
    expect(safeEncodeString('0')).toBe(SAFE_ALPHABET[48 % 27]);
  });
});
