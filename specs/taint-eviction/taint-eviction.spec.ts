/** The taint eviction controller: who must leave a tainted node, and when. */
import { describe, expect, it } from 'vitest';
import type { Node, Pod, Taint, Toleration } from '../../src/api/types.ts';
import type { Answer } from '../../src/client/controller.ts';
import { typedTaintEvictionController as controller } from '../../src/components/kube-controller-manager/taint-eviction/taint-eviction-controller.ts';
import { added, added1, bodyOf, deleted1, drive, events, missing, NOW, NOW_MS, ok, pod, requestOf, requests, succeeded, updated1 } from '../kube-controller-manager/drive.ts';

const driver = drive(controller);
const NODES = 'noexec_taint_node';
const PODS = 'noexec_taint_pod';
const EVICTIONS = 'taint_eviction';
const KEY = 'default/p';

const unreachable: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };
const node = (...taints: readonly Taint[]): Node => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: { taints } });
const tolerant = (tolerationSeconds?: number): Toleration =>
  ({ key: unreachable.key, operator: 'Exists', effect: 'NoExecute', ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }) });
const onNode = (...tolerations: readonly Toleration[]): Pod => pod('p', { meta: { generation: 2 }, spec: { nodeName: 'n1', tolerations } });

const taint = (subject: Pod, memory = controller.initial, nowMs = NOW_MS) => driver.sync(NODES, 'n1', { nodes: [node(unreachable)], pods: [subject] }, memory, nowMs);
const untaint = (subject: Pod, memory = controller.initial, nowMs = NOW_MS) => driver.sync(NODES, 'n1', { nodes: [node()], pods: [subject] }, memory, nowMs);
const evict = (memory: typeof controller.initial, nowMs = NOW_MS) => driver.sync(EVICTIONS, KEY, {}, memory, nowMs);
const answer = (plan: ReturnType<typeof evict>, answers: readonly Answer[], nowMs = NOW_MS) => driver.answer(plan, EVICTIONS, KEY, answers, {}, nowMs);
const cancelled = ['Normal TaintManagerEviction: Cancelling deletion of Pod default/p'];

describe('tainteviction.tolerations', () => {
  it('a pod that does not tolerate the taint goes at once', () => {
    expect(added(taint(onNode()).ops)).toEqual(['taint_eviction default/p']);
    expect(added(taint(onNode({ key: 'other', operator: 'Exists' })).ops)).toEqual(['taint_eviction default/p']);
  });

  it('a pod that tolerates it for a time goes after that, one that does so without a limit never', () => {
    expect(added(taint(onNode(tolerant(300))).ops)).toEqual(['taint_eviction default/p +300000']);
    expect(added(taint(onNode(tolerant())).ops)).toEqual([]);
    expect(added(taint(onNode({ operator: 'Exists' })).ops)).toEqual([]);
    expect(added(taint(onNode(tolerant(-1))).ops)).toEqual(['taint_eviction default/p']);
  });

  it('only NoExecute taints matter', () => {
    const plan = driver.sync(NODES, 'n1', { nodes: [node({ key: 'x', effect: 'NoSchedule' })], pods: [onNode()] });
    expect(plan.ops).toEqual([]);
  });
});

describe('tainteviction.cancel', () => {
  const scheduled = taint(onNode(tolerant(300))).memory;

  it('a taint that goes takes the eviction with it, and says so', () => {
    const plan = untaint(onNode(tolerant(300)), scheduled);
    expect(events(plan.ops)).toEqual(cancelled);
    expect(evict(plan.memory, NOW_MS + 300_000).kind).toBe('done');
  });

  it('a pod that is gone is no longer to be evicted', () => {
    expect(events(driver.sync(PODS, 'n1 default/p', { nodes: [node(unreachable)] }, scheduled).ops)).toEqual(cancelled);
  });

  it('tolerations that no longer suffice bring the eviction forward', () => {
    const plan = driver.sync(PODS, 'n1 default/p', { pods: [onNode()] }, scheduled, NOW_MS + 1000);
    expect([events(plan.ops), added(plan.ops)]).toEqual([cancelled, ['taint_eviction default/p']]);
  });

  it('a later look never puts an eviction off', () => {
    expect(taint(onNode(tolerant(600)), scheduled, NOW_MS + 1000).ops).toEqual([]);
  });

  it('a timer of an eviction that was made anew waits for the new time', () => {
    const anew = taint(onNode(tolerant(300)), untaint(onNode(), scheduled).memory, NOW_MS + 100_000).memory;
    expect(added(evict(anew, NOW_MS + 300_000).ops)).toEqual(['taint_eviction default/p +100000']);
  });
});

