/** A scenario as a subject of exploration: the cluster has come up in the order of sending, and the user's commands are handed over. */
import type { HostState } from '../client/controller-host.ts';
import { KUBE_CONTROLLER_MANAGER, KUBE_SCHEDULER } from '../cluster/create-cluster.ts';
import { isOnlyBeating } from '../cluster/heartbeats.ts';
import { faultTargetsOf } from '../cluster/fault-targets.ts';
import type { SchedulerState } from '../components/kube-scheduler/state.ts';
import { storeContent } from '../explore/store-content.ts';
import type { SimplerSubject, Subject } from '../explore/subject.ts';
import { fifoChooser } from '../kernel/choosers/fifo.ts';
import type { World } from '../kernel/world.ts';
import type { Asked } from '../properties/applies.ts';
import { bootUp, handOver, settledness, stillness } from '../scenario/run-scenario.ts';
import type { ScenarioOptions } from '../scenario/run-scenario.ts';
import { createWorldOf } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { clusterAlternatives, clusterCaches, tellStep } from './cluster-insight.ts';
import { clusterStateView } from './cluster-state-view.ts';
import { simplerScenarios } from './simpler-scenarios.ts';

export interface ClusterSubject extends Subject {
  readonly scenario: Scenario;
}

const BOOT_OPTIONS: ScenarioOptions = { until: { kind: 'settled' }, maxSteps: 300_000, maxMs: Infinity };

/** Makes a scenario's world at its beginning. */
export type MakeWorld = (scenario: Scenario) => World;

const boot = (scenario: Scenario, makeWorld: MakeWorld): World => {
  const world = makeWorld(scenario);
  bootUp(world, fifoChooser(), scenario, BOOT_OPTIONS);
  handOver(world, scenario, BOOT_OPTIONS);
  return world;
};

/** Who puts things right is there to do it: after its process has ended, the next one has to wait until the lease is over. */
const isManned = (world: World): boolean =>
  world.isUp(KUBE_CONTROLLER_MANAGER) && world.stateOf<HostState>(KUBE_CONTROLLER_MANAGER).phase === 'running'
  && world.isUp(KUBE_SCHEDULER) && world.stateOf<SchedulerState>(KUBE_SCHEDULER).phase === 'scheduling';

/** Untimed: messages take no time but what the chooser lets them take. */
export const untimed = (scenario: Scenario): Scenario => ({ ...scenario, topology: { ...scenario.topology, latency: 'none' } });

/** So long that a component is back from most faults that do not last. */
const RETYPE_AFTER_MS = 5000;

export interface ExploredAs {
  /** Whether components record Events; undefined: as the scenario says, and not where it says nothing. */
  readonly events?: boolean | undefined;
  /** Whether faults may happen: then the user types again what got no answer, so that what was asked for is asked for in the end. */
  readonly isFaulty: boolean;
}

/**
 * What is explored of a scenario. Untimed; and where nothing else is asked for without Events, which take about one step in six and which no component
 * reads, so that their orders are many and decide nothing.
 */
export const exploredScenario = (scenario: Scenario, { events, isFaulty }: ExploredAs): Scenario => {
  const { topology, ...rest } = untimed(scenario);
  const { user } = topology;
  return {
    ...rest, topology: {
      ...topology, events: events ?? topology.events ?? false, ...(isFaulty ? { user: { retypeAfterMs: RETYPE_AFTER_MS, ...user } } : {}),
    },
  };
};

/** A scenario and all that exploring can make of it: what a token may have been found in. */
export const explorationsOf = (scenario: Scenario): readonly Scenario[] => [scenario, untimed(scenario), ...[false, true].flatMap((isFaulty) =>
  [undefined, false, true].map((events) => exploredScenario(scenario, { events, isFaulty })))];

/** Comes up at once. `scenario` should be untimed. `makeWorld`: where components of one's own are part of the cluster. */
export const clusterSubject = (scenario: Scenario, makeWorld: MakeWorld = createWorldOf): ClusterSubject => ({
  name: scenario.name,
  scenario,
  world: boot(scenario, makeWorld),
  remake: () => boot(scenario, makeWorld),
  targets: faultTargetsOf(scenario.topology),
  stateView: clusterStateView(scenario),
  ending: (world) => {
    const isSettled = settledness(world, scenario.topology);
    const isStill = stillness(world);
    return () => {
      if (isSettled() && isManned(world)) return 'settled';
      return world.undeliveredCount === 0 && isStill() ? 'still' : undefined;
    };
  },
  // Why not otherwise: what a variant or a component of one's own makes of a heartbeat is not known.
  ...(makeWorld === createWorldOf && (scenario.variants ?? []).length === 0 ? { isOnlyBeating } : {}),
  content: storeContent,
  tell: tellStep,
  caches: clusterCaches,
  alternatives: clusterAlternatives(scenario, (other) => clusterSubject(other, makeWorld)),
  simpler: () => simplerScenarios(scenario).map(({ what, scenario: smaller }): SimplerSubject => ({ what, make: () => clusterSubject(smaller, makeWorld) })),
});

/** What a campaign over the scenario asks for, under faults of these kinds. */
export const askedOf = ({ timeline, topology }: Scenario, faults: readonly string[]): Asked => ({ timeline, faults, nodes: topology.nodes.length });
