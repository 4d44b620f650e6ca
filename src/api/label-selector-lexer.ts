/**
 * Splits the text of a label selector into tokens.
 * Models: staging/src/k8s.io/apimachinery/pkg/labels/selector.go `Lexer`
 */

export type TokenKind = 'end' | 'identifier' | ')' | ',' | '!' | '==' | '=' | '>' | 'in' | '<' | '!=' | 'notin' | '(';

export interface Token {
  readonly kind: TokenKind;
  readonly literal: string;
}

const BLANK = new Set([' ', '\t', '\r', '\n']);
const SPECIAL = new Set(['=', '!', '(', ')', ',', '>', '<']);
/** Upstream's lexer takes a NUL for the end of a word. */
const NUL = '\0';

const readWord = (text: string, from: number): string => {
  let end = from;
  while (end < text.length && !SPECIAL.has(text[end] ?? '') && !BLANK.has(text[end] ?? '') && text[end] !== NUL) end += 1;
  return text.slice(from, end);
};

const readSymbol = (text: string, from: number): TokenKind => {
  const pair = text.slice(from, from + 2);
  return pair === '==' || pair === '!=' ? pair : (text[from] as TokenKind);
};

/** The tokens of `text`, ending with one of kind `end`. */
export const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const ch = text[at] ?? NUL;
    if (BLANK.has(ch)) {
      at += 1;
    } else if (ch === NUL) {
      break;
    } else if (SPECIAL.has(ch)) {
      const kind = readSymbol(text, at);
      tokens.push({ kind, literal: kind });
      at += kind.length;
    } else {
      const literal = readWord(text, at);
      tokens.push({ kind: literal === 'in' || literal === 'notin' ? literal : 'identifier', literal });
      at += literal.length + (text[at + literal.length] === NUL ? 1 : 0);
    }
  }
  tokens.push({ kind: 'end', literal: '' });
  return tokens;
};