describe('tainteviction.evict', () => {
  const { memory } = taint(onNode());

  it('says so, reads the pod, marks it as a target of disruption, and deletes it', () => {
    const read = evict(memory);
    expect([events(read.ops), requests(read)]).toEqual([['Normal TaintManagerEviction: Marking for deletion Pod default/p'], ['get pods p']]);
    const mark = answer(read, [ok(onNode())]);
    expect(requestOf(mark)).toMatchObject({ verb: 'patch', resource: 'pods', subresource: 'status', patchType: 'strategic' });
    expect(bodyOf(mark)).toMatchObject({
      metadata: { uid: 'uid-p' },
      status: {
        conditions: [{
          type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint', lastTransitionTime: NOW, observedGeneration: 2,
        }],
      },
    });
    const remove = answer(mark, [ok(onNode())]);
    expect(requests(remove)).toEqual(['delete pods p']);
    const end = answer(remove, [succeeded]);
    expect([end.kind, end.memory.evictions.size]).toEqual(['done', 0]);
  });

  it('a pod that is marked already is only deleted', () => {
    const conditions = [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint', observedGeneration: 2, lastTransitionTime: NOW }] as const;
    expect(requests(answer(evict(memory), [ok({ ...onNode(), status: { phase: 'Running', conditions } } as Pod)]))).toEqual(['delete pods p']);
  });

  it('tries five times, ten milliseconds apart, and says it once', () => {
    let { memory: left } = { memory };
    const said: string[] = [];
    for (let tries = 1; tries <= 5; tries += 1) {
      const read = evict(left);
      said.push(...events(read.ops));
      const end = answer(read, [missing('pods', 'p')]);
      expect(added(end.ops)).toEqual(tries < 5 ? ['taint_eviction default/p +10'] : []);
      left = end.memory;
    }
    expect([said.length, left.evictions.size]).toEqual([1, 0]);
  });
});

describe('tainteviction.handle', () => {
  const handle = (notification: Parameters<typeof driver.handle>[1]): readonly string[] => added(driver.handle(controller.initial, notification, {}).ops);

  it('hears of pods that come, go, move or change their tolerations, and of nodes that change their taints', () => {
    expect(handle(added1('pods', onNode()))).toEqual(['noexec_taint_pod n1 default/p']);
    expect(handle(updated1('pods', onNode(), { ...onNode() }))).toEqual([]);
    expect(handle(updated1('pods', onNode(), onNode(tolerant(1))))).toEqual(['noexec_taint_pod n1 default/p']);
    expect(handle(updated1('nodes', node(), node({ key: 'x', effect: 'NoSchedule' })))).toEqual([]);
    expect(handle(updated1('nodes', node(), node(unreachable)))).toEqual(['noexec_taint_node n1']);
    expect(handle(deleted1('nodes', node()))).toEqual(['noexec_taint_node n1']);
  });

  it('a pod on a node that is gone, or of another node, is left alone', () => {
    const { memory } = taint(onNode(tolerant()));
    expect(driver.sync(PODS, 'n2 default/p', { pods: [onNode()] }, memory).ops).toEqual([]);
    const gone = driver.sync(NODES, 'n1', {}, memory).memory;
    expect(driver.sync(PODS, 'n1 default/p', { pods: [onNode()] }, gone).ops).toEqual([]);
  });
});
