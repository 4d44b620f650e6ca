/**
 * Every revision of every object, with the step and the client that wrote it, read off what etcd appended to its revision log.
 * Models: etcd's watch of the whole keyspace, joined with kube-apiserver's audit log
 */
import type { Observable } from 'rxjs';
import { filter, mergeMap } from 'rxjs';
import type { KubeObject } from '../api/object.ts';
import type { StepRecord } from '../kernel/step.ts';
import type { RevisionRecord } from '../protocol/etcd.ts';
import type { Origin } from './origins.ts';
import { originReader } from './origins.ts';
import type { Subject } from './subjects.ts';
import { subjectOfKey } from './subjects.ts';

export interface ObjectRevision {
  readonly subject: Subject;
  readonly revision: number;
  /** The step at which etcd stored it. */
  readonly step: number;
  readonly atMs: number;
  /** As stored, without a resourceVersion; undefined: deleted. */
  readonly object: KubeObject | undefined;
  /** Whose request led to it; undefined for what etcd did by itself, such as ending a lease. */
  readonly origin: Origin | undefined;
}

/** Reads one record after another; answers the revisions that it stored. */
export const revisionReader = (): ((record: StepRecord) => readonly ObjectRevision[]) => {
  const originOf = originReader();
  return (record) => {
    const origin = originOf(record);
    const revisions: ObjectRevision[] = [];
    for (const effect of record.effects) {
      if (effect.kind !== 'append') continue;
      const stored = effect.record as RevisionRecord;
      if (stored.kind !== 'revision') continue;
      for (const { key, put } of stored.changes) {
        const subject = subjectOfKey(key);
        if (subject !== undefined) revisions.push({ subject, revision: stored.revision, step: record.index, atMs: record.nowMs, object: put?.value as KubeObject | undefined, origin });
      }
    }
    return revisions;
  };
};

export const revisionsOf = (records: Observable<StepRecord>): Observable<ObjectRevision> => records.pipe(mergeMap(revisionReader()));

/** The life of one object, from the first revision that the records hold. */
export const timelineOf = (records: Observable<StepRecord>, subject: Subject): Observable<ObjectRevision> =>
  revisionsOf(records).pipe(filter((revision) => revision.subject === subject));
