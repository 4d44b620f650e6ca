/** A new pod is reachable only once its network is set up and kube-proxy has written its node's rules; without kube-proxy the rules go stale. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import type { Pod, Service } from '../../src/api/types.ts';
import { KUBECTL, NETWORK, clusterActors, createCluster } from '../../src/cluster/create-cluster.ts';
import { readObject, readStore } from '../../src/cluster/store-view.ts';
import { nodesNamed } from '../../src/cluster/topology.ts';
import type { ClusterTopology } from '../../src/cluster/topology.ts';
import { createWorld, hosted, noEffects, run, send, timedChooser } from '../../src/kernel/index.ts';
import type { Actor, World } from '../../src/kernel/index.ts';
import type { Connection, FromNetwork, ToNetwork } from '../../src/protocol/network.ts';
import type { UserCommand } from '../../src/protocol/user.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { exampleObjects, exampleScenario, play } from './played.ts';

const NODES = ['node-1', 'node-2', 'node-3'];

const PROBER = 'prober';

/** A process that connects where it is told and remembers what came of it. */
const prober: Actor<Connection | undefined> = {
  id: PROBER, initial: undefined,
  transition: (state, input) => {
    if (input.kind !== 'message') return [state, noEffects];
    const body = input.body as ToNetwork | FromNetwork;
    if (body.kind === 'connected') return [body.outcome, noEffects];
    return [state, [send(NETWORK, 'connect', body)]];
  },
};

const clusterWithProber = (topology: ClusterTopology): World =>
  createWorld({ ...createCluster(topology).config, actors: [...clusterActors(topology), hosted(prober)] });

/** Asks the network in a fork, so that asking changes nothing. */
const connect = (world: World, fromNode: string, address: string, fromPodUid?: string): Connection => {
  const fork = world.fork();
  const body: ToNetwork = { kind: 'connect', id: 1, fromNode, address, port: 80, protocol: 'TCP', ...(fromPodUid === undefined ? {} : { fromPodUid }) };
  fork.take({ kind: 'inject', to: PROBER, channel: 'connect', body });
  fork.take({ kind: 'deliver', from: PROBER, to: NETWORK, channel: 'connect' });
  fork.take({ kind: 'deliver', from: NETWORK, to: PROBER, channel: 'connect' });
  return fork.stateOf<Connection>(PROBER);
};

const shown = (outcome: Connection): string => (outcome.kind === 'reached' ? `reached ${outcome.podName}` : outcome.why);

const withoutRepeats = (outcomes: readonly string[]): readonly string[] => outcomes.filter((outcome, i) => outcome !== outcomes[i - 1]);

const clientPod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'client', namespace: 'default' }, spec: { containers: [{ name: 'client', image: 'busybox:1.37' }] } } as KubeObject;

const withClient = (): Scenario => {
  const scenario = exampleScenario('pod-creation.yaml');
  return { ...scenario, timeline: [...scenario.timeline, { afterMs: 0, command: { kind: 'apply', object: clientPod } }] };
};

const podNamed = (world: World, name: string): Pod => readObject(world, 'pods', 'default', name) as Pod;
const clusterIp = (world: World): string => (readObject(world, 'services', 'default', 'hello') as Service).spec.clusterIP as string;

