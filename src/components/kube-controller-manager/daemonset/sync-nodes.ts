/**
 * Creating and deleting daemon pods: expectations first, creates in slow start, then all deletes at once.
 * Models: pkg/controller/daemon/daemon_controller.go syncNodes
 */
import { ownerReference } from '../../../api/pod-helpers.ts';
import type { DaemonSet } from '../../../api/types.ts';
import { keyOf } from '../../../client/caches.ts';
import type { Answer } from '../../../client/controller.ts';
import { ask, withOps } from '../../../client/controller.ts';
import { creationObserved, deleteExpectations, deletionObserved, lowerExpectations, setExpectations } from '../../../client/expectations.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { aggregate, isNamespaceTerminating, isNotFound } from '../pod-control/errors.ts';
import { createOutcome, createPodRequest, deleteOutcome, deletePodRequest } from '../pod-control/pod-requests.ts';
import { podFromTemplate } from '../pod-control/pod-template.ts';
import { firstBatch, nextBatch } from '../pod-control/slow-start.ts';
import { daemonTemplate, templateForNode } from './daemon-pod.ts';
import type { DaemonPlan, DaemonStage, ForWork, Run, Sync, Work } from './state.ts';
import { withExpectations } from './state.ts';

/** At most so many creates and so many deletes in one sync. Source: `BurstReplicas`. */
const BURST_REPLICAS = 250;

type Stage<K extends DaemonStage['kind']> = Extract<DaemonStage, { kind: K }>;
/** What follows when all is sent: the sync, with its error if there was one. */
export type AfterWork = (run: Run, sync: Sync, next: ForWork) => DaemonPlan;

const CONTROLLER_KIND = { apiVersion: 'apps/v1', kind: 'DaemonSet' };

/** Why none instead of 0 and 0: both are satisfied, and idle DaemonSets leave no trace. */
const expect = (run: Run, ds: DaemonSet, creates: number, deletes: number): Run => {
  const { expectations } = run.memory;
  const key = keyOf(ds);
  return withExpectations(run, creates + deletes === 0
    ? deleteExpectations(expectations, key) : setExpectations(expectations, key, creates, deletes, run.context.nowMs));
};

export const syncNodes = (run: Run, sync: Sync, wanted: Work, next: ForWork, after: AfterWork): DaemonPlan => {
  const work = { ...wanted, createOn: wanted.createOn.slice(0, BURST_REPLICAS), remove: wanted.remove.slice(0, BURST_REPLICAS) };
  return createBatch(expect(run, sync.ds, work.createOn.length, work.remove.length), sync, work, next, firstBatch(work.createOn.length), after);
};

const createRequests = (run: Run, { ds, hash }: Sync, nodeNames: readonly string[]): readonly ApiRequest[] => {
  const template = daemonTemplate(ds, hash);
  const owner = ownerReference(ds, CONTROLLER_KIND);
  return nodeNames.map((nodeName) => {
    const pod = podFromTemplate(templateForNode(template, nodeName), ds, owner);
    const name = run.policy.podName(ds, nodeName, hash);
    return createPodRequest(ds.metadata.namespace, name === undefined ? pod : { ...pod, metadata: { ...pod.metadata, name } });
  });
};

const createBatch = (run: Run, sync: Sync, work: Work, next: ForWork, batchSize: number, after: AfterWork): DaemonPlan => {
  if (batchSize === 0) return deleteAll(run, sync, work, next, after);
  const requests = createRequests(run, sync, work.createOn.slice(0, batchSize));
  return ask(run, requests, { kind: 'create-pods', sync, work, next, batchSize }, 'parallel');
};

/** After a batch with a failure the rest is not tried: it would most likely fail alike. */
export const podsCreated = (run: Run, { sync, work, next, batchSize }: Stage<'create-pods'>, answers: readonly Answer[], after: AfterWork): DaemonPlan => {
  const key = keyOf(sync.ds);
  const errors: string[] = [];
  let current = run;
  for (const answer of answers) {
    const { ops, error } = createOutcome(sync.ds, answer);
    current = withOps(current, ops);
    if (error === undefined || isNamespaceTerminating(answer)) continue;
    current = withExpectations(current, creationObserved(current.memory.expectations, key));
    errors.push(error);
  }
  const createOn = work.createOn.slice(batchSize);
  const rest: Work = { ...work, createOn, errors: [...work.errors, ...errors] };
  if (errors.length > 0 && createOn.length > 0) {
    current = withExpectations(current, lowerExpectations(current.memory.expectations, key, createOn.length, 0));
    return deleteAll(current, sync, { ...rest, createOn: [] }, next, after);
  }
  return createBatch(current, sync, rest, next, nextBatch(batchSize, createOn.length), after);
};

const withError = (sync: Sync, errors: readonly string[]): Sync => ({ ...sync, error: aggregate(errors) });

const deleteAll = (run: Run, sync: Sync, work: Work, next: ForWork, after: AfterWork): DaemonPlan =>
  (work.remove.length === 0
    ? after(run, withError(sync, work.errors), next)
    : ask(run, work.remove.map(deletePodRequest), { kind: 'delete-pods', sync, work, next }, 'parallel'));

export const podsDeleted = (run: Run, { sync, work, next }: Stage<'delete-pods'>, answers: readonly Answer[], after: AfterWork): DaemonPlan => {
  const errors: string[] = [...work.errors];
  let current = run;
  answers.forEach((answer, i) => {
    const { ops, error } = deleteOutcome(sync.ds, work.remove[i]?.metadata.name ?? '', answer);
    current = withOps(current, ops);
    if (error === undefined) return;
    current = withExpectations(current, deletionObserved(current.memory.expectations, keyOf(sync.ds)));
    if (!isNotFound(answer)) errors.push(error);
  });
  return after(current, withError(sync, errors), next);
};
