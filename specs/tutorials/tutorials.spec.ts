/** The tutorials' commands work, and the outputs they show are what the commands print now; `npm run specs:rewrite` rewrites them. */
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explainedExample } from '../scenarios/played.ts';
import { runTutorial, tutorialPath } from './tutorial.ts';
import type { Ran } from './tutorial.ts';

const PAGES = ['pod-creation', 'deployment-creation', 'replay', 'exploring'];
/** The pages that tell a flow of specs/scenarios: their first command prints it. */
const FLOWS: readonly string[] = ['pod-creation', 'deployment-creation'];

/** A search that finds something ends with 1. */
const isWell = ({ command, code }: Ran): boolean => code === 0 || (code === 1 && command.startsWith('npx kubeloom explore examples/races/'));

describe('docs.tutorials', () => {
  for (const name of PAGES) {
    it(`docs/tutorials/${name}.md: its commands end well, and its outputs are current`, async () => {
      const { written, current, ran, strange } = await runTutorial(name);
      const isRewriting = process.env['KUBELOOM_REWRITE'] === '1';
      expect(ran.filter((one) => !isWell(one))).toEqual([]);
      expect(strange).toEqual([]);
      if (FLOWS.includes(name)) expect(ran[0]?.out.startsWith(explainedExample(`${name}.yaml`))).toBe(true);
      if (isRewriting) writeFileSync(tutorialPath(name), current);
      else expect(current, 'Hint: if the change is understood, npm run specs:rewrite').toBe(written);
    }, 60_000);
  }
});