describe('reachability.new-pod', () => {
  it('another pod reaches it at its own address and through its Service', () => {
    const { world } = play(withClient(), {}, clusterWithProber);
    const client = podNamed(world, 'client');
    const from = client.spec.nodeName as string;
    expect(connect(world, from, podNamed(world, 'hello').status?.podIP as string, client.metadata.uid)).toMatchObject({ kind: 'reached', podName: 'hello', port: 80 });
    expect(connect(world, from, clusterIp(world), client.metadata.uid)).toMatchObject({ kind: 'reached', podNamespace: 'default', podName: 'hello', port: 80 });
  });

  it('not before its network is set up and, through the Service, not before the node\'s kube-proxy has synced', () => {
    const scenario = withClient();
    const first = play(scenario, {}, clusterWithProber);
    const address = { pod: podNamed(first.world, 'hello').status?.podIP as string, service: clusterIp(first.world) };
    const node = podNamed(first.world, 'hello').spec.nodeName as string;

    const outcomes = new Map<string, string[]>([['pod', []], ...NODES.map((name): [string, string[]] => [name, []])]);
    const moments = { networkUp: Infinity, reachable: Infinity };
    const rulesAt = new Map<string, number>();
    const world = clusterWithProber(scenario.topology);
    // The network's state changes at its own steps only: asked before the first and after each, nothing is missed.
    runScenario(world, timedChooser(), scenario, {
      until: { kind: 'settled' }, maxSteps: 200_000, maxMs: 3_600_000,
      onStep: ({ actor, input, index, effects }, phase) => {
        if (actor !== NETWORK || phase !== 'run' || input?.kind !== 'message') return;
        const body = input.body as ToNetwork;
        if (body.kind === 'cni-add' && effects.some((effect) => effect.kind === 'send' && (effect.body as { ip?: string }).ip === address.pod)) moments.networkUp = index;
        if (body.kind === 'rules' && !rulesAt.has(body.node) && body.rules.some(({ endpoints }) => endpoints.some(({ ip }) => ip === address.pod))) rulesAt.set(body.node, index);
        const pod = shown(connect(world, node, address.pod));
        if (pod === 'reached hello') moments.reachable = Math.min(moments.reachable, index);
        outcomes.get('pod')?.push(pod);
        for (const name of NODES) {
          const outcome = shown(connect(world, name, address.service));
          outcomes.get(name)?.push(outcome);
          expect(outcome === 'reached hello', `from ${name} after step ${index}`).toBe((rulesAt.get(name) ?? Infinity) <= index);
        }
      },
    });
    expect(moments.reachable).toBe(moments.networkUp);
    expect(outcomes.get('pod')?.at(-1)).toBe('reached hello');
    for (const name of NODES) {
      const seen = withoutRepeats(outcomes.get(name) ?? []);
      expect(seen[0]).toBe('no-rule');
      expect(seen.at(-1)).toBe('reached hello');
      expect(seen.slice(1, -1).every((outcome) => outcome === 'no-endpoints')).toBe(true);
    }
  });
});

const PROXIES = { resource: 'daemonsets.apps', namespace: 'kube-system', name: 'kube-proxy' } as const;

const selectNodes = (value: string | null): UserCommand =>
  ({ kind: 'patch', target: PROXIES, patchType: 'strategic', patch: { spec: { template: { spec: { nodeSelector: { 'kubeloom.dev/none': value } } } } } });

/** Types a command and lets so much time pass. */
const after = (world: World, command: UserCommand, ms: number): void => {
  const endMs = world.nowMs + ms;
  world.take({ kind: 'inject', to: KUBECTL, channel: 'terminal', body: { kind: 'user-command', command } });
  run(world, timedChooser(), { maxSteps: 200_000, until: () => world.nowMs >= endMs });
};

const proxyPods = (world: World): number => readStore(world)('pods').filter(({ metadata }) => metadata.labels?.['k8s-app'] === 'kube-proxy').length;

describe('reachability.without-kube-proxy', () => {
  it('rules go stale when kube-proxy\'s pods are gone, and are right again when they are back', () => {
    const scenario = exampleScenario('pod-creation.yaml');
    const { world } = play({ ...scenario, topology: { ...scenario.topology, nodes: nodesNamed(2) } }, {}, clusterWithProber);
    const service = clusterIp(world);
    const reaches = (): readonly string[] => ['node-1', 'node-2'].map((node) => shown(connect(world, node, service)));
    expect(reaches()).toEqual(['reached hello', 'reached hello']);

    after(world, selectNodes('nowhere'), 60_000);
    expect(proxyPods(world)).toBe(0);
    expect(reaches(), 'what was written stays').toEqual(['reached hello', 'reached hello']);

    after(world, { kind: 'delete', target: { resource: 'pods', namespace: 'default', name: 'hello' } }, 60_000);
    expect(readObject(world, 'pods', 'default', 'hello')).toBeUndefined();
    const [hello] = exampleObjects('pod-creation.yaml') as [KubeObject];
    after(world, { kind: 'create', object: { ...hello, metadata: { ...hello.metadata, name: 'hello-again' } } }, 60_000);
    expect(podNamed(world, 'hello-again').status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    expect(reaches(), 'the rules still lead to the pod that is gone').toEqual(['no-pod', 'no-pod']);

    after(world, selectNodes(null), 60_000);
    expect(proxyPods(world)).toBe(2);
    expect(reaches()).toEqual(['reached hello-again', 'reached hello-again']);
  });
});
