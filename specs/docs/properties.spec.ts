/** `docs/PROPERTIES.md` lists the properties as they are now. `npm run specs:rewrite` makes its table anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileless, hasTable, PAGE, remadePage } from './properties-table.ts';

const textOf = (): string => readFileSync(PAGE, 'utf8');

if (process.env['KUBELOOM_REWRITE'] === '1') {
  const text = textOf();
  const current = remadePage(text);
  if (current !== text) writeFileSync(PAGE, current);
}

describe('docs.properties', () => {
  it('the table is current (if not: npm run specs:rewrite)', () => {
    const text = textOf();
    expect(hasTable(text)).toBe(true);
    expect(text).toBe(remadePage(text));
  });

  it('every property has a file that states it', () => {
    expect(fileless()).toEqual([]);
  });
});
