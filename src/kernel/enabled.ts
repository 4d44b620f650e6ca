/** The steps enabled in a world, for reports and checks: every delivery and, unlike `offered`, every armed timer whatever its due time. */
import { compareStrings } from '../base/order.ts';
import { printStep } from './print-step.ts';
import type { Step } from './step.ts';
import type { World } from './world.ts';

/** Deliveries by link name, then timers by actor and key: for reports, not in the order of offers. */
export const enabledSteps = (world: World): readonly Step[] => {
  const deliveries = new Map<string, Step>();
  for (const { from, to, channel } of world.undelivered()) {
    const step: Step = { kind: 'deliver', from, to, channel };
    deliveries.set(printStep(step), step);
  }
  return [...deliveries.values(), ...world.timers().map(({ actor, key }): Step => ({ kind: 'fire', actor, key }))];
};

/** Printed, in byte order. */
export const printEnabled = (world: World): readonly string[] => enabledSteps(world).map(printStep).sort(compareStrings);
