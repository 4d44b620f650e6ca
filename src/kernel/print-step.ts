/** A step as one line of text: words separated by blanks, those that need it quoted as JSON strings. */
import { unreachable } from '../base/assert.ts';
import { canonicalJson } from '../base/canonical-json.ts';
import type { Step } from './step.ts';

const plainWord = /^[^\s"#]+$/;

const word = (text: string): string => (plainWord.test(text) ? text : JSON.stringify(text));

const words = (...texts: readonly string[]): string => texts.map(word).join(' ');

/** `parseStep` reads it back. */
export const printStep = (step: Step): string => {
  switch (step.kind) {
    case 'deliver': return words(step.kind, step.from, step.to, step.channel);
    case 'fire': return words(step.kind, step.actor, step.key);
    case 'crash': return words(step.kind, step.actor);
    case 'restart': return words(step.kind, step.actor);
    case 'cut': return words(step.kind, step.a, step.b);
    case 'heal': return words(step.kind, step.a, step.b);
    case 'reset': return words(step.kind, step.a, step.b, step.channel);
    case 'skew': return words(step.kind, step.actor, String(step.offsetMs), String(step.rate));
    case 'inject': return `${words(step.kind, step.to, step.channel)} ${canonicalJson(step.body)}`;
    default: return unreachable(step);
  }
};
