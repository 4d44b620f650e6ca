/**
 * A scenario from the cluster's beginning to its end: the cluster comes up, the user's commands run, and the run ends when everything stands at its
 * desired state, when nothing moves any more, or when its budget is spent.
 */
import { MINUTE_MS } from '../api/time.ts';
import type { Node } from '../api/types.ts';
import { KUBECTL } from '../cluster/create-cluster.ts';
import { etcdState, readObject, readStore, storeRevision } from '../cluster/store-view.ts';
import type { ClusterTopology } from '../cluster/topology.ts';
import { missingOf } from '../cluster/workloads.ts';
import type { KubeProxyState } from '../components/kube-proxy/kube-proxy-actor.ts';
import { isUserIdle } from '../components/kubectl/kubectl-actor.ts';
import type { KubectlState } from '../components/kubectl/kubectl-actor.ts';
import type { Chooser } from '../kernel/chooser.ts';
import { run } from '../kernel/run.ts';
import type { StepRecord } from '../kernel/step.ts';
import type { World } from '../kernel/world.ts';
import { entryAt } from '../log/append-log.ts';
import type { ToUser } from '../protocol/user.ts';
import type { Scenario } from './scenario.ts';

/** When a run is over. `settled`: every workload stands at its desired state, the nodes' Service rules are up to date, and no message is undelivered. */
export type Until =
  | { readonly kind: 'settled' }
  /** So long after the cluster has come up. */
  | { readonly kind: 'duration'; readonly ms: number }
  | { readonly kind: 'condition'; readonly text: string; readonly holds: (world: World) => boolean };

export interface ScenarioOptions {
  readonly until: Until;
  /** Steps at most, over all. */
  readonly maxSteps: number;
  /** Simulated time at most after the cluster has come up. */
  readonly maxMs: number;
  readonly onStep?: (record: StepRecord, phase: 'boot' | 'run') => void;
}

/** `reached`: what `until` asks for. `still`: nothing but heartbeats has happened for so long that nothing will. `budget`: steps or time ran out. */
export type ScenarioOutcome = 'reached' | 'still' | 'budget';

export interface ScenarioResult {
  readonly outcome: ScenarioOutcome;
  /** Every workload stands at its desired state. */
  readonly converged: boolean;
  /** What keeps it from that, in words. */
  readonly missing: readonly string[];
  /** All steps, those of coming up included. */
  readonly steps: number;
  /** Simulated ms since the cluster had come up. */
  readonly simulatedMs: number;
  /** The step at which the user's commands were handed over. */
  readonly bootSteps: number;
}

/** Longer than every back-off of every component: 5 minutes for containers, images and unschedulable pods. */
const STILL_MS = 11 * MINUTE_MS;
const HEARTBEATS: readonly string[] = ['/registry/leases/', '/registry/minions/', '/registry/events/', 'compact_rev_key'];

/** A command is typed at a time that has not come yet. */
const isUserToCome = (world: World): boolean => {
  const { running, agenda } = world.stateOf<KubectlState>(KUBECTL);
  return running === undefined && agenda.length > 0;
};

/** Tells, cheaply at every step, when the store last changed in a way that matters. */
export const stillness = (world: World): (() => boolean) => {
  let seen = storeRevision(world);
  let lastMs = world.nowMs;
  return () => {
    const { revision, log } = etcdState(world);
    for (; seen < revision; seen += 1) {
      const events = entryAt(log, seen + 1) ?? [];
      if (events.some(({ kv }) => !HEARTBEATS.some((prefix) => kv.key.startsWith(prefix)))) lastMs = world.nowMs;
    }
    return world.nowMs - lastMs > STILL_MS && !isUserToCome(world);
  };
};

const userIsIdle = (world: World): boolean => isUserIdle(world.stateOf<KubectlState>(KUBECTL));

