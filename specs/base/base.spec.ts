/** The base's containers, hashes and encodings, by example. */
import { describe, expect, it } from 'vitest';
import { BrokenInvariant, invariant } from '../../src/base/assert.ts';
import { canonicalJson } from '../../src/base/canonical-json.ts';
import { digestOfHash, emptyDigest, extendDigest, parseDigest, printDigest } from '../../src/base/digest.ts';
import { emptyFifo } from '../../src/base/fifo.ts';
import { hashOf, hashText } from '../../src/base/hash.ts';
import { emptyMap, mapFrom } from '../../src/base/persistent-map.ts';

describe('PersistentMap', () => {
  it('every version keeps what it held', () => {
    const one = emptyMap<number>().set('b', 1);
    const two = one.set('a', 2).set('b', 3);
    const three = two.delete('b');
    expect(one.entries()).toEqual([['b', 1]]);
    expect(three.entries()).toEqual([['a', 2]]);
    expect(two.entries()).toEqual([['a', 2], ['b', 3]]);
    expect([one.size, two.size, three.size]).toEqual([1, 2, 1]);
  });

  it('keys come sorted, digits too', () => {
    expect(mapFrom([['b', 1], ['10', 2], ['9', 3], ['a', 4]]).keys()).toEqual(['10', '9', 'a', 'b']);
  });

  it('is the same map when nothing changes', () => {
    const map = mapFrom([['a', 1]]);
    expect(map.set('a', 1)).toBe(map);
    expect(map.delete('b')).toBe(map);
  });

  it('may be changed and read at other versions while it is visited', () => {
    const older = mapFrom([['a', 1], ['b', 2], ['c', 3]]);
    const map = older.set('d', 4);
    const visited: string[] = [];
    let changed = map;
    map.forEach((_, key) => {
      visited.push(key);
      changed = changed.set(`${key}${key}`, 0).delete(key);
      expect(older.has('d')).toBe(false);
    });
    expect(visited).toHaveLength(4);
    expect(changed.keys()).toEqual(['aa', 'bb', 'cc', 'dd']);
    expect(map.keys()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('hashes and prints as the plain record with the same entries', () => {
    const map = mapFrom([['b', { x: 1 }], ['a', { x: 2 }]]);
    expect(hashOf({ map })).toBe(hashOf({ map: { a: { x: 2 }, b: { x: 1 } } }));
    expect(canonicalJson({ map })).toBe('{"map":{"a":{"x":2},"b":{"x":1}}}');
  });
});

describe('Fifo', () => {
  it('first in, first out; older versions stand', () => {
    const two = emptyFifo<number>().push(1).push(2);
    const three = two.push(3).shift();
    expect([two.toArray(), three.toArray(), three.head, three.size]).toEqual([[1, 2], [2, 3], 2, 2]);
    expect([emptyFifo().head, emptyFifo().shift().size]).toEqual([undefined, 0]);
  });
});

describe('hashOf', () => {
  it('does not depend on key order; an undefined field is absent', () => {
    expect(hashOf({ a: 1, b: { c: [1, 'x', null] } })).toBe(hashOf({ b: { c: [1, 'x', null], d: undefined }, a: 1 }));
    expect(hashOf([1, undefined])).toBe(hashOf([1, null]));
  });

  it('tells apart what differs', () => {
    const values = [0, 1, -1, 0.5, '0', '', true, false, null, [], {}, [0], [[0]], [0, 1], [1, 0], { a: 0 }, { b: 0 }, { a: { b: 0 } }, { a: 0, b: 0 }, [[], []], 4294967296, -4294967295];
    expect(new Set(values.map(hashOf)).size).toBe(values.length);
    expect(hashText('ab')).not.toBe(hashText('ba'));
  });

  it('is the same everywhere', () => {
    expect([hashText('kubeloom'), hashOf({ a: [1, 2.5, 'x'], b: null })]).toMatchInlineSnapshot(`
      [
        8462194938031002,
        1128311538021056,
      ]
    `);
  });

  it('refuses what is no data', () => {
    expect(() => hashOf(() => 1)).toThrow(BrokenInvariant);
    expect(() => hashOf(new Set([1]))).toThrow('a Set');
  });
});

describe('digest', () => {
  it('16 hexadecimal digits, by order, read back', () => {
    const digest = extendDigest(extendDigest(emptyDigest, 1), 2);
    expect(printDigest(digest)).toMatch(/^[0-9a-f]{16}$/);
    expect(printDigest(digest)).not.toBe(printDigest(extendDigest(extendDigest(emptyDigest, 2), 1)));
    expect(parseDigest(printDigest(digest))).toEqual(digest);
    expect(parseDigest('xyz')).toBeUndefined();
    expect(digestOfHash(7)).toBe(printDigest(extendDigest(emptyDigest, 7)));
  });
});

describe('canonicalJson', () => {
  it('sorts keys by their bytes and leaves out undefined fields', () => {
    expect(canonicalJson({ b: 1, 10: 'é"', 9: [undefined, -0, 1e21], a: undefined })).toBe('{"10":"é\\"","9":[null,0,1e+21],"b":1}');
  });

  it('refuses what JSON cannot say', () => {
    expect(() => canonicalJson({ a: Infinity })).toThrow('JSON has no Infinity');
    expect(() => canonicalJson([1n])).toThrow('found bigint');
  });
});

describe('invariant', () => {
  it('throws its message', () => {
    expect(() => invariant('' as unknown, () => 'one is less')).toThrow('one is less');
    expect(() => invariant(true, 'fine')).not.toThrow();
  });
});
