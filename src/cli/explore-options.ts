/** The options of `kubeloom explore`. What they name is looked up by the command, which is loaded only when it runs. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { grains, reductions } from '../explore/exhaustive/state-view.ts';
import type { Grain, Reduction } from '../explore/exhaustive/state-view.ts';
import { searchStrategies } from '../explore/strategies.ts';
import type { SearchStrategy } from '../explore/strategies.ts';
import type { Console } from './console.ts';
import type { ExitCode } from './exit-codes.ts';
import { DEFAULT_SHRINK } from './explore/explore-flags.ts';
import { exploreHelp } from './explore/explore-help.ts';
import { count, duration, output, repeated } from './option-parsers.ts';

interface ExploreOptions {
  readonly runs?: number;
  readonly time?: number;
  readonly strategy: SearchStrategy | 'all';
  readonly depth?: number;
  readonly faults?: string;
  readonly seed: string;
  readonly workers: number;
  readonly lag?: number;
  readonly events?: true;
  readonly maxFailures: number;
  readonly property?: readonly string[];
  readonly variant?: readonly string[];
  readonly maximize?: string;
  readonly exhaustive?: true;
  readonly grain: Grain;
  readonly reduction: Reduction;
  readonly shortest?: true;
  readonly certificate?: string;
  readonly recheck?: string;
  readonly nodes?: number;
  readonly apiservers?: number;
  readonly namespace?: string;
  readonly skipUnknown?: true;
  readonly output: 'table' | 'json' | 'wide';
}

const strategyOption = (): Option => new Option('--strategy <name>', 'who decides what happens next, see below').choices([...searchStrategies, 'all']).default('random');

export const addExplore = (program: Command, console: Console, done: (code: ExitCode) => void): void => {
  program.command('explore').description('Run a scenario in many interleavings, judge each, and shrink and explain what breaks.')
    .argument('<file...>', 'manifests and scenario files, folders of them, or - for standard input')
    .option('--runs <n>', 'how many schedules (default: 1000, with --maximize 300, or as many as --time allows)', count('a number of runs', 1))
    .option('--time <duration>', 'how long at most, by the wall clock, such as 60s', duration)
    .addOption(strategyOption())
    .option('--depth <d>', "pct's depth; one less is the number of delays of delay-bounded (default: 3)", count('a depth', 1))
    .option('--faults <list>', 'which faults may happen, see below, such as crash:3@10,reset (default: none)')
    .option('--seed <seed>', 'any text; all randomness comes from it', '1')
    .option('--workers <n>', 'how many threads; the result does not depend on it', count('a number of workers', 1), 1)
    .option('--lag <duration>', 'how far a message may lag behind the clock (default: 1s)', duration)
    .option('--events', 'let components record Events, which no component reads (default: as the scenario says, or not)')
    .option('--max-failures <n>', 'stop after so many different failures', count('a number of failures', 1), 1)
    .option('--property <id>', 'judge this property only, may be given again; or a condition of the end, as expect:deployment/web=Available (default: all)', repeated)
    .option('--variant <id>', 'run with this variant of a component; may be given again; none: with no variant (default: as the scenario says)', repeated)
    .addOption(new Option('--maximize <measure>', 'look for the legal schedule that is worst by a measure, instead of judging properties')
      .choices(['overshoot', 'unavailable', 'writes', 'time']).conflicts(['property']))
    .addOption(new Option('--exhaustive', 'visit every state that any interleaving leads to, and certify it (lag 0s, no faults; --time bounds it)')
      .conflicts(['runs', 'workers', 'strategy', 'depth', 'faults', 'maximize']))
    .addOption(new Option('--grain <grain>', 'with --exhaustive: which steps are put in every order; all others go at once').choices(grains).default('watches'))
    .addOption(new Option('--reduction <by>', 'with --exhaustive: visit each state once, or execute each trace once, which trusts no hash; see docs/CERTIFICATES.md')
      .choices(reductions).default('states'))
    .option('--shortest', 'with --exhaustive: breadth first, so that a violation found takes the fewest choices; needs more memory')
    .option('--certificate <file>', 'with --exhaustive: write the certificate there')
    .option('--recheck <file>', 'with --exhaustive: hold the search against this certificate; exit 3 when it comes to another fingerprint')
    .option('--nodes <n>', 'how many nodes the cluster has (default: 3)', count('a number of nodes', 1))
    .option('--apiservers <n>', 'how many replicas of kube-apiserver (default: 1)', count('a number of API servers', 1))
    .option('-n, --namespace <name>', 'the namespace of objects that name none (default: default)')
    .option('--skip-unknown', 'leave out objects whose kind the cluster does not serve')
    .addOption(output())
    .addHelpText('after', exploreHelp)
    .action(async (files: string[], options: ExploreOptions) => {
      const { exploreCommand } = await import('./commands/explore.ts');
      done(await exploreCommand(console, files, {
        runs: options.runs, timeMs: options.time, workers: options.workers, maxFailures: options.maxFailures, strategy: options.strategy, depth: options.depth,
        faults: options.faults, lagMs: options.lag, hasEvents: options.events === true, variants: options.variant, properties: options.property, maximize: options.maximize,
        isExhaustive: options.exhaustive === true, grain: options.grain, reduction: options.reduction, isShortest: options.shortest === true, certificate: options.certificate, recheck: options.recheck,
        shrink: DEFAULT_SHRINK, output: options.output,
        nodes: options.nodes, apiservers: options.apiservers, seed: options.seed, skipUnknown: options.skipUnknown === true, namespace: options.namespace,
      }));
    });
};
