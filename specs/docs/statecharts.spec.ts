/** Every statechart of the project is drawn on its component's page. That the drawings are current is checked with all other generated parts. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { statecharts } from '../../src/cluster/statecharts.ts';
import { blocksIn, componentPages, drawings } from './blocks.ts';

const drawnOn = ({ file }: { readonly file: string }): readonly string[] =>
  blocksIn(readFileSync(file, 'utf8')).filter(({ kind }) => kind === 'statechart').map(({ argument }) => argument);

describe('docs.statecharts', () => {
  it.each(componentPages)('$name draws only statecharts that exist', (page) => {
    expect(drawnOn(page).filter((id) => !drawings.has(id))).toEqual([]);
  });

  it.each(statecharts.map(({ component, chart }) => ({ id: chart.id, page: `${component}.md` })))('$id is drawn on $page, once', ({ id, page }) => {
    const places = componentPages.flatMap((one) => drawnOn(one).filter((drawn) => drawn === id).map(() => one.name));
    expect(places).toEqual([page]);
  });
});
