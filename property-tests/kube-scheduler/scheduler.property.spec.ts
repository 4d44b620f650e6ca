/** Over generated clusters: no room is given away twice, no pod that fits is called unschedulable, and the same seed decides alike. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../src/api/types.ts';
import { emptyCache, observePod, refresh, setNode } from '../../src/components/kube-scheduler/cache/cache.ts';
import { searchOrder } from '../../src/components/kube-scheduler/cache/snapshot.ts';
import { nodeAt } from '../../src/components/kube-scheduler/cache/node-table.ts';
import { popped, push } from '../../src/components/kube-scheduler/queue/heap.ts';
import type { Heap } from '../../src/components/kube-scheduler/queue/heap.ts';
import { harness, node, pod } from '../../specs/kube-scheduler/harness.ts';

const cpu = fc.constantFrom('1', '2', '4', '8');
const zone = fc.constantFrom('a', 'b', 'c');
const taint = fc.constantFrom(undefined, { key: 'k', value: 'v', effect: 'NoSchedule' } as const, { key: 'soft', effect: 'PreferNoSchedule' } as const);

const anyNode = (name: string): fc.Arbitrary<Node> => fc.record({ cpu, zone, taint, unschedulable: fc.boolean(), memory: fc.constantFrom('1Gi', '8Gi') })
  .map((drawn) => node(name, drawn.cpu, {
    memory: drawn.memory, labels: { 'topology.kubernetes.io/zone': drawn.zone },
    spec: { ...(drawn.taint === undefined ? {} : { taints: [drawn.taint] }), ...(drawn.unschedulable ? { unschedulable: true } : {}) },
  }));

const requests = fc.record({ cpu: fc.constantFrom('0', '500m', '1', '2', '3'), selects: fc.option(zone, { nil: undefined }), tolerates: fc.boolean(), port: fc.boolean(), alone: fc.boolean(), app: fc.constantFrom('x', 'y') });
const anyPod = (name: string): fc.Arbitrary<Pod> => requests.map((drawn) => pod(name, drawn.cpu, {
  labels: { app: drawn.app },
  spec: {
    containers: [{
      name: 'c', image: 'i', ...(drawn.cpu === '0' ? {} : { resources: { requests: { cpu: drawn.cpu, memory: '256Mi' } } }),
      ...(drawn.port ? { ports: [{ containerPort: 80, hostPort: 8080 }] } : {}),
    }],
    preemptionPolicy: 'Never',
    ...(drawn.selects === undefined ? {} : { nodeSelector: { 'topology.kubernetes.io/zone': drawn.selects } }),
    ...(drawn.tolerates ? { tolerations: [{ key: 'k', operator: 'Exists' }] } : {}),
    ...(drawn.alone ? { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: drawn.app } } }] } } } : {}),
  },
}));

const cluster = fc.record({ nodes: fc.integer({ min: 1, max: 5 }), pods: fc.integer({ min: 1, max: 12 }), seed: fc.string() }).chain(({ nodes, pods, seed }) => fc.record({
  nodes: fc.tuple(...Array.from({ length: nodes }, (_, i) => anyNode(`n${i}`))), pods: fc.tuple(...Array.from({ length: pods }, (_, i) => anyPod(`p${i}`))), seed: fc.constant(seed),
}));

/** Whole millicores and mebibytes: what a naive reader makes of the few quantities drawn above. */
const millis = (text: string | undefined): number => (text === undefined ? 0 : text.endsWith('m') ? Number(text.slice(0, -1)) : Number(text) * 1000);
const mebibytes = (text: string | undefined): number => (text === undefined ? 0 : text.endsWith('Gi') ? Number(text.slice(0, -2)) * 1024 : Number(text.slice(0, -2)));
const wanted = ({ spec }: Pod): { readonly cpu: number; readonly memory: number } =>
  ({ cpu: millis(spec.containers[0]?.resources?.requests?.['cpu']), memory: mebibytes(spec.containers[0]?.resources?.requests?.['memory']) });
const hasPort = ({ spec }: Pod): boolean => spec.containers.some(({ ports }) => ports !== undefined);
const avoids = (one: Pod, other: Pod): boolean => one.spec.affinity !== undefined && one.metadata.labels?.['app'] === other.metadata.labels?.['app'];

