/**
 * The journal's records and their digest. What was delivered is written whole; a send is written by the hash of its body, which is written
 * where it is delivered. The digest covers all that is written, and can be had from a step's record without writing it.
 */
import { canonicalJson } from '../base/canonical-json.ts';
import { extendDigest } from '../base/digest.ts';
import type { Digest } from '../base/digest.ts';
import { combine, hashNumber, hashOf, hashText } from '../base/hash.ts';
import type { Step, StepRecord } from './step.ts';
import type { ActorId, Effect, Input } from './transition.ts';

/** What the step does not say already. */
export type JournalInput =
  | { readonly kind: 'start'; readonly durableHash: number }
  /** No `body` after an inject, whose step holds it. */
  | { readonly kind: 'message'; readonly body?: unknown }
  | { readonly kind: 'timer' }
  | { readonly kind: 'disconnected' };

export type JournalEffect =
  | Exclude<Effect, { kind: 'send' }>
  | { readonly kind: 'send'; readonly to: ActorId; readonly channel: string; readonly bodyHash: number };

export interface JournalRecord {
  /** 0 for what happened at the beginning, 1 for the first step. */
  readonly i: number;
  /** The world's clock after the step, ms since the epoch. */
  readonly t: number;
  readonly step: Step;
  readonly actor?: ActorId;
  readonly input?: JournalInput;
  readonly effects: readonly JournalEffect[];
  readonly cause: number;
  /** The running digest after this record. */
  readonly digest: string;
}

const journalInput = (step: Step, input: Input): JournalInput => {
  switch (input.kind) {
    case 'start': return { kind: 'start', durableHash: hashOf(input.durable) };
    case 'message': return step.kind === 'inject' ? { kind: 'message' } : { kind: 'message', body: input.body };
    case 'timer': return { kind: 'timer' };
    case 'disconnected': return { kind: 'disconnected' };
  }
};

const journalEffect = (effect: Effect): JournalEffect =>
  effect.kind === 'send' ? { kind: 'send', to: effect.to, channel: effect.channel, bodyHash: hashOf(effect.body) } : effect;

/** `digest` is the running one after this record. */
export const toJournalRecord = (record: StepRecord, digest: string): JournalRecord => ({
  i: record.index, t: record.nowMs, step: record.step,
  ...(record.actor === undefined ? {} : { actor: record.actor }),
  ...(record.input === undefined ? {} : { input: journalInput(record.step, record.input) }),
  effects: record.effects.map(journalEffect), cause: record.cause, digest,
});

/** One line without its line feed; the fields in the order in which they are read. */
export const printJournalRecord = (record: JournalRecord): string => {
  const actor = record.actor === undefined ? '' : `"actor":${canonicalJson(record.actor)},`;
  const input = record.input === undefined ? '' : `"input":${canonicalJson(record.input)},`;
  return `{"i":${record.i},"t":${record.t},"step":${canonicalJson(record.step)},${actor}${input}"effects":${canonicalJson(record.effects)},"cause":${record.cause},"digest":"${record.digest}"}`;
};

const sendHash = hashText('send');
const noneHash = hashText('none');
const startHash = hashText('start');
const messageHash = hashText('message');

const hashSend = (to: string, channel: string, bodyHash: number): number => combine(combine(combine(sendHash, hashText(to)), hashText(channel)), bodyHash);

const hashEffect = (effect: Effect | JournalEffect): number => {
  if (effect.kind !== 'send') return hashOf(effect);
  return hashSend(effect.to, effect.channel, 'bodyHash' in effect ? effect.bodyHash : hashOf(effect.body));
};

const hashInput = (step: Step, input: Input | JournalInput | undefined): number => {
  if (input === undefined) return noneHash;
  switch (input.kind) {
    case 'start': return combine(startHash, 'durableHash' in input ? input.durableHash : hashOf(input.durable));
    case 'message': return step.kind === 'inject' ? messageHash : combine(messageHash, hashOf(input.body));
    case 'timer': return hashText(input.kind);
    case 'disconnected': return hashText(input.kind);
  }
};

interface Digested {
  readonly index: number;
  readonly nowMs: number;
  readonly step: Step;
  readonly actor: ActorId | undefined;
  readonly input: Input | JournalInput | undefined;
  readonly effects: readonly (Effect | JournalEffect)[];
  readonly cause: number;
}

const extendWith = (digest: Digest, record: Digested): Digest => {
  let hash = combine(hashNumber(record.index), hashNumber(record.nowMs));
  hash = combine(hash, hashOf(record.step));
  hash = combine(hash, hashText(record.actor ?? ''));
  hash = combine(hash, hashInput(record.step, record.input));
  for (const effect of record.effects) hash = combine(hash, hashEffect(effect));
  return extendDigest(digest, combine(hash, record.cause));
};

/** The running digest after a step just taken. */
export const digestStep = (digest: Digest, record: StepRecord): Digest => extendWith(digest, record);

/** The running digest after a record read from a journal. */
export const digestRecord = (digest: Digest, record: JournalRecord): Digest =>
  extendWith(digest, { index: record.i, nowMs: record.t, step: record.step, actor: record.actor, input: record.input, effects: record.effects, cause: record.cause });
