/** `kubeloom explore --maximize`: the legal schedule that is worst by a measure; no property is judged. */
import { worstCaseJson, worstCaseLines } from '../../explore/worst-case/worst-report.ts';
import { newWorstSearch } from '../../explore/worst-case/worst-search.ts';
import { measureNamed } from '../../properties/measures/index.ts';
import { describe } from '../../protocol/describe.ts';
import { clusterSubject } from '../../testing/cluster-subject.ts';
import type { ClusterSubject } from '../../testing/cluster-subject.ts';
import { explorationToken } from '../../testing/exploration-token.ts';
import type { Console } from '../console.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { worstProgress } from '../output/worst-progress.ts';
import { keepScenario } from '../scenario-store.ts';
import { VERSION } from '../version.ts';
import { advanceSearch } from './advance-search.ts';
import type { ExploreFlags } from './explore-flags.ts';
import type { ExplorePlan } from './explore-plan.ts';
import type { Interruption } from './interruption.ts';

/** Each takes a whole run, and those that do not settle take long. */
const DEFAULT_RUNS = 300;
/** Where time is the bound: more than it has room for. */
const MANY_RUNS = 1_000_000;

/** Fine whatever was found: being the worst is no violation. Budget: Ctrl-C ended the search before its first run. */
export const worstCaseCommand = async (console: Console, { scenario, options }: ExplorePlan, flags: ExploreFlags, interruption: Interruption): Promise<ExitCode> => {
  const measure = measureNamed(flags.maximize ?? '');
  if (measure === undefined) return exitCodes.badInput;
  const { seed, faults, limits, budget } = options;
  const search = newWorstSearch(clusterSubject(scenario), measure, {
    seed, runs: flags.runs ?? (flags.timeMs === undefined ? DEFAULT_RUNS : MANY_RUNS), faults, limits, budget,
    effort: { runsLeft: flags.shrink.maxRuns, stepsLeft: flags.shrink.maxSteps },
  });
  const { show, stop } = worstProgress(measure, flags.timeMs, process.stderr);
  await advanceSearch({ advance: search.advance, show: () => show(search.progress()), stop }, flags.timeMs, interruption);
  if (search.progress().done === 0) return exitCodes.budget;
  const worst = search.result();
  const { scenario: smallest } = worst.subject as ClusterSubject;
  keepScenario(smallest);
  const { token } = explorationToken(smallest, worst.schedule, VERSION);
  if (flags.output === 'json') console.out(JSON.stringify({ ...worstCaseJson(worst), seed, interrupted: interruption.isAsked(), token }));
  else console.out([...worstCaseLines(worst, describe), `  replay   npx kubeloom replay ${token}`].join('\n'));
  return exitCodes.fine;
};
