/**
 * What can break in a cluster, and what each kind of fault means to its components. Not among it: the user's kubectl and the network, which are the
 * world outside.
 * Models: etcd's NOSPACE alarm and compaction, kube-apiserver's cacher (a watcher that is too slow is given up), containerd's task exits and pulls
 */
import type { ContainerRecord, RuntimeState } from '../components/container-runtime/state.ts';
import type { EtcdState } from '../components/etcd/state.ts';
import type { ApiserverState, Job, Pending } from '../components/kube-apiserver/state.ts';
import type { LinkName, Step } from '../kernel/step.ts';
import type { ActorId } from '../kernel/transition.ts';
import type { World } from '../kernel/world.ts';
import type { Message } from '../protocol/message.ts';
import { KUBECTL, KUBE_CONTROLLER_MANAGER, KUBE_SCHEDULER, apiserverNames } from './create-cluster.ts';
import { ETCD } from './store-view.ts';
import type { ClusterTopology } from './topology.ts';

/** The shape is that of `Episode` in explore/. */
interface ClusterEpisode {
  readonly breaks: readonly Step[];
  readonly mend?: (world: World) => readonly Step[];
  readonly holds?: (link: LinkName) => boolean;
}

type Possible = (world: World) => readonly ClusterEpisode[];
type Pair = readonly [ActorId, ActorId];

/** The shape is that of `FaultTargets` in explore/. */
export interface ClusterFaultTargets {
  readonly crash: readonly ActorId[];
  readonly cut: readonly Pair[];
  readonly reset: readonly ActorId[];
  readonly skew: readonly ActorId[];
  readonly possible: Readonly<Record<'node' | 'timeout' | 'lagging' | 'slow' | 'compact' | 'etcd' | 'partition' | 'container' | 'pull' | 'disk', Possible>>;
}

const isWatch = (channel: string): boolean => channel.startsWith('watch/');

const inject = (to: ActorId, channel: string, body: Message): Step => ({ kind: 'inject', to, channel, body });

const jobOf = (pending: Pending): Job | undefined => {
  switch (pending.kind) {
    case 'get':
    case 'list-revision':
    case 'list-range':
    case 'collect': return pending.job;
    case 'lookup':
    case 'reread':
    case 'create':
    case 'put':
    case 'remove':
    case 'charge': return pending.write.job;
    case 'cache-list':
    case 'lease':
    case 'compact-claim':
    case 'compact': return undefined;
    default: return pending satisfies never;
  }
};

/** The connection of a request that is on its way, under way in the server, or whose answer is on its way. The user's only where the user asks again. */
const timeouts = (servers: readonly ActorId[], isUserSpared: boolean): Possible => (world) => {
  const waiting = new Map<string, Step>();
  const add = (server: ActorId, client: ActorId, channel: string): void => {
    if (isWatch(channel) || (isUserSpared && client === KUBECTL) || client === ETCD || client === server) return;
    waiting.set(`${server} ${client} ${channel}`, { kind: 'reset', a: client, b: server, channel });
  };
  for (const { from, to, channel, isDisconnect } of world.undelivered()) {
    if (isDisconnect) continue;
    if (servers.includes(to)) add(to, from, channel);
    if (servers.includes(from)) add(from, to, channel);
  }
  for (const server of servers) {
    for (const pending of world.stateOf<ApiserverState>(server).pending.values()) {
      const job = jobOf(pending);
      if (job !== undefined) add(server, job.client.actor, job.client.channel);
    }
  }
  return [...waiting.values()].map((step) => ({ breaks: [step] }));
};

const lagging = (servers: readonly ActorId[]): Possible => () =>
  servers.map((server) => ({ breaks: [], holds: ({ from, to, channel }) => from === ETCD && to === server && isWatch(channel) }));

interface Stream { readonly from: ActorId; readonly to: ActorId; readonly channel: string }

/** Watch streams that have something to say. */
const streamsFrom = (world: World, senders: readonly ActorId[]): readonly Stream[] => {
  const streams = new Map<string, Stream>();
  for (const { from, to, channel, isDisconnect } of world.undelivered()) {
    if (!isDisconnect && senders.includes(from) && isWatch(channel)) streams.set(`${from} ${to} ${channel}`, { from, to, channel });
  }
  return [...streams.values()];
};

const resetOf = ({ from, to, channel }: Stream): Step => ({ kind: 'reset', a: from, b: to, channel });

/** Given up only if it is behind in the end: what the server had for it is lost, and it has to resume from what it has seen. */
const slow = (servers: readonly ActorId[]): Possible => (world) => streamsFrom(world, servers).filter(({ to }) => !servers.includes(to)).map((stream) => ({
  breaks: [],
  holds: ({ from, to, channel }) => from === stream.from && to === stream.to && channel === stream.channel,
  mend: (later) => streamsFrom(later, [stream.from]).filter(({ to, channel }) => to === stream.to && channel === stream.channel).map(resetOf),
}));

