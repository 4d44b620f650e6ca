/**
 * The first half of a DaemonSet's sync: finding or making its current revision.
 * Models: pkg/controller/daemon/update.go constructHistory, controlledHistories, snapshot, dedupCurHistories
 */
import { isRight } from 'fp-ts/lib/Either.js';
import { matchesSelector } from '../../../api/label-selector.ts';
import { controllerOf } from '../../../api/pod-helpers.ts';
import type { ControllerRevision, DaemonSet, Pod } from '../../../api/types.ts';
import type { Answer } from '../../../client/controller.ts';
import { ask, errorOf, finish, objectOf } from '../../../client/controller.ts';
import { claimAnswered, claimedObjects, claimError, claimRequest, startClaiming } from '../pod-control/claiming.ts';
import type { Claiming } from '../pod-control/claiming.ts';
import { isRefusedAs } from '../pod-control/errors.ts';
import { podsByOwner } from '../pod-control/owner-index.ts';
import { selectorOf } from '../../../api/selector-cache.ts';
import {
  createRevisionRequest, dedupRequests, getRevisionRequest, hashLabelOf, labelRequest, matchesRevision, maxRevision, newRevision, renumberRequest,
  revisionToKeep, splitHistory,
} from './history.ts';
import type { DaemonPlan, DaemonStage, Run, Sync } from './state.ts';

type Stage<K extends DaemonStage['kind']> = Extract<DaemonStage, { kind: K }>;
/** What follows when the current revision is known. */
export type Continue = (run: Run, sync: Sync) => DaemonPlan;

const failedHistory = (run: Run, error: string): DaemonPlan => finish(run, `failed to construct revisions of DaemonSet: ${error}`);

const known = (run: Run, ds: DaemonSet, current: ControllerRevision, old: readonly ControllerRevision[], next: Continue): DaemonPlan =>
  next(run, { ds, hash: hashLabelOf(current), old, error: undefined });

/** Its own revisions and the orphans of its namespace. */
const candidates = (run: Run, ds: DaemonSet): readonly ControllerRevision[] =>
  run.context.caches.lister<ControllerRevision>('controllerrevisions.apps').list(ds.metadata.namespace).filter((revision) => {
    const owner = controllerOf(revision);
    return owner === undefined || owner.uid === ds.metadata.uid;
  });

export const constructHistory = (run: Run, ds: DaemonSet, next: Continue): DaemonPlan => {
  const selector = selectorOf(ds.spec.selector);
  const claiming = startClaiming<ControllerRevision>({
    owner: ds, ownerResource: 'daemonsets.apps', resource: 'controllerrevisions.apps', candidates: candidates(run, ds),
    matches: (revision) => isRight(selector) && matchesSelector(selector.right, revision.metadata.labels),
  });
  return goOnClaiming(run, ds, claiming, next);
};

const goOnClaiming = (run: Run, ds: DaemonSet, claiming: Claiming<ControllerRevision>, next: Continue): DaemonPlan => {
  const request = claimRequest(claiming);
  if (request !== undefined) return ask(run, [request], { kind: 'claim-revisions', ds, claiming });
  const error = claimError(claiming);
  return error === undefined ? labelNext(run, ds, [], claimedObjects(claiming), next) : failedHistory(run, error);
};

export const revisionClaimed = (run: Run, stage: Stage<'claim-revisions'>, answer: Answer, next: Continue): DaemonPlan =>
  goOnClaiming(run, stage.ds, claimAnswered(stage.claiming, answer), next);

const labelNext = (
  run: Run, ds: DaemonSet, labelled: readonly ControllerRevision[], rest: readonly ControllerRevision[], next: Continue,
): DaemonPlan => {
  const at = rest.findIndex((revision) => labelRequest(revision) !== undefined);
  const unlabelled = rest[at];
  const request = unlabelled === undefined ? undefined : labelRequest(unlabelled);
  if (request === undefined) return pickCurrent(run, ds, [...labelled, ...rest], next);
  return ask(run, [request], { kind: 'label-revision', ds, labelled: [...labelled, ...rest.slice(0, at)], rest: rest.slice(at + 1) });
};

export const revisionLabelled = (run: Run, { ds, labelled, rest }: Stage<'label-revision'>, answer: Answer, next: Continue): DaemonPlan => {
  const error = errorOf(answer);
  if (error !== undefined) return failedHistory(run, error);
  const revision = objectOf(answer) as ControllerRevision | undefined;
  return labelNext(run, ds, revision === undefined ? labelled : [...labelled, revision], rest, next);
};

