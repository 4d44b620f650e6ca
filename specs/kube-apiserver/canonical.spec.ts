import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/base/hash.ts';
import { canonicalState } from '../../src/components/kube-apiserver/canonical.ts';
import type { ApiserverState } from '../../src/components/kube-apiserver/state.ts';
import type { Bench } from './bench.ts';
import { startBench } from './bench.ts';
import { configMap, MAP_AT } from './objects.ts';

const hash = (bench: Bench): number => hashOf(canonicalState(bench.states.get('kube-apiserver') as ApiserverState));

const withMaps = (...names: readonly string[]): Bench => {
  const bench = startBench();
  for (const name of names) bench.object({ verb: 'create', ...MAP_AT, body: configMap(name) });
  return bench;
};

describe('the canonical state', () => {
  it('is the same whichever of two unrelated writes came first', () => {
    expect(hash(withMaps('a', 'b'))).toBe(hash(withMaps('b', 'a')));
  });

  it('tells contents apart', () => {
    expect(hash(withMaps('a', 'b'))).not.toBe(hash(withMaps('a', 'c')));
  });
});
