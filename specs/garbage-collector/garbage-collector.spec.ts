/** The garbage collector: what it deletes, in which way, and when it lets an owner finish. */
import { describe, expect, it } from 'vitest';
import type { KubeObject, ObjectMeta, OwnerReference } from '../../src/api/object.ts';
import type { Answer } from '../../src/client/controller.ts';
import { typedGarbageCollector as gc } from '../../src/components/kube-controller-manager/garbage-collector/garbage-collector.ts';
import { added, added1, bodyOf, deleted1, drive, errorIn, meta, missing, NOW, ok, refusedConflict, requestOf, requests, succeeded, updated1 } from '../kube-controller-manager/drive.ts';

const driver = drive(gc);
type Memory = typeof gc.initial;
type GcPlan = ReturnType<typeof driver.sync>;
const TO_DELETE = 'garbage_collector_attempt_to_delete';
const TO_ORPHAN = 'garbage_collector_attempt_to_orphan';

const ref = (kind: string, name: string, more: Partial<OwnerReference> = {}): OwnerReference =>
  ({ apiVersion: kind === 'Node' ? 'v1' : 'apps/v1', kind, name, uid: `uid-${name}`, controller: true, blockOwnerDeletion: true, ...more });
const object = (kind: string, name: string, more: Partial<ObjectMeta> = {}): KubeObject =>
  ({ apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1', kind, metadata: meta(name, more) });
const resourceOf = ({ kind }: KubeObject): string => (kind === 'Pod' ? 'pods' : `${kind.toLowerCase()}s.apps`);
const foreground = { deletionTimestamp: NOW, finalizers: ['foregroundDeletion'] };

const deployment = object('Deployment', 'd');
const set = object('ReplicaSet', 'rs', { ownerReferences: [ref('Deployment', 'd')] });
const pod = object('Pod', 'p', { ownerReferences: [ref('ReplicaSet', 'rs')] });

const see = (memory: Memory, ...objects: readonly KubeObject[]): Memory => objects.reduce((m, one) => driver.handle(m, added1(resourceOf(one), one), {}).memory, memory);
const all = see(gc.initial, deployment, set, pod);
const sync = (memory: Memory, name: string, queue = TO_DELETE): GcPlan => driver.sync(queue, `uid-${name}`, {}, memory);
const answer = (plan: GcPlan, name: string, answers: readonly Answer[], queue = TO_DELETE): GcPlan => driver.answer(plan, queue, `uid-${name}`, answers, {});

describe('gc.background', () => {
  it('a delete sends every dependent, without a question after the owner', () => {
    const { memory, ops } = driver.handle(all, deleted1('deployments.apps', deployment), {});
    expect(added(ops)).toEqual([`${TO_DELETE} uid-rs`]);
    const read = sync(memory, 'rs');
    expect(requests(read)).toEqual(['get replicasets.apps rs']);
    const remove = answer(read, 'rs', [ok(set)]);
    expect(requests(remove)).toEqual(['delete replicasets.apps rs']);
    expect(requestOf(remove).options).toEqual({ preconditions: { uid: 'uid-rs', resourceVersion: '1' }, propagationPolicy: 'Background' });
    expect(answer(remove, 'rs', [succeeded]).kind).toBe('done');
  });

  it('an object whose owner exists stays', () => {
    const owners = answer(sync(all, 'rs'), 'rs', [ok(set)]);
    expect(requests(owners)).toEqual(['get deployments.apps d']);
    expect(answer(owners, 'rs', [ok(deployment)]).kind).toBe('done');
  });

  it('an owner of the same name and another UID is no owner', () => {
    const owners = answer(sync(all, 'rs'), 'rs', [ok(set)]);
    const remove = answer(owners, 'rs', [ok(object('Deployment', 'd', { uid: 'other' }))]);
    expect(requests(remove)).toEqual(['delete replicasets.apps rs']);
    expect(requests(answer(sync(remove.memory, 'rs'), 'rs', [ok(set)]))).toEqual(['delete replicasets.apps rs']);
  });

  it('keeps to the finalizers that the object has', () => {
    const { memory } = driver.handle(all, deleted1('deployments.apps', deployment), {});
    const held = (finalizer: string): GcPlan => answer(sync(memory, 'rs'), 'rs', [ok({ ...set, metadata: { ...set.metadata, finalizers: [finalizer] } })]);
    expect(requestOf(held('orphan')).options?.propagationPolicy).toBe('Orphan');
    expect(requestOf(held('foregroundDeletion')).options?.propagationPolicy).toBe('Foreground');
  });

  it('loses the owners that are gone when another is left', () => {
    const two = object('Pod', 'two', { ownerReferences: [ref('ReplicaSet', 'gone'), ref('ReplicaSet', 'rs')] });
    const owners = answer(sync(see(all, two), 'two'), 'two', [ok(two)]);
    const patch = answer(owners, 'two', [missing('replicasets', 'gone'), ok(set)]);
    expect(requests(patch)).toEqual(['patch pods two']);
    expect(bodyOf(patch)).toEqual({ metadata: { uid: 'uid-two', ownerReferences: [{ $patch: 'delete', uid: 'uid-gone' }] } });
  });

  it('does not wait for an object that is being deleted already', () => {
    const dying = see(gc.initial, object('Pod', 'p', { deletionTimestamp: NOW, ownerReferences: [ref('ReplicaSet', 'rs')] }));
    expect(sync(dying, 'p').kind).toBe('done');
  });
});

describe('gc.conflict', () => {
  const { memory } = driver.handle(all, deleted1('deployments.apps', deployment), {});
  const remove = answer(sync(memory, 'rs'), 'rs', [ok(set)]);
  const reread = answer(remove, 'rs', [refusedConflict('replicasets', 'rs')]);

  it('deletes all the same when the owners are the same', () => {
    expect(requests(reread)).toEqual(['get replicasets.apps rs']);
    const again = answer(reread, 'rs', [ok({ ...set, metadata: { ...set.metadata, resourceVersion: '2' } })]);
    expect(requestOf(again).options?.preconditions).toEqual({ uid: 'uid-rs' });
  });

  it('tries again later when they are not', () => {
    expect(answer(reread, 'rs', [ok({ ...set, metadata: { ...set.metadata, resourceVersion: '2', ownerReferences: [] } })]).kind).toBe('failed');
  });

  it('what is gone meanwhile leaves the graph, and its dependents are looked at', () => {
    const end = answer(remove, 'rs', [missing('replicasets', 'rs')]);
    expect([end.kind, added(end.ops), end.memory.graph.has('uid-rs')]).toEqual(['done', [`${TO_DELETE} uid-p`], false]);
  });
});

describe('gc.foreground', () => {
  const dying = object('Deployment', 'd', foreground);
  const seen = driver.handle(all, updated1('deployments.apps', deployment, dying), {});

  it('looks at the dependents and at the owner', () => {
    expect(added(seen.ops)).toEqual([`${TO_DELETE} uid-rs`, `${TO_DELETE} uid-d`]);
  });

  it('deletes a dependent that has dependents in the foreground, one that has none in the background', () => {
    const set1 = answer(answer(sync(seen.memory, 'rs'), 'rs', [ok(set)]), 'rs', [ok(dying)]);
    expect(requestOf(set1)).toMatchObject({ verb: 'delete', options: { propagationPolicy: 'Foreground' } });
    const dyingSet = object('ReplicaSet', 'rs', { ...foreground, ownerReferences: [ref('Deployment', 'd')] });
    const { memory } = driver.handle(seen.memory, updated1('replicasets.apps', set, dyingSet), {});
    const pod1 = answer(answer(sync(memory, 'p'), 'p', [ok(pod)]), 'p', [ok(dyingSet)]);
    expect(requestOf(pod1)).toMatchObject({ verb: 'delete', resource: 'pods', options: { propagationPolicy: 'Background' } });
  });

  it('the owner waits while a dependent blocks it, and loses its finalizer when none does', () => {
    const waiting = answer(sync(seen.memory, 'd'), 'd', [ok(dying)]);
    expect([waiting.kind, added(waiting.ops)]).toEqual(['done', [`${TO_DELETE} uid-rs`]]);
    const free = driver.handle(seen.memory, deleted1('replicasets.apps', set), {});
    expect(added(free.ops)).toEqual([`${TO_DELETE} uid-p`, `${TO_DELETE} uid-d`]);
    const reread = answer(sync(free.memory, 'd'), 'd', [ok(dying)]);
    expect(requests(reread)).toEqual(['get deployments.apps d']);
    const patch = answer(reread, 'd', [ok({ ...dying, metadata: { ...dying.metadata, resourceVersion: '7' } })]);
    expect(bodyOf(patch)).toEqual({ metadata: { resourceVersion: '7', finalizers: null } });
    expect(answer(patch, 'd', [ok(dying)]).kind).toBe('done');
  });

  it('a dependent that stops blocking sends its owner', () => {
    const loose = object('ReplicaSet', 'rs', { ownerReferences: [ref('Deployment', 'd', { blockOwnerDeletion: false })] });
    const change = driver.handle(seen.memory, updated1('replicasets.apps', set, loose), {});
    expect(added(change.ops)).toEqual([`${TO_DELETE} uid-d`]);
    expect(requests(answer(sync(change.memory, 'd'), 'd', [ok(dying)]))).toEqual(['get deployments.apps d']);
  });

  it('gives up removing a finalizer after four conflicts in a row', () => {
    const free = driver.handle(seen.memory, deleted1('replicasets.apps', set), {}).memory;
    let plan = answer(sync(free, 'd'), 'd', [ok(dying)]);
    let reads = 0;
    while (plan.kind === 'ask') {
      reads += 1;
      plan = answer(answer(plan, 'd', [ok(dying)]), 'd', [refusedConflict('deployments', 'd')]);
    }
    expect([reads, plan.kind]).toEqual([4, 'failed']);
  });
});

describe('gc.circle', () => {
  it('breaks a circle of waiting owners: the object blocks nobody, then goes in the foreground', () => {
    const a = object('ReplicaSet', 'a', { ...foreground, ownerReferences: [ref('ReplicaSet', 'b')] });
    const b = object('ReplicaSet', 'b', { ownerReferences: [ref('ReplicaSet', 'a')] });
    const patch = answer(answer(sync(see(gc.initial, a, b), 'b'), 'b', [ok(b)]), 'b', [ok(a)]);
    expect(requestOf(patch)).toMatchObject({ verb: 'patch', patchType: 'strategic' });
    expect(bodyOf(patch)).toEqual({ metadata: { uid: 'uid-b', ownerReferences: [ref('ReplicaSet', 'a', { blockOwnerDeletion: false })] } });
    expect(requestOf(answer(patch, 'b', [ok(b)])).options?.propagationPolicy).toBe('Foreground');
  });
});

describe('gc.orphan', () => {
  const dying = object('ReplicaSet', 'rs', { deletionTimestamp: NOW, finalizers: ['orphan'], ownerReferences: [ref('Deployment', 'd')] });

  it('takes the owner from its dependents, then the finalizer from the owner', () => {
    const { memory, ops } = driver.handle(all, updated1('replicasets.apps', set, dying), {});
    expect(added(ops)).toEqual([`${TO_ORPHAN} uid-rs`]);
    const patch = sync(memory, 'rs', TO_ORPHAN);
    expect([requests(patch), bodyOf(patch)]).toEqual([['patch pods p'], { metadata: { uid: 'uid-p', ownerReferences: [{ $patch: 'delete', uid: 'uid-rs' }] } }]);
    const reread = answer(patch, 'rs', [ok(pod)], TO_ORPHAN);
    expect(requests(answer(reread, 'rs', [ok(dying)], TO_ORPHAN))).toEqual(['patch replicasets.apps rs']);
    expect(answer(patch, 'rs', [refusedConflict('pods', 'p')], TO_ORPHAN).kind).toBe('failed');
  });
});

describe('gc.virtual', () => {
  const { memory, ops } = driver.handle(gc.initial, added1('pods', pod), {});

  it('looks for an owner that nobody has seen', () => {
    expect(added(ops)).toEqual([`${TO_DELETE} uid-rs`]);
    const gone = answer(sync(memory, 'rs'), 'rs', [missing('replicasets', 'rs')]);
    expect(added(gone.ops)).toEqual([`${TO_DELETE} uid-p`]);
  });

  it('asks again until a watch has shown it', () => {
    expect(errorIn(answer(sync(memory, 'rs'), 'rs', [ok(object('ReplicaSet', 'rs'))]))).toBe("rs hasn't been observed via informer yet");
    expect(answer(sync(see(memory, object('ReplicaSet', 'rs')), 'rs'), 'rs', [ok(object('ReplicaSet', 'rs'))]).kind).toBe('done');
  });

  it('never judges a cluster-scoped object by a namespaced owner', () => {
    const node: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', uid: 'uid-n', ownerReferences: [ref('ReplicaSet', 'rs')] } };
    const seen = driver.handle(gc.initial, added1('nodes', node), {}).memory;
    expect(requestOf(sync(seen, 'rs')).namespace).toBe('default');
    expect(answer(sync(seen, 'n'), 'n', [ok(node)]).kind).toBe('done');
  });
});
