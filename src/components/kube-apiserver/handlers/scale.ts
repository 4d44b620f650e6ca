/**
 * The scale of what has replicas, as an object of its own.
 * Models: pkg/registry/apps/{deployment,replicaset,statefulset}/storage/storage.go ScaleREST
 */
import type { KubeObject } from '../../../api/object.ts';
import { isLeft } from 'fp-ts/lib/Either.js';
import { formatSelector, selectorFromLabelSelector, selectorFromSet } from '../../../api/label-selector.ts';
import { invalid, isStatus } from '../../../api/status.ts';
import type { Deployment, ReplicationController, Scale } from '../../../api/types.ts';
import type { Job } from '../state.ts';
import { atRevision, infoOf } from '../storage/codec.ts';
import type { Turn } from '../turn.ts';
import type { Outcome } from './outcome.ts';
import { absentOutcome, refusal } from './outcome.ts';
import { requested, settle } from './update.ts';

const scaleInfo = infoOf('scales.autoscaling');

const selectorText = (object: KubeObject): string => {
  if (object.kind === 'ReplicationController') return formatSelector(selectorFromSet((object as ReplicationController).spec.selector));
  const selector = selectorFromLabelSelector((object as Deployment).spec.selector);
  return isLeft(selector) ? '' : formatSelector(selector.right);
};

/** The Scale that stands for an object. */
export const scaleOf = (object: KubeObject): Scale => {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { spec, status } = object as Deployment;
  return {
    apiVersion: 'autoscaling/v1', kind: 'Scale',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as Scale['metadata'],
    spec: { replicas: spec.replicas ?? 0 },
    status: { replicas: status?.replicas ?? 0, selector: selectorText(object) },
  } as Scale;
};

export const scaleOutcome = (turn: Turn, job: Job, before: KubeObject | undefined): Outcome => {
  if (before === undefined) return absentOutcome;
  const asked = requested(job, scaleInfo, scaleOf(before));
  if (isStatus(asked)) return refusal(asked);
  const replicas = (asked as Scale).spec?.replicas ?? 0;
  if (replicas < 0) {
    return refusal(invalid('autoscaling', 'Scale', before.metadata.name, [{
      reason: 'FieldValueInvalid', message: `Invalid value: ${replicas}: must be greater than or equal to 0`, field: 'spec.replicas',
    }]));
  }
  const next = { ...before, spec: { ...(before as Deployment).spec, replicas } } as KubeObject;
  const version = Number(asked.metadata.resourceVersion ?? 0);
  return settle(turn, job, infoOf(job.request.resource), version === 0 ? next : atRevision(next, version), before);
};