/** No kube-proxy knows of a change that its node's rules do not show yet. */
const proxiesAreSynced = (world: World, { nodes }: ClusterTopology): boolean =>
  nodes.every(({ name }) => world.stateOf<KubeProxyState>(`kube-proxy/${name}`).changed.size === 0);

/** Whether all is settled; looks at the store only when it has changed since the last look. */
export const settledness = (world: World, topology: ClusterTopology): (() => boolean) => {
  let looked = -1;
  let last = false;
  return () => {
    if (world.undeliveredCount > 0 || !userIsIdle(world)) return false;
    const revision = storeRevision(world);
    if (revision !== looked) {
      looked = revision;
      last = missingOf(readStore(world)).length === 0;
    }
    return last && proxiesAreSynced(world, topology);
  };
};

/** Every node is registered, and bears no taints but its own. */
const nodesAreUp = (world: World, { nodes }: ClusterTopology): boolean => nodes.every(({ name, taints }) => {
  const node = readObject(world, 'nodes', undefined, name) as Node | undefined;
  return node !== undefined && (node.spec.taints ?? []).length === taints.length;
});

/** Runs until the control plane is up, the nodes are, and so are the add-ons; or until nothing will change, as where controllers that this needs are off. */
export const bootUp = (world: World, chooser: Chooser, scenario: Scenario, { maxSteps, onStep }: ScenarioOptions): number => {
  const isSettled = settledness(world, scenario.topology);
  const isStill = stillness(world);
  return run(world, chooser, {
    maxSteps,
    until: () => (isSettled() && nodesAreUp(world, scenario.topology)) || (world.undeliveredCount === 0 && isStill()),
    ...(onStep === undefined ? {} : { onStep: (record: StepRecord) => onStep(record, 'boot') }),
  }).steps;
};

export const handOver = (world: World, scenario: Scenario, options: ScenarioOptions): number => {
  const body: ToUser = { kind: 'user-agenda', entries: scenario.timeline };
  const record = world.take({ kind: 'inject', to: KUBECTL, channel: 'terminal', body });
  options.onStep?.(record, 'run');
  return 1;
};

/** Asks again only when the store has changed. */
const whenChanged = (world: World, holds: () => boolean): (() => boolean) => {
  let looked = -1;
  return () => {
    const revision = storeRevision(world);
    if (revision === looked) return false;
    looked = revision;
    return holds();
  };
};

const reachedWhen = (world: World, { topology }: Scenario, until: Until, sinceMs: number): (() => boolean) => {
  switch (until.kind) {
    case 'settled': return settledness(world, topology);
    case 'duration': return () => world.nowMs >= sinceMs + until.ms;
    case 'condition': return whenChanged(world, () => until.holds(world));
    default: return until satisfies never;
  }
};

/** Moves the world to the scenario's end. The world must be at its beginning. */
export const runScenario = (world: World, chooser: Chooser, scenario: Scenario, options: ScenarioOptions): ScenarioResult => {
  const bootSteps = bootUp(world, chooser, scenario, options) + handOver(world, scenario, options);
  const sinceMs = world.nowMs;
  const isReached = reachedWhen(world, scenario, options.until, sinceMs);
  const isStill = stillness(world);
  let outcome: ScenarioOutcome = 'budget';
  const { onStep } = options;
  const { steps } = run(world, chooser, {
    maxSteps: options.maxSteps - bootSteps,
    until: () => {
      if (isReached()) outcome = 'reached';
      else if (options.until.kind === 'settled' && world.undeliveredCount === 0 && isStill()) outcome = 'still';
      else return world.nowMs - sinceMs > options.maxMs;
      return true;
    },
    ...(onStep === undefined ? {} : { onStep: (record: StepRecord) => onStep(record, 'run') }),
  });
  const missing = missingOf(readStore(world));
  return { outcome, converged: missing.length === 0, missing, steps: bootSteps + steps, simulatedMs: world.nowMs - sinceMs, bootSteps };
};
