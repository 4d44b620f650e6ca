/** Laws of patches: they lead where they say, and change no input. */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft } from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyMergePatch } from '../../src/api/patch/merge-patch.ts';
import { applyStrategicMergePatch, withoutLeftovers } from '../../src/api/patch/strategic-merge-patch.ts';
import { threeWayMergePatch, twoWayMergePatch } from '../../src/api/patch/three-way-merge.ts';

const RUNS = { numRuns: 200, seed: 1 };
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment' };

const value = (result: Either<string, unknown>): unknown => (isLeft(result) ? expect.fail(result.left) : result.right);

const freeze = <A>(tree: A): A => {
  if (typeof tree === 'object' && tree !== null) {
    Object.values(tree).forEach(freeze);
    Object.freeze(tree);
  }
  return tree;
};

/** As the API server stores it. */
const applied = (doc: unknown, patch: unknown): unknown => withoutLeftovers(value(applyStrategicMergePatch(doc, patch, DEPLOYMENT)));

const byName = (element: fc.Arbitrary<Record<string, unknown>>, names: readonly string[]): fc.Arbitrary<readonly unknown[]> =>
  fc.tuple(fc.shuffledSubarray([...names], { minLength: 1 }), fc.array(element, { minLength: names.length, maxLength: names.length }))
    .map(([chosen, bodies]) => chosen.map((name, i) => ({ name, ...bodies[i] })));

const word = fc.constantFrom('1', '2', '3');
const env = byName(fc.record({ value: word }), ['A', 'B', 'C']);
const containers = byName(fc.record({ image: word, args: fc.array(word, { maxLength: 2 }), env }, { requiredKeys: ['image'] }), ['web', 'db', 'log']);
const volumes = byName(fc.oneof(fc.record({ emptyDir: fc.constant({}) }), fc.record({ configMap: fc.record({ name: word }) })), ['v', 'w']);
const labels = fc.dictionary(fc.constantFrom('a', 'b', '10', '9'), word);
const deployment = fc.record({
  metadata: fc.record({ labels, finalizers: fc.subarray(['f', 'g', 'h'], { minLength: 1 }) }),
  spec: fc.record({ replicas: fc.nat(3), template: fc.record({ spec: fc.record({ containers, volumes }) }) }),
}).map(freeze);

it('a two-way patch leads from the one document to the other', () => {
  fc.assert(fc.property(deployment, deployment, (from, to) => {
    const patch = freeze(value(twoWayMergePatch(from, to, 'Deployment')));
    expect(applied(from, patch)).toEqual(to);
  }), RUNS);
});

it('applying twice changes nothing the second time', () => {
  fc.assert(fc.property(deployment, deployment, deployment, (original, modified, current) => {
    const patch = freeze(value(threeWayMergePatch({ original, modified, current, kind: 'Deployment' })));
    const first = freeze(applied(current, patch));
    const again = value(threeWayMergePatch({ original: modified, modified, current: first, kind: 'Deployment' }));
    expect(applied(first, again)).toEqual(first);
  }), RUNS);
});

it('a JSON merge patch is idempotent', () => {
  const json = fc.letrec((tie) => ({
    leaf: fc.constantFrom<unknown>(null, 1, 'x', true, [1]),
    tree: fc.oneof({ depthSize: 'small' }, tie('leaf'), fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('tree'))),
  })).tree;
  fc.assert(fc.property(json.map(freeze), json.map(freeze), (doc, patch) => {
    const once = applyMergePatch(doc, patch);
    expect(applyMergePatch(once, patch)).toEqual(once);
  }), RUNS);
});
