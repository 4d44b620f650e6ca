/** The pod garbage collector: pods that nobody else takes away. */
import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../src/api/types.ts';
import type { Answer } from '../../src/client/controller.ts';
import { surplusTerminated } from '../../src/components/kube-controller-manager/podgc/doomed-pods.ts';
import { typedPodGcController as controller } from '../../src/components/kube-controller-manager/podgc/pod-gc-controller.ts';
import { bodyOf, drive, missing, NOW, NOW_MS, ok, pod, refusedConflict, requestOf, requests, succeeded } from '../kube-controller-manager/drive.ts';
import type { Objects } from '../kube-controller-manager/drive.ts';

const driver = drive(controller);
const sync = (objects: Objects, memory = controller.initial, nowMs = NOW_MS) => driver.sync('gc', 'gc', objects, memory, nowMs);
const answer = (plan: ReturnType<typeof sync>, answers: readonly Answer[], nowMs = NOW_MS) => driver.answer(plan, 'gc', 'gc', answers, {}, nowMs);

const node = (status: 'True' | 'Unknown', ...taints: readonly string[]): Node => ({
  apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: { taints: taints.map((key) => ({ key, effect: 'NoExecute' })) }, status: { conditions: [{ type: 'Ready', status }] },
});
const bound = (name: string, nodeName: string, phase = 'Running'): Pod => pod(name, { spec: { nodeName }, status: { phase } });
const dying = (name: string, nodeName: string): Pod => ({ ...bound(name, nodeName), metadata: { ...bound(name, nodeName).metadata, deletionTimestamp: NOW } });

describe('podgc.orphaned', () => {
  const orphan = bound('a', 'gone');
  const quarantined = sync({ pods: [orphan] });

  it('waits forty seconds for a node that it does not know, then asks for it', () => {
    expect(quarantined.kind).toBe('done');
    expect(sync({ pods: [orphan] }, quarantined.memory, NOW_MS + 20_000).kind).toBe('done');
    expect(requests(sync({ pods: [orphan] }, quarantined.memory, NOW_MS + 40_000))).toEqual(['get nodes gone']);
  });

  it('marks the pods of a node that is gone as failed and disrupted, and deletes them at once, one by one', () => {
    const look = sync({ pods: [orphan, bound('b', 'gone', 'Succeeded')] }, quarantined.memory, NOW_MS + 40_000);
    const first = answer(look, [missing('nodes', 'gone')], NOW_MS + 40_000);
    expect([requests(first), first.kind === 'ask' && first.mode]).toEqual([['patch pods/status a', 'delete pods a'], 'in-order']);
    expect(bodyOf(first)).toMatchObject({
      metadata: { uid: 'uid-a' }, status: { phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' }] },
    });
    expect(requestOf(first, 1).options).toEqual({ gracePeriodSeconds: 0 });
    const second = answer(first, [refusedConflict('pods', 'a')]);
    expect(requests(second)).toEqual(['delete pods b']);
    expect(answer(second, [succeeded]).kind).toBe('done');
  });

  it('spares them when the node is there after all, or its cache has caught up', () => {
    expect(answer(sync({ pods: [orphan] }, quarantined.memory, NOW_MS + 40_000), [ok(node('True'))]).kind).toBe('done');
    expect(sync({ pods: [bound('a', 'n1')], nodes: [node('True')] }, sync({ pods: [bound('a', 'n1')] }).memory, NOW_MS + 40_000).kind).toBe('done');
  });
});

describe('podgc.terminating', () => {
  it('a pod that is being deleted and was never bound goes at once', () => {
    const plan = sync({ pods: [dying('a', '')] });
    expect(requests(plan)).toEqual(['patch pods/status a', 'delete pods a']);
    expect((bodyOf(plan) as { status: Pod['status'] }).status).toEqual({ phase: 'Failed' });
  });

  it('so do those on a node that is down and out of service', () => {
    const out = sync({ pods: [dying('a', 'n1'), bound('b', 'n1')], nodes: [node('Unknown', 'node.kubernetes.io/out-of-service')] });
    expect(requests(out)).toEqual(['patch pods/status a']);
    expect(requests(answer(out, [ok(dying('a', 'n1'))]))).toEqual(['delete pods a']);
    expect(sync({ pods: [dying('a', 'n1')], nodes: [node('True', 'node.kubernetes.io/out-of-service')] }).kind).toBe('done');
    expect(sync({ pods: [dying('a', 'n1')], nodes: [node('Unknown')] }).kind).toBe('done');
  });
});

describe('podgc.terminated', () => {
  const at = (name: string, creationTimestamp: string, status: Pod['status']): Pod => ({ ...pod(name), metadata: { ...pod(name).metadata, creationTimestamp }, status: status ?? {} });
  const pods = [
    at('new', '2023-01-03T00:00:00Z', { phase: 'Succeeded' }), at('old', '2023-01-01T00:00:00Z', { phase: 'Failed' }),
    at('evicted', '2023-01-02T00:00:00Z', { phase: 'Failed', reason: 'Evicted' }), at('running', '2023-01-01T00:00:00Z', { phase: 'Running' }),
  ];

  it('beyond the threshold the evicted go first, then the oldest', () => {
    expect(surplusTerminated(pods, 1).map(({ metadata }) => metadata.name)).toEqual(['evicted', 'old']);
    expect(surplusTerminated(pods)).toEqual([]);
  });
});
