/** What controllers share when they make, rank, adopt and release pods, by example. */
import { describe, expect, it } from 'vitest';
import { forbidden, invalid, notFound } from '../../src/api/status.ts';
import { aggregate } from '../../src/components/kube-controller-manager/pod-control/errors.ts';
import { sortActivePods, sortRankedPods } from '../../src/components/kube-controller-manager/pod-control/active-pods.ts';
import { minNextAvailabilityCheck } from '../../src/components/kube-controller-manager/pod-control/availability.ts';
import type { Claiming } from '../../src/components/kube-controller-manager/pod-control/claiming.ts';
import { claimAnswered, claimedObjects, claimError, claimRequest, startClaiming } from '../../src/components/kube-controller-manager/pod-control/claiming.ts';
import { decideClaims } from '../../src/components/kube-controller-manager/pod-control/claims.ts';
import { createFromTemplate, createOutcome, deleteOutcome } from '../../src/components/kube-controller-manager/pod-control/pod-requests.ts';
import { podFromTemplate, podsPrefix } from '../../src/components/kube-controller-manager/pod-control/pod-template.ts';
import { firstBatch, nextBatch } from '../../src/components/kube-controller-manager/pod-control/slow-start.ts';
import { ownerReference } from '../../src/api/pod-helpers.ts';
import type { Pod } from '../../src/api/types.ts';
import type { Answer } from '../../src/client/controller.ts';
import { gone, NOW_MS, ok, ownedBy, pod, readySince, replicaSet, said } from '../replicaset/cluster.ts';

const rs = replicaSet('web', 3);
const names = (pods: readonly Pod[]): readonly string[] => pods.map((one) => one.metadata.name);

describe('pod-control.template', () => {
  it('a pod takes labels, annotations, finalizers and spec of the template, and a generated name with the parent\'s as prefix', () => {
    const template = { metadata: { labels: { app: 'web' }, annotations: { a: '1' }, finalizers: ['x/y'] }, spec: { containers: [{ name: 'c', image: 'nginx:1' }] } };
    expect(podFromTemplate(template, rs, ownerReference(rs))).toEqual({
      apiVersion: 'v1', kind: 'Pod',
      metadata: {
        generateName: 'web-', labels: { app: 'web' }, annotations: { a: '1' }, finalizers: ['x/y'],
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'uid-web', controller: true, blockOwnerDeletion: true }],
      },
      spec: { containers: [{ name: 'c', image: 'nginx:1' }] },
    });
  });

  it('the prefix has a dash, unless no name could be made of it', () => {
    expect(podsPrefix('web')).toBe('web-');
    expect(podsPrefix('a'.repeat(254))).toBe('a'.repeat(254));
  });

  it('a create goes to the parent\'s namespace', () => {
    expect(createFromTemplate(rs.spec.template ?? {}, rs, ownerReference(rs))).toMatchObject({ verb: 'create', resource: 'pods', namespace: 'default' });
  });
});

describe('pod-control.outcomes', () => {
  const refused = (status: ReturnType<typeof forbidden>): Answer => ({ kind: 'refused', code: status.code, status });

  it('a create that succeeds is an event SuccessfulCreate', () => {
    expect(createOutcome(rs, ok(pod('web-abcde')))).toEqual({
      ops: [{ op: 'event', regarding: rs, type: 'Normal', reason: 'SuccessfulCreate', message: 'Created pod: web-abcde' }], error: undefined,
    });
  });

  it('a create that is refused is an event FailedCreate with the server\'s words', () => {
    const outcome = createOutcome(rs, refused(forbidden('', 'pods', 'web-', 'exceeded quota')));
    expect(outcome.ops).toMatchObject([{ type: 'Warning', reason: 'FailedCreate', message: 'Error creating: pods "web-" is forbidden: exceeded quota' }]);
  });

  it('a create refused because the namespace is being terminated is no event', () => {
    const status = { ...forbidden('', 'pods', 'web-', 'x'), details: { causes: [{ reason: 'NamespaceTerminating', message: 'x' }] } };
    expect(createOutcome(rs, refused(status)).ops).toEqual([]);
  });

  it('a delete that succeeds is an event SuccessfulDelete; of a pod that is gone, none, but an error', () => {
    expect(deleteOutcome(rs, 'a', { kind: 'done', code: 200, status: { kind: 'Status', apiVersion: 'v1', status: 'Success' } }).ops)
      .toMatchObject([{ type: 'Normal', reason: 'SuccessfulDelete', message: 'Deleted pod: a' }]);
    expect(deleteOutcome(rs, 'a', gone('a'))).toEqual({ ops: [], error: 'pods "a" not found' });
  });

  it('a delete that is refused is an event FailedDelete', () => {
    const outcome = deleteOutcome(rs, 'a', refused(forbidden('', 'pods', 'a', 'no')));
    expect(outcome.ops).toMatchObject([{ type: 'Warning', reason: 'FailedDelete', message: 'Error deleting: pods "a" is forbidden: no' }]);
    expect(outcome.error).toBe('unable to delete pods: pods "a" is forbidden: no');
  });

  it('several errors read as one, each once', () => {
    expect([aggregate([]), aggregate(['a']), aggregate(['a', 'b', 'a'])]).toEqual([undefined, 'a', '[a, b]']);
  });
});

