/** What each kind of patch makes of a document: by example, and by upstream's own answers. */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, isRight, left, right } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { applyJsonPatch } from '../../src/api/patch/json-patch.ts';
import { applyMergePatch } from '../../src/api/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../src/api/patch/strategic-merge-patch.ts';
import { threeWayMergePatch, twoWayMergePatch } from '../../src/api/patch/three-way-merge.ts';
import { readVectors } from './oracle-vectors.ts';

const POD = { apiVersion: 'v1', kind: 'Pod' };
const value = <A>(result: Either<string, A>): A => {
  if (isLeft(result)) throw new Error(result.left);
  return result.right;
};

describe('JSON patch', () => {
  it('applies in order and leaves the document alone', () => {
    const doc = { metadata: { labels: { a: '1' } }, list: [1, 2] };
    const patch = [
      { op: 'test', path: '/metadata/labels/a', value: '1' },
      { op: 'add', path: '/metadata/labels/x~1y', value: '2' },
      { op: 'remove', path: '/list/0' },
      { op: 'move', from: '/list', path: '/moved' },
    ];
    expect(applyJsonPatch(doc, patch)).toEqual(right({ metadata: { labels: { a: '1', 'x/y': '2' } }, moved: [2] }));
    expect(doc).toEqual({ metadata: { labels: { a: '1' } }, list: [1, 2] });
  });

  it('refuses what does not apply', () => {
    expect(applyJsonPatch({ a: 1 }, [{ op: 'test', path: '/a', value: 2 }])).toEqual(left('testing value /a failed: test failed'));
    expect(applyJsonPatch({}, [{ op: 'remove', path: '/a' }]))
      .toEqual(left("error in remove for path: '/a': Unable to remove nonexistent key: a: missing value"));
    expect(applyJsonPatch({}, [{ op: 'frob', path: '/a' }])).toEqual(left('Unexpected kind: frob'));
    expect(isLeft(applyJsonPatch({}, {}))).toBe(true);
  });
});

describe('JSON merge patch', () => {
  it('merges maps, replaces lists, and deletes by null', () => {
    expect(applyMergePatch({ a: { b: 1, c: 2 }, l: [1, 2] }, { a: { b: null, d: 3 }, l: [9], n: { x: null } }))
      .toEqual({ a: { c: 2, d: 3 }, l: [9], n: {} });
    expect(applyMergePatch({ a: 1 }, null)).toBe(null);
  });
});

