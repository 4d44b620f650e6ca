/** The second flow: a Deployment makes a ReplicaSet, the ReplicaSet makes pods, and each pod takes the first flow. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Deployment, Pod, ReplicaSet } from '../../src/api/types.ts';
import type { StepRecord } from '../../src/kernel/index.ts';
import { claimedUser } from '../../src/observe/index.ts';
import type { Message } from '../../src/protocol/message.ts';
import { readObject, readStore } from '../../src/cluster/store-view.ts';
import { expectGolden } from './golden.ts';
import type { Claim, Played } from './played.ts';
import { exampleScenario, expectOrder, explainedOf, followsFrom, isRequest, messageIn, play, putOf, traceOf, watched } from './played.ts';

const REPLICAS = 2;

const asks = (body: Message, controller: string, resource: string): boolean =>
  isRequest(body, 'create', resource) && body.kind === 'api-request' && claimedUser(body.credential) === `system:serviceaccount:kube-system:${controller}`;

const isOf = (pod: unknown): pod is Pod => (pod as Pod | undefined)?.metadata.labels?.['app'] === 'web';

const FLOW: readonly Claim[] = [
  ['the user asks kube-apiserver for the Deployment', ({ step }, body) => step.kind === 'deliver' && step.from === 'kubectl' && isRequest(body, 'create', 'deployments.apps')],
  ['etcd stores it', ({ actor }, body) => actor === 'etcd' && putOf(body, 'Deployment') !== undefined],
  ['the controller manager sees it', ({ actor }, body) => actor === 'kube-controller-manager' && watched(body, 'Deployment') !== undefined],
  ['the Deployment controller asks for a ReplicaSet', (_, body) => asks(body, 'deployment-controller', 'replicasets.apps')],
  ['etcd stores the ReplicaSet', ({ actor }, body) => actor === 'etcd' && putOf(body, 'ReplicaSet') !== undefined],
  ['the controller manager sees the ReplicaSet', ({ actor }, body) => actor === 'kube-controller-manager' && watched(body, 'ReplicaSet') !== undefined],
  ['the ReplicaSet controller asks for a pod', (_, body) => asks(body, 'replicaset-controller', 'pods')],
  ['etcd stores the pod', ({ actor }, body) => actor === 'etcd' && isOf(putOf(body, 'Pod'))],
  ['kube-scheduler sees the pod', ({ actor }, body) => actor === 'kube-scheduler' && isOf(watched(body, 'Pod'))],
  ['kube-scheduler binds the pod', (_, body) => isRequest(body, 'create', 'pods', 'binding')],
  ['its kubelet sees the pod', ({ actor }, body) => {
    const pod = watched(body, 'Pod');
    return isOf(pod) && actor === `kubelet/${pod.spec.nodeName}`;
  }],
  ['the kubelet asks for a sandbox', (_, body) => body.kind === 'cri-call' && body.call.kind === 'run-pod-sandbox'],
];

describe('scenario.deployment-creation', () => {
  let played: Played;
  beforeAll(() => { played = play(exampleScenario('deployment-creation.yaml')); });

  it('settles with exactly the desired replicas, all owned by the one ReplicaSet', () => {
    const { world, result } = played;
    expect(result).toMatchObject({ outcome: 'reached', converged: true });
    const sets = readStore(world)('replicasets.apps') as readonly ReplicaSet[];
    expect(sets.map(({ metadata }) => metadata.ownerReferences?.map(({ kind, name, controller }) => ({ kind, name, controller })))).toEqual([[{ kind: 'Deployment', name: 'web', controller: true }]]);
    const pods = readStore(world)('pods').filter(isOf);
    expect(pods.map(({ metadata }) => metadata.ownerReferences?.[0]?.name)).toEqual(Array.from({ length: REPLICAS }, () => sets[0]?.metadata.name));
    expect((readObject(world, 'deployments.apps', 'default', 'web') as Deployment).status).toMatchObject({ replicas: REPLICAS, readyReplicas: REPLICAS, availableReplicas: REPLICAS });
  });

  it('goes from controller to controller in the order of the reference architecture, each because of the one before', () => {
    const steps = expectOrder(played.records, FLOW);
    expect(steps.slice(1).filter((step, i) => !followsFrom(played.records, step, steps[i] as StepRecord)).map((step) => FLOW[steps.indexOf(step)]?.[0])).toEqual([]);
  });

  it('the ReplicaSet controller asks for as many pods as are desired, never more', () => {
    expect(played.records.filter((record) => asks(messageIn(record) ?? { kind: 'api-watch-end', id: 0 }, 'replicaset-controller', 'pods'))).toHaveLength(REPLICAS);
  });

  it('reads, step by step, as golden/deployment-creation.trace.txt', () => {
    expectGolden('deployment-creation.trace', traceOf(played.records));
  });

  it('is explained as golden/deployment-creation.explained.txt', () => {
    expectGolden('deployment-creation.explained', explainedOf(played.records));
  });
});
