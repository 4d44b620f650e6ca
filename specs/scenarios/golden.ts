/** Golden files: compared, or rewritten by `npm run specs:rewrite`, so that a change of behaviour is reviewed as a diff. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const FOLDER = join(import.meta.dirname, 'golden');

export const goldenText = (name: string): string => readFileSync(join(FOLDER, `${name}.txt`), 'utf8');

export const expectGolden = (name: string, text: string): void => {
  const path = join(FOLDER, `${name}.txt`);
  const whole = `${text.trimEnd()}\n`;
  if (process.env['KUBELOOM_REWRITE'] === '1') writeFileSync(path, whole);
  expect(existsSync(path), `Expected ${path}. Instead, found no such file. Hint: npm run specs:rewrite`).toBe(true);
  expect(whole, 'Hint: if the change is understood, npm run specs:rewrite').toBe(readFileSync(path, 'utf8'));
};
