/** Drives the etcd actor's transition by hand, and keeps what it did: messages by link, armed timers, durable records. */
import { expect } from 'vitest';
import type { EtcdBody, EtcdOptions } from '../../src/components/etcd/etcd-actor.ts';
import { etcdActor } from '../../src/components/etcd/etcd-actor.ts';
import type { EtcdState } from '../../src/components/etcd/state.ts';
import type { Effect, Input } from '../../src/kernel/transition.ts';
import type { EtcdAnswer, EtcdCall, EtcdEvent, EtcdOp, FromEtcd, RevisionRecord } from '../../src/protocol/etcd.ts';

export interface WatchSpec {
  readonly key: string;
  readonly rangeEnd?: string;
  readonly startRevision?: number;
  readonly progressNotify?: boolean;
}

export interface EtcdDriver {
  readonly state: () => EtcdState;
  readonly input: (input: Input<EtcdBody>) => readonly Effect<EtcdBody>[];
  readonly call: (call: EtcdCall, client?: string) => EtcdAnswer;
  readonly put: (key: string, value?: unknown, lease?: number) => EtcdAnswer;
  readonly remove: (key: string, rangeEnd?: string) => EtcdAnswer;
  readonly watch: (watchId: string, spec: WatchSpec, client?: string) => void;
  /** What was sent to a watch since last taken. */
  readonly take: (watchId: string, client?: string) => readonly FromEtcd[];
  /** Delays in ms by timer key. */
  readonly timers: Map<string, number>;
  readonly records: RevisionRecord[];
  /** Loses all that is volatile, and starts again. */
  readonly crash: () => void;
}

const answerIn = (effects: readonly Effect<EtcdBody>[], client: string): EtcdAnswer => {
  const last = effects.at(-1);
  if (last?.kind !== 'send' || last.to !== client || last.channel !== 'kv' || last.body.kind !== 'etcd-answer') return expect.fail('Expected the last effect to be an answer to the caller.');
  return last.body.answer;
};

export const driveEtcd = (options: EtcdOptions = {}): EtcdDriver => {
  const actor = etcdActor(options);
  const env = { self: actor.id, nowMs: 0, incarnation: 0, random: (_: string, n: number) => n + 41 };
  let state = actor.initial;
  let calls = 0;
  const timers = new Map<string, number>();
  const records: RevisionRecord[] = [];
  const links = new Map<string, FromEtcd[]>();
  const execute = (effect: Effect<EtcdBody>): void => {
    if (effect.kind === 'arm') timers.set(effect.key, effect.afterMs);
    else if (effect.kind === 'cancel') timers.delete(effect.key);
    else if (effect.kind === 'append') records.push(effect.record as RevisionRecord);
    else if (effect.kind === 'send') {
      const link = `${effect.to} ${effect.channel}`;
      links.set(link, [...(links.get(link) ?? []), effect.body as FromEtcd]);
    }
  };
  const input = (given: Input<EtcdBody>): readonly Effect<EtcdBody>[] => {
    if (given.kind === 'timer') timers.delete(given.key);
    const [next, effects] = actor.transition(state, given, env);
    state = next;
    for (const effect of effects) execute(effect);
    return effects;
  };
  const call = (body: EtcdCall, client = 'apiserver'): EtcdAnswer => {
    calls += 1;
    return answerIn(input({ kind: 'message', from: client, channel: 'kv', body: { kind: 'etcd-call', id: calls, call: body } }), client);
  };
  const one = (op: EtcdOp): EtcdAnswer => call({ kind: 'txn', compare: [], success: [op], failure: [] });
  const crash = (): void => {
    const durable = actor.durable?.(state);
    state = actor.initial;
    timers.clear();
    links.clear();
    input({ kind: 'start', durable });
  };
  input({ kind: 'start', durable: undefined });
  return {
    state: () => state, input, call, timers, records, crash,
    put: (key, value = {}, lease = 0) => one({ kind: 'put', key, value, lease }),
    remove: (key, rangeEnd) => one(rangeEnd === undefined ? { kind: 'delete', key, prevKv: true } : { kind: 'delete', key, rangeEnd, prevKv: true }),
    watch: (watchId, { startRevision = 0, progressNotify = false, ...range }, client = 'apiserver') => {
      input({ kind: 'message', from: client, channel: `watch/${watchId}`, body: { kind: 'etcd-watch', watchId, startRevision, progressNotify, ...range } });
    },
    take: (watchId, client = 'apiserver') => {
      const link = `${client} watch/${watchId}`;
      const sent = links.get(link) ?? [];
      links.delete(link);
      return sent;
    },
  };
};

/** The fold of a watch's events over what stood before. */
export const foldEvents = (sent: readonly FromEtcd[]): readonly EtcdEvent[] =>
  sent.flatMap((message) => (message.kind === 'etcd-events' ? message.events : expect.fail(`Expected events. Instead, received ${message.kind}.`)));
