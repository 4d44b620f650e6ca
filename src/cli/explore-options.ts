/** The options of `kubeloom explore` and `kubeloom shrink`. */
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { isLeft } from 'fp-ts/lib/Either.js';
import { findVariant, variants } from '../cluster/variants.ts';
import { defaultCampaignOptions } from '../explore/campaign.ts';
import { parseFaultPlan } from '../explore/faults/fault-plan.ts';
import type { FaultPlan } from '../explore/faults/fault-plan.ts';
import { searchStrategies } from '../explore/strategies.ts';
import type { SearchStrategy } from '../explore/strategies.ts';
import { exploreCommand } from './commands/explore.ts';
import { shrinkCommand } from './commands/shrink.ts';
import type { Console } from './console.ts';
import type { ExitCode } from './exit-codes.ts';
import { allProperties, propertyNamed } from './explore/campaign-work.ts';
import { count, duration, output } from './option-parsers.ts';

interface ExploreOptions {
  readonly runs?: number;
  readonly time?: number;
  readonly strategy: SearchStrategy;
  readonly depth: number;
  readonly faults: FaultPlan;
  readonly seed: string;
  readonly workers: number;
  readonly lag?: number;
  readonly maxFailures: number;
  readonly property: readonly string[];
  readonly variant: readonly string[];
  readonly nodes?: number;
  readonly apiservers?: number;
  readonly namespace?: string;
  readonly skipUnknown?: true;
  readonly output: 'table' | 'json' | 'wide';
}

const DEFAULT_RUNS = 1000;
const DEFAULT_SHRINK = { maxRuns: 3000, maxSteps: 400_000, tries: 10 } as const;

const faultPlan = (text: string): FaultPlan => {
  const plan = parseFaultPlan(text);
  if (isLeft(plan)) throw new InvalidArgumentError(plan.left);
  return plan.right;
};

const knownOnly = (what: string, isKnown: (id: string) => boolean, ids: readonly string[]) => (id: string, before: readonly string[] = []): readonly string[] => {
  if (!isKnown(id)) throw new InvalidArgumentError(`Expected the id of a ${what}. Instead, received "${id}". There are: ${ids.join(', ')}.`);
  return [...before, id];
};

const runsOf = ({ runs, time }: ExploreOptions): number => runs ?? (time === undefined ? DEFAULT_RUNS : Infinity);

export const addExplore = (program: Command, console: Console, done: (code: ExitCode) => void): void => {
  program.command('explore').description('Run a scenario in many interleavings, judge each, and shrink and explain what breaks.')
    .argument('<file...>', 'YAML or JSON files, folders of them, or - for standard input')
    .option('--runs <n>', `how many schedules (default: ${DEFAULT_RUNS}, or as many as --time allows)`, count('a number of runs', 1))
    .option('--time <duration>', 'how long at most, by the wall clock', duration)
    .addOption(new Option('--strategy <name>', 'who decides what happens next').choices([...searchStrategies]).default('random'))
    .option('--depth <d>', "pct's depth; one less is the number of delays of delay-bounded", count('a depth', 1), defaultCampaignOptions.depth)
    .option('--faults <list>', 'none, all, or such as crash,reset:5@20 (at most 5, 20 in a thousand steps): crash, reset, cut, skew, node', faultPlan, [])
    .option('--seed <seed>', 'any text; all randomness comes from it', '1')
    .option('--workers <n>', 'how many threads; the result does not depend on it', count('a number of workers', 1), 1)
    .option('--lag <duration>', 'how far a message may lag behind the clock (default: 1s)', duration)
    .option('--max-failures <n>', 'stop after so many different failures', count('a number of failures', 1), 1)
    .option('--property <id>', 'judge this property only; may be given again', knownOnly('property', (id) => propertyNamed(id) !== undefined, allProperties.map(({ id }) => id)), [])
    .option('--variant <id>', 'run with this variant of a component; may be given again', knownOnly('variant', (id) => findVariant(id) !== undefined, variants.map(({ id }) => id)), [])
    .option('--nodes <n>', 'how many nodes the cluster has (default: 3)', count('a number of nodes', 1))
    .option('--apiservers <n>', 'how many replicas of kube-apiserver (default: 1)', count('a number of API servers', 1))
    .option('-n, --namespace <name>', 'the namespace of objects that name none')
    .option('--skip-unknown', 'leave out objects whose kind the cluster does not serve')
    .addOption(output())
    .action(async (files: string[], options: ExploreOptions) => done(await exploreCommand(console, files, {
      runs: runsOf(options), timeMs: options.time, workers: options.workers, maxFailures: options.maxFailures, lagMs: options.lag,
      options: { ...defaultCampaignOptions, strategy: options.strategy, seed: options.seed, depth: options.depth, faults: options.faults },
      properties: options.property, variants: options.variant, shrink: DEFAULT_SHRINK, output: options.output,
      nodes: options.nodes, apiservers: options.apiservers, seed: options.seed, skipUnknown: options.skipUnknown === true, namespace: options.namespace,
    })));
};

export const addShrink = (program: Command, console: Console, done: (code: ExitCode) => void): void => {
  program.command('shrink').description('Make a failing run as small as it goes: the scenario, the faults, the schedule.')
    .argument('<failure-or-token>', 'a saved failure (.kubeloom/failures/*.json), or a token (k1:...)')
    .option('--max-runs <n>', 'candidate runs at most', count('a number of runs', 1), DEFAULT_SHRINK.maxRuns)
    .option('--max-steps <n>', 'steps of all candidates together at most', count('a number of steps', 1), DEFAULT_SHRINK.maxSteps)
    .addOption(output())
    .action((what: string, options: { readonly maxRuns: number; readonly maxSteps: number; readonly output: 'table' | 'json' | 'wide' }) =>
      done(shrinkCommand(console, what, { maxRuns: options.maxRuns, maxSteps: options.maxSteps, tries: DEFAULT_SHRINK.tries, output: options.output })));
};
