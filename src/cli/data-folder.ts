/** `--data DIR`: etcd's revision log kept on disk, so that the next run goes on from what this one left. */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { parseTime, SECOND_MS } from '../api/time.ts';
import { installedStore } from '../cluster/install.ts';
import { ETCD_LOG, recordsOf } from '../components/etcd/records.ts';
import type { StepRecord } from '../kernel/index.ts';
import type { RevisionRecord } from '../protocol/etcd.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { openSegmentStore } from './store/segment-store.ts';

export interface DataFolder {
  /** The scenario as it goes on from the folder's contents. */
  readonly scenario: Scenario;
  /** What a person should know, a line each. */
  readonly notes: readonly string[];
  /** Writes down what a step appended to etcd's log. */
  readonly mirror: (record: StepRecord) => void;
  readonly close: () => void;
}

/** The latest heartbeat in the log, ms since the epoch; 0 without one. */
const lastHeartbeatMs = (records: readonly RevisionRecord[]): number => records.reduce((latest, record) => {
  if (record.kind !== 'revision') return latest;
  return record.changes.reduce((late, { put }) => {
    const { renewTime } = (put?.value as { readonly spec?: { readonly renewTime?: string } } | null | undefined)?.spec ?? {};
    return renewTime === undefined ? late : Math.max(late, parseTime(renewTime) ?? 0);
  }, latest);
}, 0);

/** Time does not run backwards from one run to the next. */
const continued = (scenario: Scenario, store: readonly RevisionRecord[]): Scenario => {
  const startMs = Math.max(scenario.topology.startMs, Math.ceil(lastHeartbeatMs(store) / SECOND_MS + 1) * SECOND_MS);
  return { ...scenario, topology: { ...scenario.topology, startMs }, store };
};

/** Errors: file, offset and what is wrong there; nothing is changed. */
export const openDataFolder = (folder: string, scenario: Scenario): Either<string, DataFolder> => {
  const opened = openSegmentStore(folder);
  if (isLeft(opened)) return left(opened.left.message);
  const { records, cut, store } = opened.right;
  // Fewer: the folder is new, or its installation was cut short by a full disk or a kill.
  const installed = recordsOf(installedStore(scenario.topology));
  const isFresh = records.length < installed.length;
  if (isFresh) for (const record of installed.slice(records.length)) store.append(record);
  const revisions = records as readonly RevisionRecord[];
  return right({
    scenario: isFresh ? scenario : continued(scenario, revisions),
    notes: [
      ...(cut === undefined ? [] : [`${cut.file}: the last record was torn; cut ${cut.bytes} bytes at offset ${cut.offset}`]),
      ...(isFresh ? [] : [`going on from ${revisions.length} records in ${folder}`]),
    ],
    mirror: ({ effects }) => {
      for (const effect of effects) if (effect.kind === 'append' && effect.log === ETCD_LOG) store.append(effect.record);
    },
    close: store.close,
  });
};