const fitsNaively = (one: Pod, on: Node, there: readonly Pod[]): boolean => {
  const sum = there.map(wanted).reduce((a, b) => ({ cpu: a.cpu + b.cpu, memory: a.memory + b.memory }), { cpu: 0, memory: 0 });
  const selector = one.spec.nodeSelector?.['topology.kubernetes.io/zone'];
  const hard = on.spec.taints?.some(({ effect }) => effect === 'NoSchedule') === true;
  return sum.cpu + wanted(one).cpu <= millis(on.status?.allocatable?.['cpu']) && sum.memory + wanted(one).memory <= mebibytes(on.status?.allocatable?.['memory'])
    && (selector === undefined || on.metadata.labels?.['topology.kubernetes.io/zone'] === selector)
    && (!hard || one.spec.tolerations !== undefined) && on.spec.unschedulable !== true
    && !(hasPort(one) && there.some(hasPort)) && !there.some((other) => avoids(one, other) || avoids(other, one));
};

const run = ({ nodes, pods, seed }: { readonly nodes: readonly Node[]; readonly pods: readonly Pod[]; readonly seed: string }): ReturnType<typeof harness> => {
  const world = harness({ objects: [...nodes, ...pods], seed });
  world.settle();
  return world;
};

describe('over generated clusters', () => {
  it('every bound pod fits beside the others, and every pod left over fits nowhere', () => {
    fc.assert(fc.property(cluster, (drawn) => {
      const bound = run(drawn).bound();
      const on = (name: string): readonly Pod[] => drawn.pods.filter(({ metadata }) => bound[metadata.name] === name);
      for (const one of drawn.pods) {
        const target = drawn.nodes.find(({ metadata }) => metadata.name === bound[one.metadata.name]);
        if (target !== undefined) expect(fitsNaively(one, target, on(target.metadata.name).filter((other) => other !== one))).toBe(true);
        else expect(drawn.nodes.filter((candidate) => fitsNaively(one, candidate, on(candidate.metadata.name)))).toEqual([]);
      }
    }), { numRuns: 150 });
  });

  it('assumed and bound pods together never take more than a node has', () => {
    fc.assert(fc.property(cluster, fc.integer({ min: 1, max: 200 }), (drawn, steps) => {
      const world = harness({ objects: [...drawn.nodes, ...drawn.pods], seed: drawn.seed });
      world.deliver(steps);
      world.state().cache.nodes.forEach((info) => {
        if (info.node === undefined) return;
        expect(info.requestedCpu).toBeLessThanOrEqual(info.allocatableCpu);
        expect(info.requestedMemory).toBeLessThanOrEqual(info.allocatableMemory);
        expect(info.requestedCpu).toBe(info.pods.reduce((sum, each) => sum + each.cpu, 0));
      });
    }), { numRuns: 100 });
  });

  it('the same seed writes the same', () => {
    fc.assert(fc.property(cluster, (drawn) => {
      expect(run(drawn).writes()).toEqual(run(drawn).writes());
    }), { numRuns: 50 });
  });
});

describe('the parts', () => {
  it('a heap gives its items back in order, whatever the order of pushes', () => {
    fc.assert(fc.property(fc.array(fc.integer()), (items) => {
      const before = (a: number, b: number): number => a - b;
      let heap: Heap<number> | undefined;
      for (const item of items) heap = push(heap, item, before);
      const out: number[] = [];
      for (; heap !== undefined; heap = popped(heap, before)) out.push(heap.item);
      expect(out).toEqual([...items].sort((a, b) => a - b));
    }));
  });

  it('an incremental snapshot equals one made anew', () => {
    const change = fc.tuple(fc.integer({ min: 0, max: 90 }), fc.constantFrom('pod', 'node', 'refresh'), fc.integer({ min: 0, max: 400 }));
    fc.assert(fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
      let cache = emptyCache();
      for (const [at, what, n] of changes) {
        if (what === 'node') cache = setNode(cache, node(`n${at}`, String(1 + (n % 8)), { labels: { 'topology.kubernetes.io/zone': `z${at % 3}` } }));
        else if (what === 'pod') cache = observePod(cache, pod(`p${n}`, '1', { spec: { nodeName: `n${at}` } }));
        else cache = refresh(cache);
      }
      const { snapshot, nodes, tree } = refresh(cache);
      const listed = Array.from({ length: snapshot.table.size }, (_, i) => nodeAt(snapshot.table, i));
      expect(listed).toEqual(searchOrder(tree).map((name) => nodes.get(name)));
      expect([...snapshot.index]).toEqual(listed.map(({ name }, i) => [name, i]));
    }), { numRuns: 60 });
  });
});