/** Compacted at the newest revision, while the watches of one server that were behind break: what they resume from is gone. */
const compactions = (servers: readonly ActorId[]): Possible => (world) => {
  const { revision, compactRevision } = world.stateOf<EtcdState>(ETCD);
  if (!world.isUp(ETCD) || revision <= compactRevision) return [];
  const compact = inject(ETCD, 'kv', { kind: 'etcd-call', id: 0, call: { kind: 'compact', revision } });
  const behind = streamsFrom(world, [ETCD]);
  return servers.map((server) => behind.filter(({ to }) => to === server)).filter((streams) => streams.length > 0)
    .map((streams) => ({ breaks: [compact, ...streams.map(resetOf)] }));
};

const cutAll = (world: World, pairs: readonly Pair[]): readonly ClusterEpisode[] => {
  const whole = pairs.filter(([a, b]) => !world.isCut(a, b));
  if (whole.length === 0) return [];
  return [{ breaks: whole.map(([a, b]): Step => ({ kind: 'cut', a, b })), mend: () => whole.map(([a, b]): Step => ({ kind: 'heal', a, b })) }];
};

const runtimeOf = (node: string): ActorId => `container-runtime/${node}`;

const isUnstarted = ({ phase }: ContainerRecord): boolean => phase === 'created' || phase === 'starting';

/**
 * Off: all of it stops at once. On again: no container of before is left, and the kubelet starts them anew. Why not between a container's creation and
 * its start: the runtime still has it as created afterwards, and a kubelet makes no second sandbox for a pod that is never to be restarted and has a
 * container, so that the pod would be pending for ever (kuberuntime_manager.go computePodActions).
 */
const machines = (nodes: readonly string[]): Possible => (world) => nodes.flatMap((name) => {
  const runtime = runtimeOf(name);
  const up = [`kubelet/${name}`, runtime, `kube-proxy/${name}`].filter((actor) => world.isUp(actor));
  if (!up.includes(runtime) || world.stateOf<RuntimeState>(runtime).containers.values().some(isUnstarted)) return [];
  return [{
    breaks: up.map((actor): Step => ({ kind: 'crash', actor })),
    mend: () => [...up.map((actor): Step => ({ kind: 'restart', actor })), inject(runtime, 'process', { kind: 'machine-booted' })],
  }];
});

const isRunning = ({ phase }: ContainerRecord): boolean => phase === 'running';

const containerExits = (nodes: readonly string[]): Possible => (world) => nodes.map(runtimeOf).filter((runtime) => world.isUp(runtime)).flatMap((runtime) =>
  world.stateOf<RuntimeState>(runtime).containers.values().filter(isRunning).map(({ status: { id: containerId } }) => ({
    breaks: [inject(runtime, 'process', { kind: 'process-exited', containerId, exitCode: 1 })],
  })));

/** Where a pull is under way: it fails, and so do the next. */
const failingPulls = (nodes: readonly string[]): Possible => (world) => nodes.map(runtimeOf).filter((runtime) => {
  const { pulls, registryIsDown } = world.stateOf<RuntimeState>(runtime);
  return world.isUp(runtime) && pulls.size > 0 && registryIsDown !== true;
}).map((runtime) => ({
  breaks: [inject(runtime, 'registry', { kind: 'registry', isReachable: false })],
  mend: () => [inject(runtime, 'registry', { kind: 'registry', isReachable: true })],
}));

const alarm = (action: 'activate' | 'deactivate'): Step => inject(ETCD, 'kv', { kind: 'etcd-call', id: 0, call: { kind: 'alarm', action, alarm: 'NOSPACE' } });

const fullDisk: Possible = (world) => (world.isUp(ETCD) && world.stateOf<EtcdState>(ETCD).noSpace !== true
  ? [{ breaks: [alarm('activate')], mend: () => [alarm('deactivate')] }] : []);

const product = (as: readonly ActorId[], bs: readonly ActorId[]): readonly Pair[] => as.flatMap((a) => bs.map((b): Pair => [a, b]));

export const faultTargetsOf = ({ apiservers, nodes, user }: ClusterTopology): ClusterFaultTargets => {
  const servers = apiserverNames(apiservers);
  const names = nodes.map(({ name }) => name);
  const kubelets = names.map((name): ActorId => `kubelet/${name}`);
  const clients = [KUBE_CONTROLLER_MANAGER, KUBE_SCHEDULER, ...kubelets];
  return {
    crash: [...servers, ETCD, ...clients, ...names.map(runtimeOf), ...names.map((name) => `kube-proxy/${name}`)],
    cut: product(servers, [ETCD, ...clients]),
    reset: servers,
    skew: clients,
    possible: {
      node: machines(names),
      timeout: timeouts(servers, user.retypeAfterMs === undefined),
      lagging: lagging(servers),
      slow: slow(servers),
      compact: compactions(servers),
      etcd: (world) => cutAll(world, product(servers, [ETCD])),
      partition: (world) => names.flatMap((name) => cutAll(world, product(servers, [`kubelet/${name}`, `kube-proxy/${name}`]))),
      container: containerExits(names),
      pull: failingPulls(names),
      disk: fullDisk,
    },
  };
};
