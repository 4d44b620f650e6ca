/** The Deployment controller, request by request. */
import { describe, expect, it } from 'vitest';
import { alreadyExists, forbidden } from '../../src/api/status.ts';
import type { Deployment } from '../../src/api/types.ts';
import type { Answer } from '../../src/client/controller.ts';
import { typedDeploymentController } from '../../src/components/kube-controller-manager/deployment/deployment-controller.ts';
import { upstreamDeploymentPolicy } from '../../src/components/kube-controller-manager/deployment/policy/deployment-policy.ts';
import { conflicted, NOW, NOW_MS, ok, ownedBy, pod } from '../replicaset/cluster.ts';
import type { Told } from './deployments.ts';
import { contextIn, controller, deployment, nameOf, recreate, setOf, tell, template } from './deployments.ts';

const NEW = nameOf('nginx:1');
const OLD = nameOf('nginx:0');
const STATUS = 'update deployments.apps/status web';
const statusOf = (told: Told, i = -1): Deployment['status'] => told.bodies.at(i)?.status;
const progressing = (told: Told, i = -1) => statusOf(told, i)?.conditions?.find((c) => c.type === 'Progressing');
const revision1 = { annotations: { 'deployment.kubernetes.io/revision': '1' } };
const stood = (d: Deployment, status: Deployment['status']): Deployment => 
  ({ ...d, metadata: { ...d.metadata, ...revision1 }, ...(status === undefined ? {} : { status }) });
const conditions = (reason: string, since = NOW): NonNullable<Deployment['status']> => ({
  conditions: [
    { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.', lastUpdateTime: since, lastTransitionTime: since },
    { type: 'Progressing', status: 'True', reason, message: 'm', lastUpdateTime: since, lastTransitionTime: since },
  ],
});
const complete = (n: number, reason = 'NewReplicaSetAvailable'): NonNullable<Deployment['status']> =>
  ({ observedGeneration: 1, replicas: n, updatedReplicas: n, readyReplicas: n, availableReplicas: n, ...conditions(reason) });

describe('deployment.create', () => {
  const told = tell({ d: deployment(3) });

  it('creates the ReplicaSet at full size, notes it, then writes the status', () => {
    expect(told.requests).toEqual([`create replicasets.apps =3`, STATUS, STATUS]);
    expect(told.end.kind).toBe('done');
  });

  it('names it after the hash, which goes into labels, selector and template', () => {
    const hash = NEW.slice(4);
    expect(told.bodies[0]).toMatchObject({
      metadata: {
        name: NEW, namespace: 'default', labels: { app: 'web', 'pod-template-hash': hash }, ...ownedBy(deployment(3)),
        annotations: { 'deployment.kubernetes.io/revision': '1', 'deployment.kubernetes.io/desired-replicas': '3', 'deployment.kubernetes.io/max-replicas': '4' },
      },
      spec: { selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } }, template: { metadata: { labels: { app: 'web', 'pod-template-hash': hash } } } },
    });
  });

  it('says so in an event', () => {
    expect(told.events).toEqual([`ScalingReplicaSet: Scaled up replica set ${NEW} from 0 to 3`]);
  });

  it('the first status has the revision and the condition alone, the second the counts', () => {
    expect(told.bodies[1]).toMatchObject({ metadata: revision1 });
    expect(statusOf(told, 1)).toEqual({ conditions: [{
      type: 'Progressing', status: 'True', reason: 'NewReplicaSetCreated', message: `Created new replica set "${NEW}"`, lastUpdateTime: NOW, lastTransitionTime: NOW,
    }] });
    expect(statusOf(told, 2)).toMatchObject({
      observedGeneration: 1, unavailableReplicas: 3,
      conditions: [{ type: 'Progressing' }, { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' }],
    });
  });

  it('the second write bears the cache\'s resourceVersion, so it conflicts and the sync fails', () => {
    expect(told.bodies.slice(1).map((body) => body.metadata.resourceVersion)).toEqual(['1', '1']);
    expect(tell({ d: deployment(3) }, { [STATUS]: conflicted('web', 'deployments') }).end.kind).toBe('failed');
  });

  it('a ReplicaSet of the name that the cache does not show yet is no collision: it tries again', () => {
    const exists: Answer = { kind: 'refused', code: 409, status: alreadyExists('apps', 'replicasets', NEW) };
    const again = tell({ d: deployment(3) }, { 'create replicasets.apps =3': exists });
    expect([again.requests, again.end]).toMatchObject([['create replicasets.apps =3'], { kind: 'failed', error: `replicaset.apps "${NEW}" not found` }]);
  });

  it('another\'s ReplicaSet of the name is a collision: the count rises and the key is tried again', () => {
    const d = deployment(3);
    const foreign = { ...setOf(d, 1), metadata: { ...setOf(d, 1).metadata, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'X', name: 'x', uid: 'x', controller: true }] } };
    const exists: Answer = { kind: 'refused', code: 409, status: alreadyExists('apps', 'replicasets', NEW) };
    const collision = tell({ d, sets: [foreign] }, { 'create replicasets.apps =3': exists });
    expect(collision.requests).toEqual(['create replicasets.apps =3', STATUS]);
    expect(statusOf(collision)).toEqual({ collisionCount: 1 });
    expect(collision.end).toMatchObject({ kind: 'failed', error: `replicasets.apps "${NEW}" already exists` });
  });

  it('a refusal is told in the status and in an event', () => {
    const refused: Answer = { kind: 'refused', code: 403, status: forbidden('apps', 'replicasets', NEW, 'no') };
    const failing = tell({ d: deployment(3) }, { 'create replicasets.apps =3': refused });
    const message = `Failed to create new replica set "${NEW}": replicasets.apps "${NEW}" is forbidden: no`;
    expect(progressing(failing)).toMatchObject({ status: 'False', reason: 'ReplicaSetCreateError', message });
    expect(failing.events).toEqual([`ReplicaSetCreateError: ${message}`]);
    expect(failing.end.kind).toBe('failed');
  });

  it('in a terminating namespace it gives up for good', () => {
    const status = { ...forbidden('apps', 'replicasets', NEW, 'no'), details: { causes: [{ reason: 'NamespaceTerminating', message: 'x' }] } };
    const given = tell({ d: deployment(3) }, { 'create replicasets.apps =3': { kind: 'refused', code: 403, status } });
    expect([given.requests.length, given.end.kind, given.events]).toEqual([1, 'done', []]);
  });
});

