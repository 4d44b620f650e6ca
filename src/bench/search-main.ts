/**
 * `npm run bench:search`: how many schedules each strategy takes to find a race, over at least 30 seeds. Every number is a function of the seeds: the
 * machine's speed matters only to how long it takes. `--quick`: few and small ones; `--only TEXT`: tasks whose name has the text in it;
 * `--markdown`: as the table of docs/STRATEGIES.md.
 */
import { formatTable } from '../cli/output/tables.ts';
import type { SearchStrategy } from '../explore/strategies.ts';
import { searchStrategies } from '../explore/strategies.ts';
import { printFigure, searchFigure } from './search-figures.ts';
import type { SearchFigure, SearchTask } from './search-figures.ts';
import { searchTasks } from './search-tasks.ts';

const SEEDS = 31;
const QUICK_SEEDS = 5;

/** The order of sending is one schedule, and breaks nothing here. */
const compared: readonly SearchStrategy[] = searchStrategies.filter((name) => name !== 'fifo');

export const searchTable = (tasks: readonly SearchTask[], seeds: number, onRow: (row: readonly string[]) => void = () => undefined): readonly (readonly string[])[] => compared.map((strategy) => {
  const row = [strategy, ...tasks.map((task): SearchFigure => searchFigure(task, strategy, seeds)).map(printFigure)];
  onRow(row);
  return row;
});

const markdown = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

export const main = (args: readonly string[]): void => {
  const isQuick = args.includes('--quick');
  const at = args.indexOf('--only');
  const only = at < 0 ? '' : args[at + 1] ?? '';
  const tasks = searchTasks(isQuick).filter(({ name }) => name.includes(only));
  const seeds = isQuick ? QUICK_SEEDS : SEEDS;
  const head = ['STRATEGY', ...tasks.map(({ name }) => name)];
  const rows = searchTable(tasks, seeds, ([strategy]) => { if (process.stderr.isTTY === true) process.stderr.write(`${strategy ?? ''} done\n`); });
  process.stdout.write(`Schedules to find, median (quartiles) over ${seeds} seeds; n/${seeds}: found by so many; >n: not within the cap.\n\n`);
  process.stdout.write(`${args.includes('--markdown') ? markdown(head, rows) : formatTable(head, rows)}\n`);
};
