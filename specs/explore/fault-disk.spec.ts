/** A full disk: etcd's NOSPACE alarm, and the log on the host's disk under `--data` (clauses etcd.alarm.*, store.full). */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { OpenedStore } from '../../src/cli/store/segment-store.ts';
import { openSegmentStore, StoreWriteError } from '../../src/cli/store/segment-store.ts';
import { restoreEtcd } from '../../src/components/etcd/records.ts';
import { driveEtcd } from '../etcd/etcd-driver.ts';

/** Bytes that the disk still takes. */
const disk = vi.hoisted(() => ({ left: Infinity }));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  return {
    ...fs,
    /** Why: what is tried is what is written, and waiting for the disk a thousand times takes long. */
    fsyncSync: () => undefined,
    /** As write(2) does: what fits is written, and the next call fails. */
    writeSync: (fd: number, bytes: Uint8Array, offset = 0): number => {
      const fits = Math.min(bytes.length - offset, disk.left);
      if (fits <= 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      disk.left -= fits;
      return fs.writeSync(fd, bytes, offset, fits);
    },
  };
});

let folder = '';
const home = process.cwd();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeloom-full-'));
  disk.left = Infinity;
});
afterEach(() => {
  process.chdir(home);
  disk.left = Infinity;
  rmSync(folder, { recursive: true });
});

const full = 'etcdserver: mvcc: database space exceeded';
const alarm = (action: 'activate' | 'deactivate') => ({ kind: 'alarm', action, alarm: 'NOSPACE' }) as const;

describe('the NOSPACE alarm', () => {
  it('refuses whatever puts or grants, and nothing else', () => {
    const etcd = driveEtcd();
    etcd.put('a', 1);
    etcd.put('b', 1);
    expect(etcd.call(alarm('activate'))).toEqual({ kind: 'alarm', revision: 3 });
    expect(etcd.put('a', 2)).toEqual({ kind: 'error', revision: 3, code: 'no-space', message: full });
    expect(etcd.call({ kind: 'lease-grant', id: 1, ttlSeconds: 5 })).toMatchObject({ kind: 'error', message: full });
    // The branch that is not taken counts too.
    expect(etcd.call({ kind: 'txn', compare: [], success: [], failure: [{ kind: 'put', key: 'a', value: 2 }] })).toMatchObject({ kind: 'error', message: full });
    expect(etcd.call({ kind: 'range', key: 'a' })).toMatchObject({ kvs: [{ value: 1 }] });
    expect(etcd.remove('b')).toMatchObject({ kind: 'txn', succeeded: true, revision: 4 });
    expect(etcd.call({ kind: 'compact', revision: 3 })).toMatchObject({ kind: 'compact' });
  });

  it('stands until it is taken back, a crash and a restored log notwithstanding', () => {
    const etcd = driveEtcd();
    etcd.call(alarm('activate'));
    etcd.call(alarm('activate'));
    expect(etcd.records).toEqual([{ kind: 'alarm', alarm: 'NOSPACE', active: true }]);
    etcd.crash();
    expect(etcd.put('a')).toMatchObject({ code: 'no-space' });
    expect(restoreEtcd(etcd.records)).toMatchObject({ noSpace: true });
    etcd.call(alarm('deactivate'));
    expect(etcd.put('a')).toMatchObject({ kind: 'txn', succeeded: true });
    expect(restoreEtcd(etcd.records)).not.toHaveProperty('noSpace');
  });
});

const opened = (): OpenedStore => {
  const result = openSegmentStore(folder, { segmentBytes: 200 });
  return isLeft(result) ? expect.fail(result.left.message) : result.right;
};

describe('a disk that is full under the log', () => {
  it('says which record could not be written, takes no more, and leaves a store that goes on from the last whole record', () => {
    // From nothing at all to more than two segments: within a head, at a boundary, within a record.
    for (let room = 0; room < 500; room += 13) {
      rmSync(folder, { recursive: true });
      disk.left = room;
      const { store } = opened();
      let kept = 0;
      const fill = (): void => {
        for (; kept < 20; kept += 1) store.append({ kept, text: 'x'.repeat(20) });
      };
      expect(fill).toThrow(StoreWriteError);
      expect(fill).toThrow(`cannot write record ${kept}: ENOSPC: no space left on device, write. The ${kept} records before it are kept. Hint: make room`);
      disk.left = Infinity;
      // Why still: half a record may stand at the end of the file.
      expect(fill).toThrow(StoreWriteError);
      store.close();
      const again = opened();
      expect(again.records).toHaveLength(kept);
      again.store.append({ kept });
      again.store.close();
      expect(opened().records).toHaveLength(kept + 1);
    }
  });

  it('ends `run --data` with one clear line, and the next run goes on', async () => {
    process.chdir(folder);
    writeFileSync('pod.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n');
    const run = async (): Promise<{ readonly code: number; readonly err: readonly string[] }> => {
      const err: string[] = [];
      const code = await main(['run', 'pod.yaml', '--nodes', '1', '--data', 'data', '-o', 'json'], { out: () => undefined, err: (text) => { err.push(text); } });
      return { code, err };
    };
    disk.left = 5000;
    const { code, err } = await run();
    expect(code).toBe(4);
    expect(err.at(-1)).toMatch(/^data: cannot write record \d+: ENOSPC/);
    disk.left = Infinity;
    // What the full disk had cut short was the installation: it is completed, and the cluster comes up.
    const again = await run();
    expect(again.code).toBe(0);
    expect(again.err[0]).toMatch(/the last record was torn; cut \d+ bytes/);
    expect(readdirSync('data')).not.toEqual([]);
  });
});
