/** The append-only log as a value. */
import { describe, expect, it } from 'vitest';
import type { AppendLog } from '../../src/log/append-log.ts';
import { append, dropBefore, emptyLog, entryAt, foldLog, logSize, readFrom } from '../../src/log/append-log.ts';

const numbers = (count: number, onto: AppendLog<number> = emptyLog<number>()): AppendLog<number> =>
  Array.from({ length: count }, (_, i) => i).reduce<AppendLog<number>>((log) => append(log, log.end), onto);

describe('a log', () => {
  it('holds its entries by index, over all heights of its trie', () => {
    const log = numbers(40_000);
    for (const index of [0, 31, 32, 1023, 1024, 1055, 1056, 32_767, 32_768, 32_800, 39_999]) expect(entryAt(log, index)).toBe(index);
    expect([entryAt(log, -1), entryAt(log, 40_000)]).toEqual([undefined, undefined]);
    expect(readFrom(log, 39_997)).toEqual([39_997, 39_998, 39_999]);
    expect(foldLog(log, 0, (sum, entry) => sum + entry, 0, 4)).toBe(6);
  });
  it('can begin at any index', () => {
    const log = append(append(emptyLog<string>(2), 'a'), 'b');
    expect([entryAt(log, 1), entryAt(log, 2), entryAt(log, 3), logSize(log)]).toEqual([undefined, 'a', 'b', 2]);
  });
  it('keeps every older version, and its forks go their own ways', () => {
    const base = numbers(33);
    const left = append(base, 100);
    const right = append(base, 200);
    expect([base.end, entryAt(base, 33)]).toEqual([33, undefined]);
    expect([entryAt(left, 33), entryAt(right, 33), entryAt(append(left, 101), 33)]).toEqual([100, 200, 100]);
  });
  it('shares its chunks with its forks', () => {
    const base = numbers(65);
    const [first, second] = [append(base, 1), append(base, 2)];
    expect([first.root, second.root]).toEqual([base.root, base.root]);
    expect(second.root).toBe(first.root);
    expect(first.tail).toBe(base.tail);
    expect(second.tail).not.toBe(base.tail);
  });
  it('can let go of its beginning', () => {
    const log = dropBefore(numbers(100), 90);
    expect([log.start, log.end, entryAt(log, 89), entryAt(log, 90), entryAt(append(log, 7), 100)]).toEqual([90, 100, undefined, 90, 7]);
    expect(dropBefore(log, 90)).toBe(log);
  });
});
