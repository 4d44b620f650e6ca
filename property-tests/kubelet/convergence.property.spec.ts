/** Whatever the order and whoever crashes: in the end every pod runs once, the deleted ones are gone, and nothing is left over. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiOf, isReady, KUBELET, makePod, nodeWorld, podOf, putPod, RUNTIME, runtimeOf, tell } from '../../specs/kubelet/one-node.ts';
import { randomChooser } from '../../src/kernel/choosers/random.ts';
import { timedChooser } from '../../src/kernel/choosers/timed.ts';
import { run } from '../../src/kernel/run.ts';
import type { Step } from '../../src/kernel/step.ts';
import type { World } from '../../src/kernel/world.ts';
import { arbitrarySchedule } from '../../src/testing/index.ts';

const MORTALS = [KUBELET, RUNTIME, 'kube-apiserver'] as const;

/** Whoever is up may crash, whoever is down may return. */
const crashes = (world: World): readonly Step[] => MORTALS.map((actor): Step => ({ kind: world.isUp(actor) ? 'crash' : 'restart', actor }));

const reviveAll = (world: World): void => {
  for (const actor of MORTALS) if (!world.isUp(actor)) world.take({ kind: 'restart', actor });
};

const runningOf = (world: World, name: string): number => {
  const { containers, sandboxes } = runtimeOf(world);
  return containers.values().filter(({ phase, status }) => phase === 'running' && sandboxes.get(status.sandboxId)?.status.config.podName === name).length;
};

const settled = (world: World, gone: boolean): boolean =>
  isReady(podOf(world, 'stays')) && runningOf(world, 'stays') === 1 && podOf(world, 'task')?.status?.phase === 'Succeeded'
  && (!gone || (podOf(world, 'goes') === undefined && runningOf(world, 'goes') === 0 && runtimeOf(world).sandboxes.size === 2));

const begin = (before: (world: World) => void): World => {
  const world = nodeWorld({ kubelet: { capacity: { cpu: '2', memory: '4Gi', pods: '10' } } });
  for (const pod of [makePod('stays'), makePod('goes'), makePod('task', { restartPolicy: 'OnFailure', initContainers: [{ name: 'init', image: 'busybox:1' }] })]) putPod(world, pod);
  before(world);
  tell(world, { kind: 'delete-pod', namespace: 'default', name: 'goes', graceSeconds: 5 });
  return world;
};

const expectConverged = (world: World): void => {
  reviveAll(world);
  const result = run(world, timedChooser(), { maxSteps: 20_000, until: (now) => settled(now, true) });
  expect({ outcome: result.outcome, stays: podOf(world, 'stays')?.status?.phase, goes: podOf(world, 'goes')?.status?.phase, task: podOf(world, 'task')?.status?.phase })
    .toEqual({ outcome: 'until', stays: 'Running', goes: undefined, task: 'Succeeded' });
  expect(apiOf(world).objects.has('nodes//n1')).toBe(true);
};

describe('the kubelet converges', () => {
  it('in any order, with crashes', () => {
    fc.assert(fc.property(arbitrarySchedule({ choices: 400, interruptions: crashes }), fc.nat(120), fc.nat(400), (schedule, deleteAt, sufferFor) => {
      // Until it is deleted and from then on: two runs of one schedule.
      const world = begin((now) => {
        schedule.run(now, { maxSteps: deleteAt });
        reviveAll(now);
      });
      schedule.run(world, { maxSteps: sufferFor });
      expectConverged(world);
    }), { numRuns: 20 });
  }, 30_000);

  it('when its runtime crashes before a sandbox that was ready has been removed', () => {
    const world = begin((now) => run(now, randomChooser('& before'), { maxSteps: 15 }));
    const chooser = randomChooser('&');
    run(world, chooser, { maxSteps: 13 });
    world.take({ kind: 'crash', actor: RUNTIME });
    world.take({ kind: 'restart', actor: RUNTIME });
    run(world, chooser, { maxSteps: 200 });
    expectConverged(world);
  });
});
