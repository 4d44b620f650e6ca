/** What `kubeloom explore --help` says below its options: each strategy, each fault, examples, exit codes. */
import { faultKinds, faultMeanings } from '../../explore/faults/fault-plan.ts';
import { searchStrategies } from '../../explore/strategies.ts';
import { strategyLines } from './strategy-lines.ts';

const WIDTH = 16;
const row = (name: string, text: string): string => `  ${name.padEnd(WIDTH)}${text}`;

export const exploreHelp = (): string => [
  '',
  'Strategies:',
  ...searchStrategies.map((name) => row(name, strategyLines[name])),
  row('all', 'each of them in turn, --runs shared among them; a table compares them'),
  '',
  'Faults, KIND[:LIMIT][@PER-THOUSAND-STEPS], joined by commas; by default at most 2 of a kind, 5 in a thousand steps:',
  ...faultKinds.map((kind) => row(kind, faultMeanings[kind])),
  row('all, none', 'every kind; no fault, the default'),
  '',
  'Examples:',
  '  kubeloom explore examples/deployment.yaml --runs 500 --strategy all',
  '  kubeloom explore examples/deployment.yaml --time 60s --workers 2 --faults crash:3@10,reset',
  '  kubeloom explore examples/races/stale-hash-collision.yaml --strategy pct',
  '',
  'Ctrl-C ends with the report so far; a second Ctrl-C ends at once.',
  'Exit codes: 0 nothing was found; 1 a property was violated, or one that was asked for never put to the test; 2 bad usage or input;',
  '3 nondeterminism, or a failure that does not repeat; 4 runs were cut short, or Ctrl-C ended the search, and nothing was found.',
].join('\n');
