/** A world of one node: its kubelet, its runtime, the network and the fake server. */
import { podSpecDefaults } from '../../src/api/defaults/pod.ts';
import type { KubeEvent, Pod } from '../../src/api/types.ts';
import { containerRuntimeActor } from '../../src/components/container-runtime/container-runtime-actor.ts';
import type { RuntimeOptions } from '../../src/components/container-runtime/container-runtime-actor.ts';
import type { RuntimeState } from '../../src/components/container-runtime/state.ts';
import { kubeletActor } from '../../src/components/kubelet/kubelet-actor.ts';
import type { KubeletOptions } from '../../src/components/kubelet/kubelet-actor.ts';
import { networkActor } from '../../src/components/network/network-actor.ts';
import { timedChooser } from '../../src/kernel/choosers/timed.ts';
import { run } from '../../src/kernel/run.ts';
import { createWorld, hosted } from '../../src/kernel/world.ts';
import type { World } from '../../src/kernel/world.ts';
import { fakeApi } from './fake-api.ts';
import type { FakeState, FromOutside } from './fake-api.ts';

export const START_MS = 1_767_225_600_000;
export const KUBELET = 'kubelet/n1';
export const RUNTIME = 'container-runtime/n1';

export interface NodeWorldOptions {
  readonly kubelet?: Partial<KubeletOptions>;
  readonly runtime?: Partial<RuntimeOptions>;
}

export const nodeWorld = (options: NodeWorldOptions = {}): World => createWorld({
  seed: 'spec', startMs: START_MS, latencyMs: () => 1, lagMs: 1000,
  actors: [
    hosted(fakeApi),
    hosted(networkActor({ id: 'network' })),
    hosted(containerRuntimeActor({ id: RUNTIME, node: 'n1', kubelet: KUBELET, network: 'network', pullMs: { min: 1000, max: 1000 }, ...options.runtime })),
    hosted(kubeletActor({
      id: KUBELET, node: 'n1', apiservers: ['kube-apiserver'], runtime: RUNTIME, network: 'network', address: '10.0.0.1', podCidr: '10.244.1.0/24',
      capacity: { cpu: '2', memory: '4Gi', pods: '3' }, ...options.kubelet,
    })),
  ],
});

export const tell = (world: World, body: FromOutside): void => {
  world.take({ kind: 'inject', to: 'kube-apiserver', channel: 'outside', body });
};

/** How far each world was run. Why: its clock stands at its last step, which may be earlier. */
const ends = new WeakMap<World, number>();

/** Runs for `ms`. */
export const runFor = (world: World, ms: number): void => {
  const endMs = Math.max(world.nowMs, ends.get(world) ?? 0) + ms;
  ends.set(world, endMs);
  run(world, {
    name: 'until', choose: (offered) => {
      const step = timedChooser().choose(offered);
      if (step === undefined) return undefined;
      const dueMs = step.kind === 'fire' ? world.timers().find((timer) => timer.actor === step.actor && timer.key === step.key)?.dueMs ?? 0 : 0;
      return dueMs > endMs ? undefined : step;
    },
  }, { maxSteps: 100_000 });
};

export const runUntil = (world: World, holds: () => boolean, maxSteps = 20_000): void => {
  const result = run(world, timedChooser(), { maxSteps, until: holds });
  if (result.outcome !== 'until') throw new Error(`never came true: ${result.outcome} after ${result.steps} steps`);
};

export const apiOf = (world: World): FakeState => world.stateOf<FakeState>('kube-apiserver');
export const podOf = (world: World, name: string): Pod | undefined => apiOf(world).objects.get(`pods/default/${name}`) as Pod | undefined;
export const runtimeOf = (world: World): RuntimeState => world.stateOf<RuntimeState>(RUNTIME);

export const eventsOf = (world: World, name: string): readonly string[] => apiOf(world).written
  .filter(({ what, verb }) => what.startsWith('events') && verb === 'create')
  .map(({ body }) => body as KubeEvent).filter(({ involvedObject }) => involvedObject.name === name)
  .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);

export const writesOf = (world: World): readonly string[] => apiOf(world).written.filter(({ what }) => !what.startsWith('events')).map(({ verb, what }) => `${verb} ${what}`);

export const makePod = (name: string, spec: Partial<Pod['spec']> = {}, annotations?: Readonly<Record<string, string>>): Pod => ({
  apiVersion: 'v1', kind: 'Pod',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, generation: 1, ...(annotations === undefined ? {} : { annotations }) },
  spec: podSpecDefaults({ nodeName: 'n1', containers: [{ name: 'c', image: 'nginx:1.27' }], ...spec }),
  status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }], qosClass: 'BestEffort' },
});

export const putPod = (world: World, pod: Pod): void => tell(world, { kind: 'put', resource: 'pods', object: pod });

export const isReady = (pod: Pod | undefined): boolean => pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