const pickCurrent = (run: Run, ds: DaemonSet, revisions: readonly ControllerRevision[], next: Continue): DaemonPlan => {
  const { current, old } = splitHistory(ds, revisions);
  const keep = revisionToKeep(current);
  if (keep === undefined) {
    const wanted = newRevision(ds, maxRevision(old) + 1);
    return ask(run, [createRevisionRequest(wanted)], { kind: 'create-revision', ds, wanted, old });
  }
  const pods = current.length > 1 ? podsByOwner(run.context.caches.lister<Pod>('pods'), ds, { includeOrphans: false }) : [];
  const requests = dedupRequests(keep, current, pods);
  return requests.length === 0 ? renumber(run, ds, keep, old, next) : ask(run, requests, { kind: 'dedup-revisions', ds, keep, old });
};

const renumber = (run: Run, ds: DaemonSet, keep: ControllerRevision, old: readonly ControllerRevision[], next: Continue): DaemonPlan => {
  const request = renumberRequest(keep, maxRevision(old) + 1);
  return request === undefined ? known(run, ds, keep, old, next) : ask(run, [request], { kind: 'renumber-revision', ds, keep, old });
};

export const revisionsDeduped = (run: Run, { ds, keep, old }: Stage<'dedup-revisions'>, answers: readonly Answer[], next: Continue): DaemonPlan => {
  const error = answers.map(errorOf).find((one) => one !== undefined);
  return error === undefined ? renumber(run, ds, keep, old, next) : failedHistory(run, error);
};

export const revisionRenumbered = (run: Run, { ds, keep, old }: Stage<'renumber-revision'>, answer: Answer, next: Continue): DaemonPlan => {
  const error = errorOf(answer);
  return error === undefined ? known(run, ds, keep, old, next) : failedHistory(run, error);
};

export const revisionCreated = (run: Run, { ds, wanted, old }: Stage<'create-revision'>, answer: Answer, next: Continue): DaemonPlan => {
  const error = errorOf(answer);
  if (error === undefined) return known(run, ds, (objectOf(answer) as ControllerRevision | undefined) ?? wanted, old, next);
  if (!isRefusedAs(answer, 'AlreadyExists')) return failedHistory(run, error);
  return ask(run, [getRevisionRequest(wanted)], { kind: 'get-revision', ds, wanted, old, error });
};

const getDaemonSet = ({ metadata }: DaemonSet): { readonly verb: 'get'; readonly resource: 'daemonsets.apps'; readonly namespace?: string; readonly name: string } =>
  ({ verb: 'get', resource: 'daemonsets.apps', name: metadata.name, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) });

/** The name is taken: by our own earlier create, or by another template with the same hash. */
export const existingRevisionRead = (run: Run, { ds, old, error }: Stage<'get-revision'>, answer: Answer, next: Continue): DaemonPlan => {
  const getError = errorOf(answer);
  if (getError !== undefined) return failedHistory(run, getError);
  const existing = objectOf(answer) as ControllerRevision | undefined;
  if (existing !== undefined && matchesRevision(ds, existing)) return known(run, ds, existing, old, next);
  return ask(run, [getDaemonSet(ds)], { kind: 'get-daemonset', ds, error });
};

/** A collision is counted in the status, and the next sync takes another hash; unless the count that gave the hash was stale. */
export const latestDaemonSetRead = (run: Run, { ds, error }: Stage<'get-daemonset'>, answer: Answer): DaemonPlan => {
  const getError = errorOf(answer);
  const latest = objectOf(answer) as DaemonSet | undefined;
  if (getError !== undefined || latest === undefined) return failedHistory(run, getError ?? error);
  const [count, latestCount] = [ds.status?.collisionCount, latest.status?.collisionCount];
  if (count !== latestCount) {
    return failedHistory(run,
      `found a stale collision count (${count ?? 0}, expected ${latestCount ?? 0}) of DaemonSet ${JSON.stringify(ds.metadata.name)} while processing; will retry until it is updated`);
  }
  const body = { ...latest, status: { ...latest.status, collisionCount: (latestCount ?? 0) + 1 } };
  return ask(run, [{ ...getDaemonSet(ds), verb: 'update', subresource: 'status', body }], { kind: 'bump-collision-count', error });
};

export const collisionCountBumped = (run: Run, { error }: Stage<'bump-collision-count'>, answer: Answer): DaemonPlan =>
  failedHistory(run, errorOf(answer) ?? error);
