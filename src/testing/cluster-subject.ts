/** A scenario as a subject of exploration: the cluster has come up in the order of sending, and the user's commands are handed over. */
import { faultTargetsOf } from '../cluster/fault-targets.ts';
import type { SimplerSubject, Subject } from '../explore/subject.ts';
import { fifoChooser } from '../kernel/choosers/fifo.ts';
import type { World } from '../kernel/world.ts';
import { bootUp, handOver, settledness, stillness } from '../scenario/run-scenario.ts';
import type { ScenarioOptions } from '../scenario/run-scenario.ts';
import { createWorldOf } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { simplerScenarios } from './simpler-scenarios.ts';

export interface ClusterSubject extends Subject {
  readonly scenario: Scenario;
}

const BOOT_OPTIONS: ScenarioOptions = { until: { kind: 'settled' }, maxSteps: 300_000, maxMs: Infinity };

const boot = (scenario: Scenario): World => {
  const world = createWorldOf(scenario);
  bootUp(world, fifoChooser(), scenario, BOOT_OPTIONS);
  handOver(world, scenario, BOOT_OPTIONS);
  return world;
};

/** Untimed: messages take no time but what the chooser lets them take. */
export const untimed = (scenario: Scenario): Scenario => ({ ...scenario, topology: { ...scenario.topology, latency: 'none' } });

/** Comes up at once. `scenario` should be untimed. */
export const clusterSubject = (scenario: Scenario): ClusterSubject => ({
  name: scenario.name,
  scenario,
  world: boot(scenario),
  remake: () => boot(scenario),
  targets: faultTargetsOf(scenario.topology),
  ending: (world) => {
    const isSettled = settledness(world, scenario.topology);
    const isStill = stillness(world);
    return () => {
      if (isSettled()) return 'settled';
      return world.undeliveredCount === 0 && isStill() ? 'still' : undefined;
    };
  },
  simpler: () => simplerScenarios(scenario).map(({ what, scenario: smaller }): SimplerSubject => ({ what, make: () => clusterSubject(smaller) })),
});