describe('pod-control.slow-start', () => {
  it('batches of 10 are 1, 2, 4 and the rest', () => {
    const sizes: number[] = [];
    let remaining = 10;
    for (let size = firstBatch(remaining); size > 0; size = nextBatch(size, remaining)) {
      sizes.push(size);
      remaining -= size;
    }
    expect(sizes).toEqual([1, 2, 4, 3]);
  });
});

describe('pod-control.order', () => {
  const unassigned = pod('unassigned');
  const pending = pod('pending', { spec: { nodeName: 'n1' } });
  const unready = pod('unready', { spec: { nodeName: 'n1' }, status: { phase: 'Running' } });
  const ready = (name: string, since: string, more: Parameters<typeof pod>[1] = {}): Pod => pod(name, { spec: { nodeName: 'n1' }, status: readySince(since), ...more });
  const old = ready('old', '2023-11-13T22:13:20Z');
  const young = ready('young', '2023-11-14T22:13:00Z');

  it('unassigned before assigned, pending before running, not ready before ready, later ready before earlier', () => {
    expect(names(sortActivePods([old, young, unready, pending, unassigned]))).toEqual(['unassigned', 'pending', 'unready', 'young', 'old']);
    expect(names(sortRankedPods([old, young, unready, pending, unassigned], () => 0, NOW_MS))).toEqual(['unassigned', 'pending', 'unready', 'young', 'old']);
  });

  it('a lower deletion cost goes first, before colocation', () => {
    const cheap = ready('cheap', '2023-11-13T22:13:20Z', { meta: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-1' } } });
    expect(names(sortRankedPods([old, cheap], (one) => (one === old ? 5 : 0), NOW_MS))).toEqual(['cheap', 'old']);
  });

  it('a pod with more related pods on its node goes first', () => {
    expect(names(sortRankedPods([young, old], (one) => (one === old ? 2 : 1), NOW_MS))).toEqual(['old', 'young']);
  });

  it('ready times of the same power of two are decided by UID', () => {
    const a = ready('a', '2023-11-14T20:00:00Z', { meta: { uid: 'z' } });
    const b = ready('b', '2023-11-14T20:00:01Z', { meta: { uid: 'y' } });
    const c = ready('c', '2023-11-14T19:59:59Z', { meta: { uid: 'x' } });
    expect(names(sortRankedPods([a, b, c], () => 0, NOW_MS))).toEqual(['c', 'b', 'a']);
  });

  it('more restarts go first', () => {
    const status = (restartCount: number): NonNullable<Pod['status']> =>
      ({ ...readySince('2023-11-13T22:13:20Z'), containerStatuses: [{ name: 'c', image: 'i', imageID: 'i', ready: true, restartCount }] });
    const calm = pod('calm', { spec: { nodeName: 'n1' }, status: status(0) });
    const crashing = pod('crashing', { spec: { nodeName: 'n1' }, status: status(3) });
    expect(names(sortActivePods([calm, crashing]))).toEqual(['crashing', 'calm']);
  });
});

describe('pod-control.availability', () => {
  it('the next check is when the first ready pod becomes available', () => {
    const pods = [pod('a', { status: readySince('2023-11-14T22:13:16Z') }), pod('b', { status: readySince('2023-11-14T22:13:18Z') }), pod('c')];
    expect(minNextAvailabilityCheck(pods, 10, NOW_MS, NOW_MS)).toBe(6000);
    expect(minNextAvailabilityCheck(pods, 10, NOW_MS, NOW_MS + 7000)).toBe(0);
    expect(minNextAvailabilityCheck([pod('c')], 10, NOW_MS, NOW_MS)).toBeUndefined();
  });
});

describe('pod-control.claims', () => {
  const owned = pod('owned', { meta: ownedBy(rs) });
  const strayed = pod('strayed', { meta: { ...ownedBy(rs), labels: { app: 'other' } } });
  const orphan = pod('orphan');
  const foreign = pod('foreign', { meta: ownedBy(replicaSet('other', 1)) });
  const all = [foreign, orphan, owned, strayed];
  const matches = (one: Pod): boolean => one.metadata.labels?.['app'] === 'web';
  const start = (owner = rs, candidates: readonly Pod[] = all): Claiming<Pod> =>
    startClaiming({ owner, ownerResource: 'replicasets.apps', resource: 'pods', candidates, matches });

  it('keeps what matches, adopts matching orphans, releases what strayed, leaves what others own', () => {
    expect(decideClaims(rs, all, matches)).toEqual({ claimed: [owned], changes: [{ kind: 'adopt', object: orphan }, { kind: 'release', object: strayed }] });
  });

  it('an owner that is being deleted keeps what it has, and changes nothing', () => {
    expect(decideClaims({ ...rs, metadata: { ...rs.metadata, deletionTimestamp: '2023-11-14T22:13:20Z' } }, all, matches)).toEqual({ claimed: [owned], changes: [] });
  });

  it('an orphan that is being deleted is not adopted', () => {
    const dying = pod('dying', { meta: { deletionTimestamp: '2023-11-14T22:13:20Z' } });
    expect(decideClaims(rs, [dying], matches).changes).toEqual([]);
  });

  it('reads the owner afresh before the first adoption, then patches with the pod\'s uid', () => {
    const first = start();
    expect(claimRequest(first)).toEqual({ verb: 'get', resource: 'replicasets.apps', namespace: 'default', name: 'web' });
    const second = claimAnswered(first, ok(rs));
    expect(claimRequest(second)).toEqual({
      verb: 'patch', resource: 'pods', namespace: 'default', name: 'orphan', patchType: 'strategic',
      body: { metadata: { ownerReferences: ownedBy(rs).ownerReferences, uid: 'uid-orphan' } },
    });
    const third = claimAnswered(second, ok(orphan));
    expect(claimRequest(third)).toEqual({
      verb: 'patch', resource: 'pods', namespace: 'default', name: 'strayed', patchType: 'strategic',
      body: { metadata: { uid: 'uid-strayed', ownerReferences: [{ $patch: 'delete', uid: 'uid-web' }] } },
    });
    const last = claimAnswered(third, ok(strayed));
    expect(claimRequest(last)).toBeUndefined();
    expect(names(claimedObjects(last))).toEqual(['orphan', 'owned']);
  });

  it('an owner deleted meanwhile adopts nothing, but still releases', () => {
    const fresh = { ...rs, metadata: { ...rs.metadata, deletionTimestamp: '2023-11-14T22:13:20Z' } };
    const after = claimAnswered(start(), ok(fresh));
    expect(claimError(after)).toBe('can\'t adopt Pod default/orphan (uid-orphan): default/web has just been deleted at 2023-11-14 22:13:20 +0000 UTC');
    expect(said(claimRequest(after) ?? { verb: 'get', resource: '' })).toBe('patch pods strayed');
  });

  it('an owner that is another object by now adopts nothing', () => {
    const after = claimAnswered(start(rs, [orphan]), ok(replicaSet('web', 1, { meta: { uid: 'u2' } })));
    expect(claimError(after)).toBe('can\'t adopt Pod default/orphan (uid-orphan): can\'t recheck DeletionTimestamp: original ReplicaSet default/web is gone: got uid u2, wanted uid-web');
  });

  it('a pod that is gone, and a release that is invalid, are no errors', () => {
    const adopting = claimAnswered(start(rs, [orphan, strayed]), ok(rs));
    const releasing = claimAnswered(adopting, { kind: 'refused', code: 404, status: notFound('', 'pods', 'orphan') });
    const last = claimAnswered(releasing, { kind: 'refused', code: 422, status: invalid('', 'Pod', 'strayed', []) });
    expect([claimRequest(last), claimError(last), names(claimedObjects(last))]).toEqual([undefined, undefined, []]);
  });
});
