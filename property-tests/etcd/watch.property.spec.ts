/**
 * etcd's watch guarantees, each by itself: Ordered, Unique, Reliable, Atomic, Resumable, Bookmarkable.
 * Ref: etcd's documentation, "KV API guarantees", Watch APIs.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EtcdDriver } from '../../specs/etcd/etcd-driver.ts';
import { driveEtcd } from '../../specs/etcd/etcd-driver.ts';
import { KeyValueFold } from './key-value-fold.ts';
import type { EtcdCall, FromEtcd } from '../../src/protocol/etcd.ts';
import { call } from './arbitraries.ts';

const RUNS = { numRuns: 300, seed: 1 };
const PODS = { key: '/r/pods/', rangeEnd: '/r/pods0' };

type Told = Extract<FromEtcd, { readonly kind: 'etcd-events' }>;

const calls = fc.array(call.filter(({ kind }) => kind !== 'compact'), { maxLength: 40, size: 'max' });

const told = (etcd: EtcdDriver, id: string): readonly Told[] =>
  etcd.take(id).map((message) => (message.kind === 'etcd-events' ? message : expect.fail(`Expected events. Instead, received ${message.kind}.`)));

const askProgress = (etcd: EtcdDriver, id: string): void => {
  etcd.input({ kind: 'message', from: 'apiserver', channel: `watch/${id}`, body: { kind: 'etcd-watch-progress', watchId: id } });
};

const watching = (list: readonly EtcdCall[]): { readonly etcd: EtcdDriver; readonly stream: readonly Told[] } => {
  const etcd = driveEtcd();
  etcd.watch('w', PODS);
  for (const made of list) etcd.call(made);
  return { etcd, stream: told(etcd, 'w') };
};

it('Ordered and Unique: revisions ascend, and no event comes twice', () => {
  fc.assert(fc.property(calls, (list) => {
    const { stream } = watching(list);
    stream.forEach(({ revision }, i) => expect(revision).toBeGreaterThan(stream[i - 1]?.revision ?? 0));
    const events = stream.flatMap((message) => message.events.map(({ kv }) => `${kv.modRevision} ${kv.key}`));
    expect(new Set(events).size).toBe(events.length);
  }), RUNS);
});

it('Reliable: folding the stream gives the range, and every event says what stood before it', () => {
  fc.assert(fc.property(calls, (list) => {
    const { etcd, stream } = watching(list);
    const fold = new KeyValueFold();
    for (const { events } of stream) {
      for (const event of events) {
        expect(event.prevKv).toEqual(fold.get(event.kv.key));
        fold.apply(event);
      }
    }
    expect(etcd.call({ kind: 'range', ...PODS })).toMatchObject({ kvs: fold.sorted() });
  }), RUNS);
});

it('Atomic: at every message, the fold is the range at that revision', () => {
  fc.assert(fc.property(calls, (list) => {
    const { etcd, stream } = watching(list);
    const fold = new KeyValueFold();
    for (const { revision, events } of stream) {
      events.forEach((event) => fold.apply(event));
      expect(etcd.call({ kind: 'range', ...PODS, revision })).toMatchObject({ kvs: fold.sorted() });
    }
  }), RUNS);
});

it('Resumable: broken anywhere and resumed after the last revision told, it is the same stream', () => {
  fc.assert(fc.property(calls, fc.nat(40), fc.nat(40), (list, breakAt, resumeAt) => {
    const etcd = driveEtcd();
    etcd.watch('w', PODS);
    etcd.watch('whole', PODS);
    const before: Told[] = [];
    let last = 1;
    const resume = (): void => etcd.watch('again', { ...PODS, startRevision: last + 1 });
    list.forEach((made, i) => {
      etcd.call(made);
      if (i !== Math.min(breakAt, list.length - 1)) return;
      before.push(...told(etcd, 'w'));
      last = before.at(-1)?.revision ?? 1;
      etcd.input({ kind: 'disconnected', peer: 'apiserver', channel: 'watch/w' });
    });
    for (const made of list.slice(0, resumeAt)) etcd.call(made);
    resume();
    for (const made of list) etcd.call(made);
    const joined = [...before, ...told(etcd, 'again')].map(({ revision, events }) => ({ revision, events }));
    expect(joined).toEqual(told(etcd, 'whole').map(({ revision, events }) => ({ revision, events })));
    expect(etcd.take('w')).toEqual([]);
  }), RUNS);
});

it('Bookmarkable: after a progress notification nothing at or below its revision is told', () => {
  fc.assert(fc.property(fc.array(fc.option(call), { maxLength: 40, size: 'max' }), (list) => {
    const etcd = driveEtcd();
    etcd.watch('w', PODS);
    for (const made of list) {
      if (made === null) askProgress(etcd, 'w');
      else etcd.call(made);
    }
    let bookmark = 0;
    for (const { revision, events } of told(etcd, 'w')) {
      if (events.length === 0) {
        expect(revision).toBeGreaterThanOrEqual(bookmark);
        bookmark = revision;
      } else {
        expect(revision).toBeGreaterThan(bookmark);
      }
    }
  }), RUNS);
});
