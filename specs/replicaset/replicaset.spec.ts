/** The ReplicaSet controller, request by request. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { forbidden } from '../../src/api/status.ts';
import type { Pod, ReplicaSet } from '../../src/api/types.ts';
import type { Answer, Op } from '../../src/client/controller.ts';
import { uidSatisfied } from '../../src/client/expectations.ts';
import type { ReplicaSetMemory, ReplicaSetPlan } from '../../src/components/kube-controller-manager/replicaset/sync-data.ts';
import { typedReplicaSetController } from '../../src/components/kube-controller-manager/replicaset/replicaset-controller.ts';
import { upstreamReplicaSetPolicy } from '../../src/components/kube-controller-manager/replicaset/policy/replicaset-policy.ts';
import { cachesOf, conflicted, contextOf, gone, NOW, NOW_MS, ok, ownedBy, pod, readySince, replicaSet, said } from './cluster.ts';

const controller = typedReplicaSetController();
const KEY = 'default/web';

interface World {
  readonly sets: readonly ReplicaSet[];
  readonly pods?: readonly Pod[];
  readonly memory?: ReplicaSetMemory;
  readonly nowMs?: number;
}

const contextIn = (world: World) => contextOf(cachesOf(controller, { 'replicasets.apps': world.sets, pods: world.pods ?? [] }), world.nowMs ?? NOW_MS);
const sync = (world: World, using = controller): ReplicaSetPlan => using.reconcile(world.memory ?? controller.initial, 'replicaset', KEY, contextIn(world));
const answer = (plan: ReplicaSetPlan, world: World, answers: readonly Answer[]): ReplicaSetPlan => {
  if (plan.kind !== 'ask') throw new Error(`expected ask, got ${plan.kind}`);
  return controller.resume(plan.memory, 'replicaset', KEY, plan.stage, answers, contextIn(world));
};
const requests = (plan: ReplicaSetPlan): readonly string[] => (plan.kind === 'ask' ? plan.requests.map(said) : [plan.kind]);
const bodyOf = (plan: ReplicaSetPlan): ReplicaSet => (plan.kind === 'ask' ? plan.requests[0]?.body : undefined) as ReplicaSet;
const created = (n: number): readonly Answer[] => Array.from({ length: n }, (_, i) => ok(pod(`web-${i}`)));
const deleted: Answer = { kind: 'done', code: 200, status: { kind: 'Status', apiVersion: 'v1', status: 'Success' } };
const refusedCreate: Answer = { kind: 'refused', code: 403, status: forbidden('', 'pods', 'web-', 'exceeded quota') };
const messages = (ops: readonly Op[]): readonly string[] => ops.flatMap((op) => (op.op === 'event' ? [`${op.reason}: ${op.message}`] : []));
const webPod = (rs: KubeObject, name: string, more: Parameters<typeof pod>[1] = {}): Pod => pod(name, { ...more, meta: { ...ownedBy(rs), ...more.meta } });

describe('replicaset.create', () => {
  const world: World = { sets: [replicaSet('web', 5)] };

  it('creates in batches of 1, 2 and the rest, then writes the status', () => {
    const first = sync(world);
    expect(requests(first)).toEqual(['create pods']);
    const second = answer(first, world, created(1));
    expect(requests(second)).toEqual(['create pods', 'create pods']);
    expect(messages(second.ops)).toEqual(['SuccessfulCreate: Created pod: web-0']);
    const third = answer(second, world, created(2));
    expect(requests(third)).toEqual(['create pods', 'create pods']);
    const status = answer(third, world, created(2));
    expect(requests(status)).toEqual(['update replicasets.apps/status web']);
    expect(bodyOf(status).status).toEqual({ replicas: 0, observedGeneration: 1 });
    expect(answer(status, world, [ok(bodyOf(status))]).kind).toBe('done');
  });

  it('does nothing more until its creates have been observed', () => {
    const memory = sync(world).memory;
    expect(requests(sync({ ...world, memory }))).toEqual(['update replicasets.apps/status web']);
    const [rs] = world.sets;
    const observed = [0, 1, 2, 3, 4].reduce((m, i) => controller.handle(m,
      { kind: 'add', resource: 'pods', object: webPod(rs as ReplicaSet, `web-${i}`), initial: false }, contextIn(world)).memory, memory);
    expect(requests(sync({ ...world, memory: observed }))).toEqual(['create pods']);
  });

  it('forgets its expectations after five minutes', () => {
    const memory = sync(world).memory;
    expect(requests(sync({ ...world, memory, nowMs: NOW_MS + 300_000 }))).toEqual(['update replicasets.apps/status web']);
    expect(requests(sync({ ...world, memory, nowMs: NOW_MS + 300_001 }))).toEqual(['create pods']);
  });

  it('stops at the first failure, no longer expects the rest, reports ReplicaFailure, and fails', () => {
    const status = answer(sync(world), world, [refusedCreate]);
    expect(messages(status.ops)).toEqual(['FailedCreate: Error creating: pods "web-" is forbidden: exceeded quota']);
    expect(uidSatisfied(status.memory.expectations, KEY, NOW_MS)).toBe(true);
    expect(bodyOf(status).status?.conditions).toEqual([{
      type: 'ReplicaFailure', status: 'True', lastTransitionTime: NOW, reason: 'FailedCreate', message: 'pods "web-" is forbidden: exceeded quota',
    }]);
    expect(answer(status, world, [ok(bodyOf(status))])).toMatchObject({ kind: 'failed', error: 'pods "web-" is forbidden: exceeded quota' });
  });

  it('takes a refusal in a terminating namespace for done', () => {
    const status = { ...forbidden('', 'pods', 'web-', 'x'), details: { causes: [{ reason: 'NamespaceTerminating', message: 'x' }] } };
    const next = answer(sync(world), world, [{ kind: 'refused', code: 403, status }]);
    expect([requests(next), next.ops]).toEqual([['create pods', 'create pods'], []]);
  });

  it('creates at most 500 at once', () => {
    const world1200: World = { sets: [replicaSet('web', 1200)] };
    let plan = sync(world1200);
    let count = 0;
    while (plan.kind === 'ask' && plan.requests[0]?.verb === 'create') {
      count += plan.requests.length;
      plan = answer(plan, world1200, created(plan.requests.length));
    }
    expect(count).toBe(500);
  });

  it('a ReplicaSet that is being deleted creates nothing', () => {
    const dying: World = { sets: [replicaSet('web', 2, { meta: { deletionTimestamp: NOW }, status: { replicas: 0, observedGeneration: 1 } })] };
    expect(requests(sync(dying))).toEqual(['done']);
  });

  it('a ReplicaSet that is gone leaves no expectations', () => {
    const memory = sync(world).memory;
    const plan = sync({ sets: [], memory });
    expect([plan.kind, plan.memory.expectations.counts.size]).toEqual(['done', 0]);
  });
});

describe('replicaset.delete', () => {
  const rs = replicaSet('web', 1, { meta: { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: 'd', controller: true }] } });
  const running = (name: string, nodeName: string): Pod => webPod(rs, name, { spec: { nodeName }, status: readySince('2023-11-14T00:00:00Z') });
  const world: World = { sets: [rs], pods: [running('a', 'n1'), running('b', 'n2'), running('c', 'n2')] };

  it('prefers pods that share their node with related ones, and deletes all at once', () => {
    const plan = sync(world);
    expect(requests(plan)).toEqual(['delete pods b', 'delete pods c']);
    const status = answer(plan, world, [deleted, deleted]);
    expect(messages(status.ops)).toEqual(['SuccessfulDelete: Deleted pod: b', 'SuccessfulDelete: Deleted pod: c']);
    expect(bodyOf(status).status).toMatchObject({ replicas: 3, readyReplicas: 3, availableReplicas: 3, fullyLabeledReplicas: 3 });
  });

  it('observes each deletion once, by the pod\'s key', () => {
    let memory = sync(world).memory;
    const seen = (name: string): void => {
      const object = { ...running(name, 'n2'), metadata: { ...running(name, 'n2').metadata, deletionTimestamp: NOW, resourceVersion: '2' } };
      memory = controller.handle(memory, { kind: 'update', resource: 'pods', before: running(name, 'n2'), object }, contextIn(world)).memory;
    };
    seen('b');
    seen('b');
    expect(uidSatisfied(memory.expectations, KEY, NOW_MS)).toBe(false);
    seen('c');
    expect(uidSatisfied(memory.expectations, KEY, NOW_MS)).toBe(true);
  });

  it('a pod that is gone already is no failure, another refusal is', () => {
    const plan = sync(world);
    expect(bodyOf(answer(plan, world, [gone('b'), deleted])).status?.conditions).toBeUndefined();
    const failing = answer(plan, world, [{ kind: 'refused', code: 403, status: forbidden('', 'pods', 'b', 'no') }, deleted]);
    expect(bodyOf(failing).status?.conditions).toMatchObject([{ reason: 'FailedDelete', message: 'unable to delete pods: pods "b" is forbidden: no' }]);
  });
});

describe('replicaset.claim', () => {
  it('reads itself afresh, then adopts a matching orphan, which then counts', () => {
    const world: World = { sets: [replicaSet('web', 1)], pods: [pod('orphan')] };
    const get = sync(world);
    expect(requests(get)).toEqual(['get replicasets.apps web']);
    const patch = answer(get, world, [ok(replicaSet('web', 1))]);
    expect(requests(patch)).toEqual(['patch pods orphan']);
    const status = answer(patch, world, [ok(pod('orphan'))]);
    expect(bodyOf(status).status).toMatchObject({ replicas: 1, fullyLabeledReplicas: 1 });
  });

  it('releases a pod that no longer matches, and replaces it', () => {
    const rs = replicaSet('web', 1);
    const world: World = { sets: [rs], pods: [webPod(rs, 'strayed', { meta: { ...ownedBy(rs), labels: { app: 'x' } } })] };
    const patch = sync(world);
    expect(requests(patch)).toEqual(['patch pods strayed']);
    expect(requests(answer(patch, world, [ok(pod('strayed'))]))).toEqual(['create pods']);
  });

  it('a claim that fails ends the sync', () => {
    const world: World = { sets: [replicaSet('web', 1)], pods: [pod('orphan')] };
    const patch = answer(sync(world), world, [ok(replicaSet('web', 1))]);
    expect(answer(patch, world, [conflicted('orphan', 'pods')]).kind).toBe('failed');
  });

  it('finished pods do not count', () => {
    const rs = replicaSet('web', 1);
    expect(requests(sync({ sets: [rs], pods: [webPod(rs, 'a', { status: { phase: 'Failed' } })] }))).toEqual(['create pods']);
  });
});

describe('replicaset.status', () => {
  const rs = replicaSet('web', 1);
  const world: World = { sets: [rs], pods: [webPod(rs, 'a', { status: readySince(NOW) })] };

  it('writes once more, on the fresh object, after a refusal', () => {
    const first = sync(world);
    const get = answer(first, world, [conflicted('web')]);
    expect(requests(get)).toEqual(['get replicasets.apps web']);
    const second = answer(get, world, [ok(replicaSet('web', 1, { meta: { resourceVersion: '9', generation: 2 } }))]);
    expect(requests(second)).toEqual(['update replicasets.apps/status web']);
    expect(bodyOf(second)).toMatchObject({ metadata: { resourceVersion: '9' }, status: { replicas: 1, readyReplicas: 1, availableReplicas: 1, observedGeneration: 1 } });
    expect(answer(second, world, [conflicted('web')])).toMatchObject({ kind: 'failed' });
  });

  it('an unchanged status is not written', () => {
    const status = { replicas: 1, fullyLabeledReplicas: 1, readyReplicas: 1, availableReplicas: 1, observedGeneration: 1 };
    expect(requests(sync({ ...world, sets: [{ ...rs, status }] }))).toEqual(['done']);
  });

  it('with minReadySeconds it looks again when the pod becomes available', () => {
    const slow = replicaSet('web', 1, { spec: { minReadySeconds: 10 } });
    const slowWorld: World = { sets: [slow], pods: [webPod(slow, 'a', { status: readySince('2023-11-14T22:13:16Z') })] };
    const plan = sync(slowWorld);
    expect(bodyOf(plan).status).toEqual({ replicas: 1, fullyLabeledReplicas: 1, readyReplicas: 1, observedGeneration: 1 });
    expect(answer(plan, slowWorld, [ok(bodyOf(plan))]).ops).toEqual([{ op: 'add-after', key: KEY, afterMs: 6000 }]);
  });
});

describe('replicaset.handlers', () => {
  const rs = replicaSet('web', 1, { spec: { minReadySeconds: 5 } });
  const world: World = { sets: [rs] };
  const handle = (notification: Parameters<typeof controller.handle>[1], memory = controller.initial) => controller.handle(memory, notification, contextIn(world));
  const add = { op: 'add', key: KEY };

  it('a pod that becomes ready is looked at again after minReadySeconds and a second', () => {
    const before = webPod(rs, 'a');
    const object = webPod(rs, 'a', { status: readySince(NOW), meta: { ...ownedBy(rs), resourceVersion: '2' } });
    expect(handle({ kind: 'update', resource: 'pods', before, object }).ops).toEqual([add, { op: 'add-after', key: KEY, afterMs: 6000 }]);
  });

  it('an orphan wakes every ReplicaSet that selects it', () => {
    expect(handle({ kind: 'add', resource: 'pods', object: pod('orphan'), initial: false }).ops).toEqual([add]);
    expect(handle({ kind: 'add', resource: 'pods', object: pod('x', { meta: { labels: { app: 'x' } } }), initial: false }).ops).toEqual([]);
  });

  it('a deleted orphan wakes nobody', () => {
    expect(handle({ kind: 'delete', resource: 'pods', object: pod('orphan'), tombstone: false }).ops).toEqual([]);
  });

  it('a resync of a pod wakes nobody', () => {
    const same = webPod(rs, 'a');
    expect(handle({ kind: 'update', resource: 'pods', before: same, object: same }).ops).toEqual([]);
  });

  it('a pod first seen while being deleted observes no creation', () => {
    const memory = sync(world).memory;
    const object = webPod(rs, 'a', { meta: { ...ownedBy(rs), deletionTimestamp: NOW } });
    expect(uidSatisfied(handle({ kind: 'add', resource: 'pods', object, initial: true }, memory).memory.expectations, KEY, NOW_MS)).toBe(false);
  });

  it('a pod of another incarnation of the ReplicaSet wakes nobody', () => {
    const other = replicaSet('web', 1, { meta: { uid: 'old' } });
    expect(handle({ kind: 'add', resource: 'pods', object: webPod(other, 'a'), initial: false }).ops).toEqual([]);
  });

  it('a ReplicaSet replaced by another of its name starts without expectations', () => {
    const memory = sync(world).memory;
    const change = handle({ kind: 'update', resource: 'replicasets.apps', before: rs, object: replicaSet('web', 1, { meta: { uid: 'u2' } }) }, memory);
    expect([change.ops, change.memory.expectations.counts.size]).toEqual([[add, add], 0]);
  });
});

describe('replicaset.policy', () => {
  it('a variant replaces one decision', () => {
    const eager = typedReplicaSetController({ ...upstreamReplicaSetPolicy, name: 'eager', firstBatch: (count) => count });
    expect(requests(sync({ sets: [replicaSet('web', 3)] }, eager))).toEqual(['create pods', 'create pods', 'create pods']);
  });
});
