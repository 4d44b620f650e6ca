/** Every example is accepted as it stands. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/cli/load-scenario.ts';

const folder = resolve(import.meta.dirname, '../../examples');
const races = readdirSync(join(folder, 'races')).map((name) => `races/${name}`);
const names = [...readdirSync(folder).filter((name) => name !== 'README.md' && name !== 'races'), ...races];

describe('examples', () => {
  for (const name of names) {
    it(`${name} is accepted, and in the README`, () => {
      const loaded = loadScenario([join(folder, name)], { nodes: undefined, seed: '1', strategy: 'timed', skipUnknown: false, namespace: undefined });
      expect(isRight(loaded) ? [] : loaded.left).toEqual([]);
      expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(`(${name})`);
    });
  }

  it('the flag for nodes overrides the scenario', () => {
    const loaded = loadScenario([join(folder, 'rolling-update.yaml')], { nodes: 7, seed: '1', strategy: 'fifo', skipUnknown: false, namespace: undefined });
    expect(isRight(loaded) && loaded.right.scenario.topology).toMatchObject({ nodes: { length: 7 }, latency: 'none' });
    expect(isRight(loaded) && loaded.right.scenario.name).toBe('rolling-update');
  });
});
