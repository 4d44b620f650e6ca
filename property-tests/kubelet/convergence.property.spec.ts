/** Whatever the order and whoever crashes: in the end every pod runs once, the deleted ones are gone, and nothing is left over. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiOf, isReady, KUBELET, makePod, nodeWorld, podOf, putPod, RUNTIME, runtimeOf, tell } from '../../specs/kubelet/one-node.ts';
import { randomChooser } from '../../src/kernel/choosers/random.ts';
import { timedChooser } from '../../src/kernel/choosers/timed.ts';
import { run } from '../../src/kernel/run.ts';
import type { World } from '../../src/kernel/world.ts';

type Fault = { readonly actor: string; readonly afterSteps: number; readonly downSteps: number };

const fault: fc.Arbitrary<Fault> = fc.record({ actor: fc.constantFrom(KUBELET, RUNTIME, 'kube-apiserver'), afterSteps: fc.nat(150), downSteps: fc.nat(40) });

const suffer = (world: World, faults: readonly Fault[], seed: string): void => {
  const chooser = randomChooser(seed);
  for (const { actor, afterSteps, downSteps } of faults) {
    run(world, chooser, { maxSteps: afterSteps });
    world.take({ kind: 'crash', actor });
    run(world, chooser, { maxSteps: downSteps });
    world.take({ kind: 'restart', actor });
  }
  run(world, chooser, { maxSteps: 200 });
};

const runningOf = (world: World, name: string): number => {
  const { containers, sandboxes } = runtimeOf(world);
  return containers.values().filter(({ phase, status }) => phase === 'running' && sandboxes.get(status.sandboxId)?.status.config.podName === name).length;
};

const settled = (world: World, gone: boolean): boolean =>
  isReady(podOf(world, 'stays')) && runningOf(world, 'stays') === 1 && podOf(world, 'task')?.status?.phase === 'Succeeded'
  && (!gone || (podOf(world, 'goes') === undefined && runningOf(world, 'goes') === 0 && runtimeOf(world).sandboxes.size === 2));

describe('the kubelet converges', () => {
  it('in any order, with crashes', () => {
    fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 8 }), fc.array(fault, { maxLength: 3 }), fc.nat(120), (seed, faults, deleteAt) => {
      const world = nodeWorld({ kubelet: { capacity: { cpu: '2', memory: '4Gi', pods: '10' } } });
      for (const pod of [makePod('stays'), makePod('goes'), makePod('task', { restartPolicy: 'OnFailure', initContainers: [{ name: 'init', image: 'busybox:1' }] })]) putPod(world, pod);
      run(world, randomChooser(`${seed} before`), { maxSteps: deleteAt });
      tell(world, { kind: 'delete-pod', namespace: 'default', name: 'goes', graceSeconds: 5 });
      suffer(world, faults, seed);
      const result = run(world, timedChooser(), { maxSteps: 20_000, until: (now) => settled(now, true) });
      expect({ outcome: result.outcome, stays: podOf(world, 'stays')?.status?.phase, goes: podOf(world, 'goes')?.status?.phase, task: podOf(world, 'task')?.status?.phase })
        .toEqual({ outcome: 'until', stays: 'Running', goes: undefined, task: 'Succeeded' });
      expect(apiOf(world).objects.has('nodes//n1')).toBe(true);
      // A sandbox that was ready when it was to be removed, after its runtime had crashed.
    }), { numRuns: 20, examples: [['&', [{ actor: RUNTIME, afterSteps: 13, downSteps: 0 }], 15]] });
  }, 30_000);
});
