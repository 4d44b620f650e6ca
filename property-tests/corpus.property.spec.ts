/**
 * The corpus of kept failures: each breaks its property as recorded, and none shows in default components. `KUBELOOM_REWRITE=1` finds anew, in its
 * own scenario, what cannot be followed any more.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { printStep } from '../src/kernel/print-step.ts';
import { keptFailureName, printKeptFailure, readKeptFailure, replayKeptFailure, withoutVariants } from '../src/testing/index.ts';
import type { KeptFailure } from '../src/testing/index.ts';
import { recordFailure } from './corpus/record.ts';

const FOLDER = join(import.meta.dirname, 'corpus');
const MAX_BYTES = 8192;
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

const read = (name: string): KeptFailure => {
  const kept = readKeptFailure(readFileSync(join(FOLDER, name), 'utf8'));
  if (isLeft(kept)) throw new Error(`${name}: ${kept.left}`);
  return kept.right;
};

const showsStill = (kept: KeptFailure): boolean => {
  const { violation, lost } = replayKeptFailure(kept);
  return lost === undefined && violation?.signature === kept.signature;
};

if (process.env['KUBELOOM_REWRITE'] === '1') {
  for (const name of files) {
    const kept = read(name);
    if (!showsStill(kept)) writeFileSync(join(FOLDER, name), printKeptFailure(recordFailure(kept.scenario, kept.property)));
  }
}

it('there is a corpus', () => {
  expect(files.length).toBeGreaterThanOrEqual(4);
});

describe.each(files)('%s', (name) => {
  const kept = read(name);

  it('is small, and written as a failure is printed', () => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    expect(text.length).toBeLessThan(MAX_BYTES);
    expect(printKeptFailure(kept)).toBe(text);
    expect(keptFailureName(kept)).toBe(name);
  });

  it('breaks its property as recorded', () => {
    const { violation, lost } = replayKeptFailure(kept);
    expect(lost === undefined ? undefined : `${printStep(lost)} cannot be taken any more: KUBELOOM_REWRITE=1 npx vitest run property-tests/corpus.property.spec.ts finds it anew`).toBeUndefined();
    expect(violation).toMatchObject({ property: kept.property, signature: kept.signature, message: kept.message });
  });

  it('shows nothing in default components', () => {
    expect(kept.scenario.variants?.length).toBeGreaterThan(0);
    expect(replayKeptFailure(withoutVariants(kept), { strict: false, budget: { maxSteps: kept.steps + 3000, maxMs: 600_000 } }).violation).toBeUndefined();
  });
});
