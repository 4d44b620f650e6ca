/** Laws of what etcd is kept in: the append-only log, the key index, and the log on disk. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { openSegmentStore } from '../../src/cli/store/segment-store.ts';
import { emptyIndex, indexSize, insertKey, keysBetween, rankOf, removeKey } from '../../src/components/etcd/key-index.ts';
import type { AppendLog } from '../../src/log/append-log.ts';
import { append, emptyLog, entryAt, readFrom } from '../../src/log/append-log.ts';

const RUNS = { numRuns: 150, seed: 1 };
/** Why fewer: every run waits for the disk. */
const DISK_RUNS = { numRuns: 40, seed: 1 };

it('a log that forks anywhere is an array for each of its versions', () => {
  const steps = fc.array(fc.record({ version: fc.nat(), count: fc.integer({ min: 1, max: 90 }) }), { maxLength: 30 });
  fc.assert(fc.property(steps, (list) => {
    const versions: { readonly log: AppendLog<number>; readonly array: readonly number[] }[] = [{ log: emptyLog<number>(), array: [] }];
    let next = 0;
    for (const { version, count } of list) {
      let { log, array } = versions[version % versions.length] as (typeof versions)[number];
      for (let i = 0; i < count; i++) {
        log = append(log, next);
        array = [...array, next];
        next += 1;
      }
      versions.push({ log, array });
    }
    for (const { log, array } of versions) {
      expect(readFrom(log, 0)).toEqual(array);
      expect([entryAt(log, array.length), log.end]).toEqual([undefined, array.length]);
    }
  }), RUNS);
});

it('a key index is a sorted list, and older versions of it stay', () => {
  const edits = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.boolean()), { maxLength: 600, size: 'max' });
  fc.assert(fc.property(edits, fc.nat(400), (list, probe) => {
    const keys = new Set<string>();
    let index = emptyIndex;
    let middle = { index, keys: [] as readonly string[] };
    list.forEach(([n, isInsert], i) => {
      const key = `k${String(n).padStart(3, '0')}`;
      index = isInsert || n % 2 === 0 ? insertKey(index, key) : removeKey(index, key);
      if (isInsert || n % 2 === 0) keys.add(key);
      else keys.delete(key);
      if (i === list.length >> 1) middle = { index, keys: [...keys].toSorted() };
    });
    const sorted = [...keys].toSorted();
    const least = `k${String(probe).padStart(3, '0')}`;
    expect(keysBetween(index, 0, indexSize(index))).toEqual(sorted);
    expect(rankOf(index, least)).toBe(sorted.filter((key) => key < least).length);
    expect(keysBetween(index, probe, probe + 70)).toEqual(sorted.slice(probe, probe + 70));
    expect(keysBetween(middle.index, 0, indexSize(middle.index))).toEqual(middle.keys);
  }), RUNS);
});

it('a store cut anywhere in its last segment keeps every record that was whole, and no other', () => {
  const generated = fc.record({
    records: fc.array(fc.jsonValue(), { maxLength: 12 }), segmentBytes: fc.integer({ min: 1, max: 400 }), cut: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(fc.property(generated, ({ records, segmentBytes, cut }) => {
    const directory = mkdtempSync(join(tmpdir(), 'kubeloom-store-'));
    const open = () => {
      const opened = openSegmentStore(directory, { segmentBytes, syncEvery: Infinity });
      return isLeft(opened) ? expect.fail(opened.left.message) : opened.right;
    };
    try {
      const { store } = open();
      for (const record of records) store.append(record);
      store.close();
      const last = readdirSync(directory).toSorted().at(-1);
      if (last !== undefined) {
        const bytes = readFileSync(join(directory, last));
        writeFileSync(join(directory, last), bytes.subarray(0, Math.floor(cut * bytes.length)));
      }
      const reopened = open();
      reopened.store.append('next');
      reopened.store.close();
      const kept = reopened.records.length;
      const plain = (values: readonly unknown[]): unknown => JSON.parse(JSON.stringify(values));
      expect(reopened.records).toEqual(plain(records.slice(0, kept)));
      expect(kept).toBeGreaterThanOrEqual(last === undefined ? 0 : Number.parseInt(last, 10));
      expect(open().records).toEqual(plain([...records.slice(0, kept), 'next']));
    } finally {
      rmSync(directory, { recursive: true });
    }
  }), DISK_RUNS);
});
