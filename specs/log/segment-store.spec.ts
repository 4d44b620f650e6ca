/** The log on disk: what reopening finds after a write was cut short, and after a byte was changed (clauses store.*). */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenedStore, SegmentStoreOptions, StoreRefusal } from '../../src/cli/store/segment-store.ts';
import { openSegmentStore } from '../../src/cli/store/segment-store.ts';
import { crc32c } from '../../src/log/crc32c.ts';
import { FRAME_HEAD_BYTES } from '../../src/log/frame.ts';
import { SEGMENT_HEAD_BYTES } from '../../src/log/segment.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kubeloom-store-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const opened = (options?: SegmentStoreOptions): OpenedStore => {
  const result = openSegmentStore(directory, options);
  return isLeft(result) ? expect.fail(result.left.message) : result.right;
};
const refused = (): StoreRefusal => {
  const result = openSegmentStore(directory);
  return isLeft(result) ? result.left : expect.fail('Expected the store to be refused.');
};
const written = (records: readonly unknown[], options?: SegmentStoreOptions): void => {
  const { store } = opened(options);
  for (const record of records) store.append(record);
  store.close();
};
const recordsNow = (): readonly unknown[] => {
  const { records, store } = opened();
  store.close();
  return records;
};
const files = (): readonly string[] => readdirSync(directory).toSorted().map((name) => join(directory, name));
const first = (): string => files()[0] ?? expect.fail('Expected a segment.');

it('the checksum is CRC-32C', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  expect(crc32c(new TextEncoder().encode('6789'), crc32c(new TextEncoder().encode('12345')))).toBe(0xe3069283);
});

describe('a store', () => {
  it('is empty at first, and gives back what was appended, over any number of segments', () => {
    expect(recordsNow()).toEqual([]);
    const records = Array.from({ length: 20 }, (_, i) => ({ i, text: 'ä€😀'.repeat(i) }));
    written(records.slice(0, 7), { segmentBytes: 100, syncEvery: 3 });
    written(records.slice(7), { segmentBytes: 200, syncEvery: Infinity });
    expect(files().length).toBeGreaterThan(5);
    expect(recordsNow()).toEqual(records);
  });

  it('killed at any byte of a write, reopens to the last whole record, says what it cut, and goes on', () => {
    const records = [{ a: 1 }, 'two', [3, 3]];
    written(records);
    const bytes = readFileSync(first());
    const ends = records.reduce<readonly number[]>((all, record) => [...all, (all.at(-1) as number) + FRAME_HEAD_BYTES + JSON.stringify(record).length], [SEGMENT_HEAD_BYTES]);
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(first(), bytes.subarray(0, length));
      const file = first();
      const { records: found, cut, store } = opened();
      const whole = ends.filter((end) => end <= length).length;
      const offset = whole === 0 ? 0 : ends[whole - 1] as number;
      expect(found).toEqual(records.slice(0, Math.max(0, whole - 1)));
      expect(cut).toEqual(offset === length && length > 0 ? undefined : { file, offset, bytes: length - offset });
      store.append('next');
      store.close();
      expect(recordsNow()).toEqual([...found, 'next']);
    }
  });

  it('cuts off zeros that a loss of power left at the end', () => {
    written(['a', 'b']);
    const { length } = readFileSync(first());
    appendFileSync(first(), new Uint8Array(50));
    expect(opened()).toMatchObject({ records: ['a', 'b'], cut: { offset: length, bytes: 50 } });
  });

  it('refuses any changed byte, names the file and the offset of what was hit, and touches nothing', () => {
    written(['first', 'second']);
    const bytes = readFileSync(first());
    const secondAt = SEGMENT_HEAD_BYTES + FRAME_HEAD_BYTES + '"first"'.length;
    for (let at = 0; at < bytes.length; at++) {
      const edited = Uint8Array.from(bytes, (byte, i) => (i === at ? byte ^ 1 : byte));
      writeFileSync(first(), edited);
      const { file, offset, message } = refused();
      expect({ file, offset }).toEqual({ file: first(), offset: at < 8 ? at : at < SEGMENT_HEAD_BYTES ? 8 : at < secondAt ? SEGMENT_HEAD_BYTES : secondAt });
      expect(message).toContain(`${first()}: offset ${offset}: `);
      expect(readFileSync(first())).toEqual(Buffer.from(edited));
    }
  });

  it('refuses another format version', () => {
    written(['a']);
    const bytes = readFileSync(first());
    bytes.writeUInt32BE(2, 8);
    writeFileSync(first(), bytes);
    expect(refused()).toEqual({ kind: 'other-version', file: first(), offset: 8, message: `${first()}: offset 8: expected format version 1. Instead, found version 2.` });
  });

  it('refuses a segment that is missing, or cut short before another', () => {
    written(['a', 'b', 'c'], { segmentBytes: 1 });
    const [, middle] = files();
    const bytes = readFileSync(middle as string);
    truncateSync(middle as string, bytes.length - 1);
    expect(refused()).toMatchObject({ kind: 'damaged', file: middle, offset: SEGMENT_HEAD_BYTES });
    truncateSync(middle as string, 3);
    expect(refused()).toMatchObject({ kind: 'damaged', file: middle, offset: 3 });
    rmSync(middle as string);
    expect(refused()).toMatchObject({ kind: 'missing', message: expect.stringContaining('expected record 1 to come first. Instead, found record 2') });
  });
});
