/** Laws of the base: containers agree with naive models, hashes and texts depend on content only. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/base/canonical-json.ts';
import { emptyFifo } from '../../src/base/fifo.ts';
import type { Fifo } from '../../src/base/fifo.ts';
import { hashOf } from '../../src/base/hash.ts';
import { compareStrings } from '../../src/base/order.ts';
import { emptyMap } from '../../src/base/persistent-map.ts';
import type { PersistentMap } from '../../src/base/persistent-map.ts';

interface MapVersion {
  readonly map: PersistentMap<number>;
  readonly model: ReadonlyMap<string, number>;
}

const mapOperation = fc.record({
  kind: fc.constantFrom('set', 'set', 'set', 'delete', 'hash', 'visit'), from: fc.nat(), key: fc.constantFrom('a', 'b', 'c', 'd', '1', '10', 'e/f'), value: fc.nat(3),
});
type MapOperation = typeof mapOperation extends fc.Arbitrary<infer T> ? T : never;

const applyOperation = ({ map, model }: MapVersion, { kind, key, value }: MapOperation): MapVersion => {
  const next = new Map(model);
  switch (kind) {
    case 'set': return { map: map.set(key, value), model: next.set(key, value) };
    case 'delete':
      next.delete(key);
      return { map: map.delete(key), model: next };
    case 'hash':
      hashOf(map);
      return { map, model };
    default: {
      let visited = map;
      map.forEach((old, at) => {
        visited = visited.set(at, old + 1);
      });
      return { map: visited, model: new Map([...model].map(([at, old]) => [at, old + 1])) };
    }
  }
};

const agree = ({ map, model }: MapVersion): void => {
  const entries = [...model].sort(([a], [b]) => compareStrings(a, b));
  expect(map.entries()).toEqual(entries);
  expect(map.size).toBe(model.size);
  expect(map.values()).toEqual(entries.map(([, value]) => value));
  for (const key of ['a', 'zz']) expect([map.get(key), map.has(key)]).toEqual([model.get(key), model.has(key)]);
  expect(hashOf(map)).toBe(hashOf(Object.fromEntries(entries)));
};

describe('PersistentMap', () => {
  it('agrees with a naive model at every version of a branching history', () => {
    fc.assert(fc.property(fc.array(mapOperation, { maxLength: 60 }), fc.array(fc.nat(), { maxLength: 20 }), (operations, visits) => {
      const versions: MapVersion[] = [{ map: emptyMap<number>(), model: new Map() }];
      for (const operation of operations) {
        // Why biased to the newest: long chains of differences come from linear use.
        const from = operation.from % 3 === 0 ? operation.from % versions.length : versions.length - 1;
        versions.push(applyOperation(versions[from] as MapVersion, operation));
      }
      for (const at of visits) agree(versions[at % versions.length] as MapVersion);
      versions.forEach(agree);
    }));
  });
});

describe('Fifo', () => {
  it('agrees with an array at every version of a branching history', () => {
    fc.assert(fc.property(fc.array(fc.record({ push: fc.boolean(), from: fc.nat() }), { maxLength: 60 }), (operations) => {
      const versions: { readonly fifo: Fifo<number>; readonly model: readonly number[] }[] = [{ fifo: emptyFifo<number>(), model: [] }];
      operations.forEach(({ push, from }, i) => {
        const { fifo, model } = versions[from % 4 === 0 ? from % versions.length : versions.length - 1] as typeof versions[0];
        versions.push(push ? { fifo: fifo.push(i), model: [...model, i] } : { fifo: fifo.shift(), model: model.slice(1) });
      });
      for (const { fifo, model } of versions) expect([fifo.toArray(), fifo.size, fifo.head]).toEqual([model, model.length, model[0]]);
    }));
  });
});

const data = fc.jsonValue({ maxDepth: 4 });

const reordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).toReversed().map(([key, field]) => [key, reordered(field)]));
};

describe('hashOf and canonicalJson', () => {
  it('do not depend on the order of keys, and survive JSON', () => {
    fc.assert(fc.property(data, (value) => {
      const text = canonicalJson(value);
      expect(hashOf(reordered(value))).toBe(hashOf(value));
      expect(canonicalJson(reordered(value))).toBe(text);
      expect(hashOf(JSON.parse(text))).toBe(hashOf(value));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }));
  });

  it('differ where the text differs', () => {
    fc.assert(fc.property(data, data, (a, b) => {
      expect(hashOf(a) === hashOf(b)).toBe(canonicalJson(a) === canonicalJson(b));
    }));
  });
});