describe('strategic merge patch', () => {
  const pod = { spec: { containers: [{ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:1' }], tolerations: [{ key: 'x' }] } };
  const containers = (patch: unknown): unknown => value(applyStrategicMergePatch(pod, { spec: { containers: patch } }, POD));

  it('merges lists by key, deletes and replaces by directive', () => {
    expect(containers([{ name: 'b', image: 'b:2' }]))
      .toEqual({ spec: { ...pod.spec, containers: [{ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:2' }] } });
    expect(containers([{ name: 'a', $patch: 'delete' }])).toEqual({ spec: { ...pod.spec, containers: [{ name: 'b', image: 'b:1' }] } });
    expect(containers([{ $patch: 'replace' }, { name: 'z' }])).toEqual({ spec: { ...pod.spec, containers: [{ name: 'z' }] } });
  });

  it('replaces lists that have no merge key', () => {
    expect(value(applyStrategicMergePatch(pod, { spec: { tolerations: [] } }, POD))).toEqual({ spec: { ...pod.spec, tolerations: [] } });
  });

  it('keeps finalizers as a set', () => {
    const doc = { metadata: { finalizers: ['a', 'b'] } };
    const patched = applyStrategicMergePatch(doc, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'], finalizers: ['c'] } }, POD);
    expect(value(patched)).toEqual({ metadata: { finalizers: ['c', 'b'] } });
  });

  it('keeps only the retained keys', () => {
    const doc = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
    const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    expect(value(applyStrategicMergePatch(doc, patch, { apiVersion: 'apps/v1', kind: 'Deployment' })))
      .toEqual({ spec: { strategy: { type: 'Recreate' } } });
  });

  it('refuses an element without its merge key', () => {
    expect(applyStrategicMergePatch(pod, { spec: { containers: [{ image: 'x' }] } }, POD))
      .toEqual(left('map: map[image:x] does not contain declared merge key: name'));
  });

  it('hands on the very parts that it says nothing new about', () => {
    const doc = { ...POD, metadata: { name: 'a', uid: '1' }, spec: { containers: [] }, status: { phase: 'Pending' } };
    const patched = value(applyStrategicMergePatch(doc, { metadata: { uid: '1' }, status: { phase: 'Running' } }, POD)) as typeof doc;
    expect(patched).toEqual({ ...doc, status: { phase: 'Running' } });
    expect(patched.metadata).toBe(doc.metadata);
    expect(patched.spec).toBe(doc.spec);
  });
});

describe('three-way merge', () => {
  it('deletes what was applied and is no more, and keeps what others set', () => {
    const original = { metadata: { labels: { a: '1', b: '1' } } };
    const modified = { metadata: { labels: { a: '2' } } };
    const current = { metadata: { labels: { a: '1', b: '1', other: 'x' } } };
    expect(threeWayMergePatch({ original, modified, current, kind: 'Pod' })).toEqual(right({ metadata: { labels: { a: '2', b: null } } }));
    expect(threeWayMergePatch({ original: modified, modified, current: modified, kind: 'Pod' })).toEqual(right({}));
  });

  it('names the keys to retain where a volume changes its source', () => {
    const volumes = (source: object): unknown => ({ spec: { volumes: [{ name: 'v', ...source }] } });
    const patch = value(twoWayMergePatch(volumes({ emptyDir: {} }), volumes({ configMap: { name: 'c' } }), 'Pod'));
    expect(patch).toEqual({ spec: {
      '$setElementOrder/volumes': [{ name: 'v' }],
      volumes: [{ $retainKeys: ['configMap', 'name'], configMap: { name: 'c' }, emptyDir: null, name: 'v' }],
    } });
    expect(value(applyStrategicMergePatch(volumes({ emptyDir: {} }), patch, POD))).toEqual(volumes({ configMap: { name: 'c' } }));
  });

  it('two ways: the patch leads there', () => {
    const from = { spec: { containers: [{ name: 'a', image: '1' }, { name: 'b' }] } };
    const to = { spec: { containers: [{ name: 'c' }, { name: 'a', image: '2' }] } };
    const patch = value(twoWayMergePatch(from, to, 'Pod'));
    expect(value(applyStrategicMergePatch(from, patch, POD))).toEqual(to);
  });
});

interface Input { kind: string; a: unknown; b: unknown; c: unknown }

const outcome = (result: Either<string, unknown>): unknown => (isRight(result) ? { r: result.right } : { err: result.left });
const strategicVectors = readVectors<Input, { r: unknown }>('strategic-merge-patch');
const threeWayVectors = readVectors<Input, { r: unknown }>('three-way-merge-patch');

describe.skipIf(strategicVectors === undefined)('strategic merge patch, as upstream answers', () => {
  it('agrees on every vector', () => {
    for (const [i, { input, expected }] of (strategicVectors ?? []).entries()) {
      expect(outcome(applyStrategicMergePatch(input.a, input.b, { apiVersion: 'apps/v1', kind: input.kind })), `line ${i + 1}`).toEqual(expected);
    }
  });
});

describe.skipIf(threeWayVectors === undefined)('three-way merge, as upstream answers', () => {
  it('agrees on every vector', () => {
    for (const [i, { input, expected }] of (threeWayVectors ?? []).entries()) {
      const patch = threeWayMergePatch({ original: input.a, modified: input.b, current: input.c, kind: input.kind });
      expect(outcome(patch), `line ${i + 1}`).toEqual(expected);
    }
  });
});
