/** etcd and its reference model agree: on every answer, on every watch's stream, and on what a crash leaves. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EtcdDriver, WatchSpec } from '../../specs/etcd/etcd-driver.ts';
import { driveEtcd } from '../../specs/etcd/etcd-driver.ts';
import { EtcdModel } from '../../specs/models/etcd-model.ts';
import { hashOf } from '../../src/base/hash.ts';
import { canonicalEtcd } from '../../src/components/etcd/canonical.ts';
import { indexSize, keysBetween } from '../../src/components/etcd/key-index.ts';
import { restoreEtcd } from '../../src/components/etcd/records.ts';
import type { EtcdEvent, FromEtcd } from '../../src/protocol/etcd.ts';
import type { Command } from './arbitraries.ts';
import { commands } from './arbitraries.ts';

const RUNS = { numRuns: 500, seed: 1 };

interface OpenWatch {
  readonly id: string;
  readonly start: number;
  readonly spec: WatchSpec;
  /** The revision at which its events had lost what stood before. */
  readonly edge: number;
}

const withoutPrev = (event: EtcdEvent): EtcdEvent => ({ ...event, prevKv: undefined });

const expectedStream = (model: EtcdModel, { id, start, spec, edge }: OpenWatch): readonly FromEtcd[] =>
  [...(model.watched(start, spec.key, spec.rangeEnd) ?? expect.fail('Expected an open watch to start after the compaction.'))]
    .map(([revision, events]) => ({ kind: 'etcd-events', watchId: id, revision, events: revision === edge ? events.map(withoutPrev) : events }));

/** Both sides of the comparison, taking commands in step. */
const pair = () => {
  const etcd: EtcdDriver = driveEtcd();
  const model = new EtcdModel();
  const open: (OpenWatch & { readonly compactedSince: readonly FromEtcd[] })[] = [];
  let opened = 0;
  let compacted = 0;
  const settle = (): void => {
    for (const [i, watch] of open.entries()) {
      const told = [...watch.compactedSince, ...etcd.take(watch.id)];
      open[i] = { ...watch, compactedSince: told };
    }
  };
  const watch = (spec: WatchSpec & { readonly startRevision: number }): void => {
    const id = `w${opened++}`;
    etcd.watch(id, spec);
    if (model.watched(spec.startRevision, spec.key, spec.rangeEnd) === undefined) {
      expect(etcd.take(id)).toMatchObject([{ kind: 'etcd-watch-end', code: 'compacted', compactRevision: compacted }]);
      return;
    }
    const start = spec.startRevision === 0 ? model.revision + 1 : spec.startRevision;
    open.push({ id, start, spec, edge: compacted, compactedSince: [] });
  };
  const check = (): void => {
    settle();
    for (const one of open) if (one.start >= compacted) expect(one.compactedSince).toEqual(expectedStream(model, one));
  };
  const apply = (command: Command): void => {
    switch (command.kind) {
      case 'call': {
        const answer = etcd.call(command.call);
        expect(answer).toEqual(model.call(command.call));
        if (answer.kind === 'compact' && command.call.kind === 'compact') compacted = command.call.revision;
        break;
      }
      case 'watch':
        watch(command.spec);
        break;
      case 'expire':
        if (etcd.timers.has(`lease/${command.id}`)) {
          etcd.input({ kind: 'timer', key: `lease/${command.id}` });
          model.endLease(command.id);
        }
        break;
      case 'crash':
        check();
        open.length = 0;
        etcd.crash();
        break;
    }
  };
  return { etcd, model, apply, check };
};

it('answers, past ranges and watch streams agree', () => {
  fc.assert(fc.property(commands, (list) => {
    const { apply, check } = pair();
    for (const command of list) apply(command);
    check();
  }), RUNS);
});

it('the keyspace, its index and its canonical hash are the fold of the records', () => {
  fc.assert(fc.property(commands, (list) => {
    const { etcd, apply } = pair();
    for (const command of list) {
      apply(command);
      canonicalEtcd(etcd.state());
    }
    const { watchers: _, ...state } = etcd.state();
    const restored = restoreEtcd(etcd.records);
    expect(keysBetween(state.index, 0, indexSize(state.index))).toEqual(state.keyspace.keys());
    expect(restored.keyspace.entries()).toEqual(state.keyspace.entries());
    expect([restored.revision, restored.compactRevision]).toEqual([state.revision, state.compactRevision]);
    expect(hashOf(canonicalEtcd(restored))).toBe(hashOf(canonicalEtcd({ ...state, watchers: [] })));
  }), RUNS);
});
