/** `npm run bench`: the figures of DESIGN section 4 that apply so far, as numbers and against their targets. Never fails on a figure. */
import { cpus } from 'node:os';
import { formatTable } from '../cli/output/tables.ts';
import { clusterFigures } from './cluster-figures.ts';
import { exhaustiveFigures } from './exhaustive-figures.ts';
import type { Figure } from './figures.ts';
import { kernelFigures } from './kernel-figures.ts';
import { shrinkFigures } from './shrink-figures.ts';
import { schedulerFigures } from './scheduler-figures.ts';

const row = ({ name, value, target, ratio, note }: Figure): readonly string[] => [name, value, target ?? '', ratio === undefined ? '' : `${ratio.toFixed(2)}x`, note];

export const main = async (args: readonly string[]): Promise<void> => {
  const figures = [...await kernelFigures(), ...await schedulerFigures(), ...clusterFigures(), ...exhaustiveFigures(), ...shrinkFigures()];
  if (args.includes('--json')) {
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    return;
  }
  process.stdout.write(`Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}, one core; medians. "of target": 1x and above meets it.\n\n`);
  process.stdout.write(`${formatTable(['FIGURE', 'MEASURED', 'TARGET', 'OF TARGET', 'WHAT'], figures.map(row))}\n`);
};
