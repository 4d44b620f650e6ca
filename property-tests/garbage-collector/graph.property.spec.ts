/** The garbage collector's graph against a plain record of who was last seen with which owners. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject, OwnerReference } from '../../src/api/object.ts';
import type { Graph } from '../../src/components/kube-controller-manager/garbage-collector/graph.ts';
import { emptyGraph, forget, observe } from '../../src/components/kube-controller-manager/garbage-collector/graph.ts';

interface Step { readonly kind: 'observe' | 'forget'; readonly of: number; readonly owners: readonly number[]; readonly blocks: boolean }

const OBJECTS = 6;
const index = fc.integer({ min: 0, max: OBJECTS - 1 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(fc.record({
  kind: fc.constantFrom('observe', 'observe', 'forget'), of: index, owners: fc.uniqueArray(index, { maxLength: 3 }), blocks: fc.boolean(),
}), { maxLength: 40 });

const uidOf = (i: number): string => `u${i}`;
const reference = (i: number, blockOwnerDeletion: boolean): OwnerReference => ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `o${i}`, uid: uidOf(i), blockOwnerDeletion });
const object = ({ of, owners, blocks }: Step): KubeObject => ({
  apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: `o${of}`, namespace: 'default', uid: uidOf(of), ownerReferences: owners.map((i) => reference(i, blocks)) },
});

interface Model {
  /** The owners of each object in the graph; none for one that is only named. */
  readonly owners: Map<string, readonly string[]>;
  /** `owner dependent`: the owner was forgotten while the dependent stood. Deleted UIDs never come back, so nobody links them again. */
  readonly severed: Set<string>;
}

const applyToModel = ({ owners, severed }: Model, step: Step): void => {
  const uid = uidOf(step.of);
  if (step.kind === 'forget') {
    if (!owners.delete(uid)) return;
    for (const [dependent, of] of owners) if (of.includes(uid)) severed.add(`${uid} ${dependent}`);
    for (const key of severed) if (key.endsWith(` ${uid}`)) severed.delete(key);
    return;
  }
  const before = owners.get(uid) ?? [];
  const after = step.owners.map(uidOf);
  owners.set(uid, after);
  for (const owner of before) if (!after.includes(owner)) severed.delete(`${owner} ${uid}`);
  for (const owner of after) if (!before.includes(owner) && !owners.has(owner)) owners.set(owner, []);
};

const dependentsIn = (graph: Graph): Readonly<Record<string, readonly string[]>> => Object.fromEntries(graph.entries().map(([uid, node]) => [uid, node.dependents.keys()]));

const inverseOf = ({ owners, severed }: Model): Readonly<Record<string, readonly string[]>> => {
  const uids = [...owners.keys()].sort((a, b) => (a < b ? -1 : 1));
  return Object.fromEntries(uids.map((owner) => [owner, uids.filter((one) => owners.get(one)?.includes(owner) === true && !severed.has(`${owner} ${one}`))]));
};

describe('gc.graph', () => {
  it('after any sequence of observe and forget, the dependents are exactly the inverse of the owners', () => {
    fc.assert(fc.property(steps, (sequence) => {
      const model: Model = { owners: new Map(), severed: new Set() };
      const last = new Map<number, KubeObject>();
      let graph = emptyGraph;
      for (const step of sequence) {
        applyToModel(model, step);
        graph = step.kind === 'forget' ? forget(graph, uidOf(step.of)).graph : observe(graph, 'replicasets.apps', last.get(step.of), object(step)).graph;
        if (step.kind === 'forget') last.delete(step.of);
        else last.set(step.of, object(step));
        expect(dependentsIn(graph)).toEqual(inverseOf(model));
      }
    }));
  });

  it('every owner that is in the graph hears of a dependent that goes, and every dependent of an owner that does', () => {
    fc.assert(fc.property(steps, index, (sequence, gone) => {
      const graph = sequence.reduce((all, step) => (step.kind === 'forget' ? forget(all, uidOf(step.of)) : observe(all, 'replicasets.apps', undefined, object(step))).graph, emptyGraph);
      const dependents = graph.get(uidOf(gone))?.dependents.keys() ?? [];
      const told = forget(graph, uidOf(gone)).ops.map((op) => (op.op === 'add' ? op.key : ''));
      expect(dependents.filter((uid) => !told.includes(uid))).toEqual([]);
    }));
  });

  it('seeing the same object again changes nothing', () => {
    fc.assert(fc.property(steps, (sequence) => {
      const seen = sequence.filter(({ kind }) => kind === 'observe');
      const graph = seen.reduce((all, step) => observe(all, 'replicasets.apps', undefined, object(step)).graph, emptyGraph);
      for (const step of new Map(seen.map((one) => [one.of, one])).values()) {
        const again = observe(graph, 'replicasets.apps', object(step), object(step));
        expect([again.graph === graph, again.ops]).toEqual([true, []]);
      }
    }));
  });
});