describe('deployment.rolling', () => {
  const d = stood(deployment(4, { meta: { generation: 2 } }), complete(4));

  it('creates the new one within the surge and shrinks the old one in the same sync', () => {
    const told = tell({ d, sets: [setOf(d, 4, { image: 'nginx:0' })] });
    expect(told.requests).toEqual(['create replicasets.apps =1', STATUS, `update replicasets.apps ${OLD} =3`, STATUS]);
    expect(told.events).toEqual([`ScalingReplicaSet: Scaled up replica set ${NEW} from 0 to 1`, `ScalingReplicaSet: Scaled down replica set ${OLD} from 4 to 3`]);
    expect(told.bodies[0]?.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '2', 'deployment.kubernetes.io/max-replicas': '5' });
  });

  const during = { ...d, metadata: { ...d.metadata, annotations: { 'deployment.kubernetes.io/revision': '2' } } };
  const pair = (newSize: number, newAvailable: number, oldSize: number, oldAvailable = oldSize) => [
    setOf(d, newSize, { revision: '2', available: newAvailable }), setOf(d, oldSize, { image: 'nginx:0', available: oldAvailable }),
  ];

  it('grows the new one before it shrinks the old one, one of both per sync', () => {
    expect(tell({ d: during, sets: pair(1, 0, 3) }).requests).toEqual([`update replicasets.apps ${NEW} =2`, STATUS]);
  });

  it('removes unhealthy old pods first, even without a new one available', () => {
    expect(tell({ d: during, sets: pair(1, 0, 4, 2) }).requests).toEqual([`update replicasets.apps ${OLD} =3`, STATUS]);
  });

  it('holds the old ones while the new ones are not available', () => {
    expect(tell({ d: during, sets: pair(2, 0, 3) }).requests).toEqual([STATUS]);
  });

  it('a failure to scale down does not fail the sync', () => {
    const told = tell({ d: during, sets: pair(2, 1, 3) }, { [`update replicasets.apps ${OLD} =2`]: conflicted(OLD) });
    expect([told.requests, told.end.kind, told.events]).toEqual([[`update replicasets.apps ${OLD} =2`, STATUS], 'done', []]);
  });

  it('a failure to scale up does', () => {
    expect(tell({ d: during, sets: pair(1, 1, 3) }, { [`update replicasets.apps ${NEW} =2`]: conflicted(NEW) }).end.kind).toBe('failed');
  });

  it('a rollback finds its old ReplicaSet, which gets a new revision and a history', () => {
    const told = tell({ d: during, sets: [setOf(d, 0, { revision: '1' }), setOf(d, 4, { image: 'nginx:0', revision: '2' })] });
    expect(told.bodies[0]).toMatchObject({ metadata: { name: NEW, annotations: { 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' } } });
  });

  it('when complete it says so, once, and deletes what history no longer needs', () => {
    const told = tell({ d: stood(deployment(3), { observedGeneration: 1, replicas: 3, updatedReplicas: 3, ...conditions('ReplicaSetUpdated') }), sets: [setOf(deployment(3), 3)] });
    expect(told.requests).toEqual([STATUS]);
    expect(progressing(told)).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable', message: `ReplicaSet "${NEW}" has successfully progressed.` });
    const limited = stood(deployment(3, { spec: { revisionHistoryLimit: 0 } }), complete(3));
    const cleaned = tell({ d: { ...limited, metadata: { ...limited.metadata, annotations: { 'deployment.kubernetes.io/revision': '2' } } },
      sets: [setOf(limited, 3, { revision: '2' }), setOf(limited, 0, { image: 'nginx:0' })] });
    expect(cleaned.requests).toEqual([`delete replicasets.apps ${OLD}`]);
  });

  it('a deployment that stands writes nothing and looks no more', () => {
    const d3 = deployment(3);
    expect(tell({ d: stood(d3, complete(3)), sets: [setOf(d3, 3)] })).toMatchObject({ requests: [], ops: [], end: { kind: 'done' } });
  });
});

describe('deployment.progress', () => {
  const d = (reason: string, since: string): Deployment => stood(deployment(3), {
    observedGeneration: 1, replicas: 3, updatedReplicas: 3, unavailableReplicas: 3,
    conditions: [
      { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.', lastUpdateTime: since, lastTransitionTime: since },
      { type: 'Progressing', status: 'True', reason, message: 'm', lastUpdateTime: since, lastTransitionTime: since },
    ],
  });
  const sets = [setOf(deployment(3), 3, { available: 0 })];

  it('more ready pods are progress: the update time moves, the transition time stays', () => {
    const before = '2023-11-14T22:10:00Z';
    const told = tell({ d: d('ReplicaSetUpdated', before), sets: [setOf(deployment(3), 3, { available: 1 })] });
    expect(progressing(told)).toEqual({
      type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: `ReplicaSet "${NEW}" is progressing.`, lastUpdateTime: NOW, lastTransitionTime: before,
    });
  });

  it('no progress is looked at again a second after the deadline', () => {
    expect(tell({ d: d('ReplicaSetUpdated', NOW), sets }).ops).toEqual([{ op: 'add-after', key: 'default/web', afterMs: 601_000 }]);
    expect(tell({ d: d('ReplicaSetUpdated', NOW), sets, nowMs: NOW_MS + 599_500 }).ops).toEqual([{ op: 'add-rate-limited', key: 'default/web' }]);
  });

  it('past the deadline it has timed out, until it progresses', () => {
    const told = tell({ d: d('ReplicaSetUpdated', NOW), sets, nowMs: NOW_MS + 600_001 });
    expect(progressing(told)).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded', message: `ReplicaSet "${NEW}" has timed out progressing.` });
  });

  it('without a deadline there is no Progressing condition', () => {
    const none = deployment(3, { spec: { progressDeadlineSeconds: 2147483647 } });
    expect(progressing(tell({ d: stood(none, d('x', NOW).status), sets }))).toBeUndefined();
  });

  it('a ReplicaSet that cannot create pods shows in the Deployment', () => {
    const [rs] = sets;
    const failing = { ...rs, status: { ...rs?.status, conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota', lastTransitionTime: NOW }] } } as typeof rs;
    const told = tell({ d: d('ReplicaSetUpdated', NOW), sets: failing === undefined ? [] : [failing] });
    expect(statusOf(told)?.conditions?.at(-1)).toEqual({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota', lastTransitionTime: NOW, lastUpdateTime: NOW });
  });
});

describe('deployment.scale', () => {
  it('a scaling event resizes the active ReplicaSet and tells of no progress', () => {
    const d = stood(deployment(5), complete(3));
    const told = tell({ d, sets: [setOf(d, 3, { desired: 3, max: 4 })] });
    expect(told.requests).toEqual([`update replicasets.apps ${NEW} =5`, STATUS]);
    expect(told.bodies[0]?.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/desired-replicas': '5', 'deployment.kubernetes.io/max-replicas': '7' });
    expect(progressing(told)?.reason).toBe('NewReplicaSetAvailable');
  });

  it('a paused deployment is noted, scales, and rolls nothing out', () => {
    const d = stood(deployment(5, { spec: { paused: true, template: template('nginx:2') } }), complete(3));
    const told = tell({ d, sets: [setOf(d, 3)] });
    expect(told.requests).toEqual([STATUS, `update replicasets.apps ${NEW} =5`, STATUS]);
    expect(progressing(told, 0)).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' });
  });

  it('a resumed one is noted, and goes on', () => {
    const d = stood(deployment(3), complete(3, 'DeploymentPaused'));
    expect(progressing(tell({ d, sets: [setOf(d, 3)] }), 0)).toMatchObject({ status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' });
  });

  it('a deployment that is being deleted only has its status written', () => {
    const d = stood(deployment(5, { meta: { deletionTimestamp: NOW } }), complete(3));
    expect(tell({ d: { ...d, metadata: { ...d.metadata, deletionTimestamp: NOW } }, sets: [setOf(d, 3)] }).requests).toEqual([STATUS]);
  });
});

describe('deployment.recreate', () => {
  const d = stood(deployment(3, { spec: recreate }), complete(3));
  const old = setOf(d, 3, { image: 'nginx:0', max: 3 });
  const emptied = setOf(d, 0, { image: 'nginx:0', max: 3 });

  it('scales the old one down first', () => {
    expect(tell({ d, sets: [old] }).requests).toEqual([`update replicasets.apps ${OLD} =0`, STATUS]);
  });

  it('waits while the old one still counts pods, or one still runs', () => {
    expect(tell({ d, sets: [setOf(d, 0, { image: 'nginx:0', actual: 1 })] }).requests).toEqual([STATUS]);
    const running = pod('a', { meta: { ...ownedBy(old), deletionTimestamp: NOW }, status: { phase: 'Running' } });
    expect(tell({ d, sets: [emptied], pods: [running] }).requests).toEqual([STATUS]);
  });

  it('then makes the new one at full size; finished pods do not hold it', () => {
    const finished = pod('a', { meta: ownedBy(old), status: { phase: 'Succeeded' } });
    expect(tell({ d, sets: [emptied], pods: [finished] }).requests).toEqual(['create replicasets.apps =3', STATUS, STATUS]);
  });

  it('the last pod to go wakes it', () => {
    const gone = pod('a', { meta: ownedBy(emptied) });
    const notification = { kind: 'delete', resource: 'pods', object: gone, tombstone: false } as const;
    expect(controller.handle({}, notification, contextIn({ d, sets: [emptied] })).ops).toEqual([{ op: 'add', key: 'default/web' }]);
    expect(controller.handle({}, notification, contextIn({ d, sets: [emptied], pods: [pod('b', { meta: ownedBy(emptied) })] })).ops).toEqual([]);
  });
});

describe('deployment.claim', () => {
  it('adopts a matching orphan after reading itself afresh', () => {
    const d = stood(deployment(3), complete(3));
    const { ownerReferences: _none, ...orphaned } = setOf(d, 3).metadata;
    const told = tell({ d, sets: [{ ...setOf(d, 3), metadata: orphaned }] }, { 'get deployments.apps web': ok(d) });
    expect(told.requests).toEqual(['get deployments.apps web', `patch replicasets.apps ${NEW}`]);
  });

  it('an empty selector is warned of, and nothing is done', () => {
    const told = tell({ d: deployment(3, { spec: { selector: {} } }) });
    expect([told.requests, told.events]).toEqual([[STATUS], ['SelectingAll: This deployment is selecting all pods. A non-empty selector is required.']]);
  });
});

describe('deployment.handlers', () => {
  const d = deployment(3);
  const rs = setOf(d, 3);
  const add = [{ op: 'add', key: 'default/web' }];
  const handle = (notification: Parameters<typeof controller.handle>[1]) => controller.handle({}, notification, contextIn({ d, sets: [rs] })).ops;

  it('a ReplicaSet wakes its Deployment, on every change but a resync', () => {
    expect(handle({ kind: 'add', resource: 'replicasets.apps', object: rs, initial: false })).toEqual(add);
    expect(handle({ kind: 'update', resource: 'replicasets.apps', before: rs, object: rs })).toEqual([]);
    expect(handle({ kind: 'delete', resource: 'replicasets.apps', object: rs, tombstone: true })).toEqual(add);
  });

  it('an orphan wakes the Deployments that select it', () => {
    const { ownerReferences: _none, ...orphaned } = rs.metadata;
    expect(handle({ kind: 'add', resource: 'replicasets.apps', object: { ...rs, metadata: orphaned }, initial: false })).toEqual(add);
  });

  it('under RollingUpdate a deleted pod wakes nobody', () => {
    expect(handle({ kind: 'delete', resource: 'pods', object: pod('a', { meta: ownedBy(rs) }), tombstone: false })).toEqual([]);
  });
});

describe('deployment.policy', () => {
  it('a variant replaces one decision: here every AlreadyExists is a collision', () => {
    const buggy = typedDeploymentController({ ...upstreamDeploymentPolicy, name: 'stale-hash-collision', judgeExisting: () => 'collision' });
    const exists: Answer = { kind: 'refused', code: 409, status: alreadyExists('apps', 'replicasets', NEW) };
    expect(statusOf(tell({ d: deployment(3) }, { 'create replicasets.apps =3': exists }, buggy))).toEqual({ collisionCount: 1 });
  });
});
