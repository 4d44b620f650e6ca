/** A recorded history once more, here: the same commands of the user and the same doings of the kubelets, on a cluster of three nodes. */
import { KUBECTL, apiserverNames, clusterActors, createCluster } from '../../src/cluster/create-cluster.ts';
import { latencyModel } from '../../src/cluster/latency.ts';
import { defaultTopology } from '../../src/cluster/topology.ts';
import type { ImageProfile } from '../../src/components/container-runtime/behavior.ts';
import { kubectlActor } from '../../src/components/kubectl/kubectl-actor.ts';
import { timedChooser } from '../../src/kernel/choosers/timed.ts';
import type { World } from '../../src/kernel/world.ts';
import { createWorld, hosted } from '../../src/kernel/world.ts';
import { auditReader } from '../../src/observe/audit.ts';
import { writeOf } from './audited-writes.ts';
import type { Write } from './history.ts';
import { metaOf, succeeded } from './history.ts';
import type { Timed } from './stand-in-kubelets.ts';
import { heartbeats, standInKubelets } from './stand-in-kubelets.ts';
import type { Entry } from './user-commands.ts';
import { userOf } from './user-commands.ts';

const KUBELETS = 'stand-in-kubelets';
/** Longer than leaders need to be elected, and nodes to be found ready. */
const BOOT_MS = 30_000;
const TAIL_MS = 3000;

/** Who acts for the nodes: stand-ins that do what the recorded ones did, or our own kubelets with runtimes, networks and kube-proxy. */
export type Kubelets = 'stand-ins' | 'own';

export interface ReplayOptions { readonly kubelets?: Kubelets; readonly seed?: string }

const isOnNode = (id: string): boolean => /^(kubelet|container-runtime|kube-proxy)\//.test(id);

/** Images are there, containers run at once; those of Jobs succeed soon, as the recorded ones did. */
const atOnce = (image: string, runForMs?: number): ImageProfile =>
  ({ image, present: true, behavior: { startDelayMs: 20, stopDelayMs: 20, ...(runForMs === undefined ? {} : { runForMs, exitCode: 0 }) } });

const images = [atOnce('nginx:1'), atOnce('nginx:2'), atOnce('agent:1'), atOnce('agent:2'), atOnce('work:1', 50), atOnce('tick:1', 50)];

const worldFrom = (startMs: number, { kubelets = 'stand-ins', seed = '1' }: ReplayOptions): World => {
  const topology = { ...defaultTopology, startMs, seed };
  if (kubelets === 'own') return createCluster({ ...topology, images });
  const standIns = kubectlActor({ id: KUBELETS, apiservers: apiserverNames(1), credential: { kind: 'certificate', commonName: 'system:kubelet', organizations: ['system:masters'] } });
  return createWorld({
    seed, startMs, lagMs: topology.lagMs, latencyMs: latencyModel(topology.latency),
    actors: [...clusterActors({ ...topology, kubeProxy: false }).filter(({ id }) => !isOnNode(id)), hosted(standIns)],
  });
};

const inject = (world: World, to: string, entries: readonly Entry[]): void => {
  if (entries.length > 0) world.take({ kind: 'inject', to, channel: 'terminal', body: { kind: 'user-agenda', entries } });
};

const beganAt = (recorded: readonly Write[]): number => Date.parse(metaOf(recorded[0]?.response).creationTimestamp ?? '2026-01-01T00:00:00Z');

interface Run { readonly ours: Write[]; readonly runUntil: (untilMs: number, beganMs: number) => void }

/** Runs a world, writing down what is written to the namespace and telling `onWrite` of what succeeds. */
const runOf = (world: World, namespace: string, onWrite: (write: Write, ours: readonly Write[]) => void): Run => {
  const chooser = timedChooser();
  const read = auditReader();
  const ours: Write[] = [];
  const heed = (write: Write): void => {
    ours.push(write);
    if (succeeded(write)) onWrite(write, ours);
  };
  const runUntil = (untilMs: number, beganMs: number): void => {
    while (world.nowMs < untilMs) {
      const step = chooser.choose(world.offered());
      if (step === undefined) return;
      read(world.take(step)).map((entry) => writeOf(entry, namespace, beganMs)).filter((write) => write !== undefined).forEach(heed);
    }
  };
  return { ours, runUntil };
};

const asCommands = (timed: readonly Timed[]): readonly Entry[] => timed.map(({ afterMs, request }) => ({ afterMs, command: { kind: 'request', request } }));

/** What a cluster of ours writes when the user does what was done in the recording, and so do the kubelets unless they are our own. */
export const replayHistory = (recorded: readonly Write[], namespace: string, options: ReplayOptions = {}): readonly Write[] => {
  const hasStandIns = options.kubelets !== 'own';
  const startMs = beganAt(recorded) - BOOT_MS;
  const lastMs = Math.max(...recorded.map(({ ms }) => ms)) + TAIL_MS;
  const world = worldFrom(startMs, options);
  const kubelets = standInKubelets(recorded, namespace);
  const user = userOf(recorded, namespace);
  const { ours, runUntil } = runOf(world, namespace, (write, all) => {
    if (hasStandIns) inject(world, KUBELETS, asCommands(kubelets(write, all)));
    inject(world, KUBECTL, user.after(write, all));
  });
  if (hasStandIns) inject(world, KUBELETS, asCommands(heartbeats(startMs, BOOT_MS + lastMs)));
  runUntil(startMs + BOOT_MS, startMs + BOOT_MS);
  const beganMs = world.nowMs;
  inject(world, KUBECTL, user.agenda);
  runUntil(beganMs + lastMs, beganMs);
  return ours;
};
