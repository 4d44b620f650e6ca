/**
 * The deletion of namespaces: first it terminates, then its finalizers go, then it.
 * Models: pkg/registry/core/namespace/storage/storage.go Delete, FinalizeREST; strategy.go namespaceFinalizeStrategy
 */
import type { KubeObject } from '../../../api/object.ts';
import { isStatus } from '../../../api/status.ts';
import { strategyOf } from '../../../api/strategy.ts';
import { formatTime } from '../../../api/time.ts';
import type { Namespace } from '../../../api/types.ts';
import type { RequestOptions } from '../../../protocol/api.ts';
import type { Job } from '../state.ts';
import { atRevision, infoOf } from '../storage/codec.ts';
import { sameStored } from '../storage/same-value.ts';
import { deleteOutcome, finalizersAfter, preconditionRefusal, withFinalizers } from './delete.ts';
import type { Outcome } from './outcome.ts';
import { absentOutcome, putOutcome, refusal } from './outcome.ts';
import { requested, staleness } from './update.ts';

const terminating = (ns: Namespace, options: RequestOptions, nowMs: number): Namespace => ({
  ...ns,
  metadata: withFinalizers({ ...ns.metadata, deletionTimestamp: formatTime(nowMs) }, finalizersAfter(strategyOf('namespaces'), ns.metadata, options.propagationPolicy)),
  status: { ...ns.status, phase: 'Terminating' },
});

export const namespaceDeleteOutcome = (object: KubeObject, options: RequestOptions, nowMs: number): Outcome => {
  const ns = object as Namespace;
  const refused = preconditionRefusal(infoOf('namespaces'), object, options);
  if (refused !== undefined) return refusal(refused);
  if (ns.metadata.deletionTimestamp === undefined) return putOutcome(terminating(ns, options, nowMs));
  if ((ns.spec?.finalizers ?? []).length > 0) return { kind: 'unchanged', object, answer: 'object' };
  return deleteOutcome('namespaces', object, options, nowMs);
};

/** A write of spec.finalizers alone; the last one to go takes the namespace with it. */
export const finalizeOutcome = (job: Job, before: KubeObject | undefined): Outcome => {
  if (before === undefined) return absentOutcome;
  const info = infoOf('namespaces');
  const asked = requested(job, info, before);
  if (isStatus(asked)) return refusal(asked);
  const stale = staleness(info, strategyOf('namespaces'), asked, before);
  if (stale !== undefined) return refusal(stale);
  const finalizers = (asked as Namespace).spec?.finalizers ?? [];
  const ns = before as Namespace;
  const next = atRevision({ ...ns, spec: { ...ns.spec, finalizers } } as KubeObject, Number(before.metadata.resourceVersion));
  const gone = finalizers.length === 0 && (ns.metadata.finalizers ?? []).length === 0 && ns.metadata.deletionTimestamp !== undefined;
  if (gone) return { kind: 'remove', final: next };
  return sameStored(next, before) ? { kind: 'unchanged', object: before, answer: 'object' } : putOutcome(next);
};
