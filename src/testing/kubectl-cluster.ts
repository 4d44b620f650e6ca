/** A cluster to type kubectl commands at: the real side of `kubectlCommands`, with a schedule deciding what comes first. */
import fc from 'fast-check';
import { KUBECTL } from '../cluster/create-cluster.ts';
import { readStore, storeRevision } from '../cluster/store-view.ts';
import type { ClusterTopology } from '../cluster/topology.ts';
import { defaultTopology, nodesNamed } from '../cluster/topology.ts';
import type { KubectlState } from '../components/kubectl/kubectl-actor.ts';
import { fifoChooser } from '../kernel/choosers/fifo.ts';
import type { Chooser } from '../kernel/chooser.ts';
import { run } from '../kernel/run.ts';
import type { World } from '../kernel/world.ts';
import type { ToUser, UserCommand } from '../protocol/user.ts';
import { settledness, stillness } from '../scenario/run-scenario.ts';
import { preparedScenario, subjectFor } from './cluster-options.ts';
import type { ClusterAssertion } from './cluster-options.ts';
import type { DrawnSchedule } from './drawn-schedule.ts';
import { differencesBetween, newKubectlModel } from './kubectl-model.ts';
import type { KubectlModel } from './kubectl-model.ts';

/** One user at one cluster. */
export interface KubectlSession {
  readonly world: World;
  /** Types a command; it runs when those before it have been answered. */
  readonly type: (command: UserCommand) => void;
  /** So many steps, or until nothing is left to happen. */
  readonly pass: (steps: number) => void;
  /** Lets the cluster come to rest; throws when it is then not as the model says. */
  readonly settle: (model: KubectlModel) => void;
}

export interface KubectlClusterOptions extends Pick<ClusterAssertion, 'variants' | 'actors'> {
  /** Default: two nodes, without kube-proxy and leader election. */
  readonly topology?: ClusterTopology;
  /** Steps in which a cluster has to come to rest. Default: 50,000. */
  readonly maxSteps?: number;
}

export type KubectlCommand = fc.Command<KubectlModel, KubectlSession>;

export interface KubectlCluster {
  /** A user at the cluster as it has come up. Default schedule: the oldest message first. */
  readonly session: (schedule?: DrawnSchedule) => KubectlSession;
  /** Runs drawn commands against the model and the cluster; throws where they differ. Settles at the end, if not before. */
  readonly run: (commands: Iterable<KubectlCommand>, schedule?: DrawnSchedule) => void;
}

const SMALL: ClusterTopology = { ...defaultTopology, nodes: nodesNamed(2), latency: 'none', kubeProxy: false, leaderElection: false };

/** Commands whose outcome is not the one expected, in kubectl's words. */
const wrongAnswers = (world: World, { fails }: KubectlModel): readonly string[] => {
  const { said } = world.stateOf<KubectlState>(KUBECTL);
  if (said.length !== fails.length) return [`kubectl has answered ${said.length} of ${fails.length} commands`];
  return said.flatMap(({ text, failed }, i) => (failed === fails[i] ? [] : [`kubectl said "${text}" where the command was to ${failed ? 'succeed' : 'fail'}`]));
};

const sessionOf = (world: World, chooser: Chooser, topology: ClusterTopology, maxSteps: number): KubectlSession => {
  const settle = (model: KubectlModel): void => {
    const isSettled = settledness(world, topology);
    const isStill = stillness(world);
    let looked = -1;
    let differences: readonly string[] = ['it never came to rest'];
    const isAsAsked = (): boolean => {
      if (!isSettled()) return false;
      if (storeRevision(world) !== looked) differences = [...wrongAnswers(world, model), ...differencesBetween(model, readStore(world))];
      looked = storeRevision(world);
      return differences.length === 0;
    };
    if (isAsAsked()) return;
    run(world, chooser, { maxSteps, until: () => isAsAsked() || (world.undeliveredCount === 0 && isStill()) });
    if (looked !== storeRevision(world)) differences = [...wrongAnswers(world, model), ...differencesBetween(model, readStore(world)), 'it is not settled'];
    if (differences.length > 0) throw new Error(`Expected the cluster to come to be as asked. Instead, ${differences.join('; ')}.`);
  };
  return {
    world, settle,
    type: (command) => world.advance({ kind: 'inject', to: KUBECTL, channel: 'terminal', body: { kind: 'user-command', command } satisfies ToUser }),
    pass: (steps) => { run(world, chooser, { maxSteps: steps }); },
  };
};

/** Comes up once; every session sets out from there. */
export const kubectlCluster = (options: KubectlClusterOptions = {}): KubectlCluster => {
  const { topology = SMALL, maxSteps = 50_000 } = options;
  const { world, scenario } = subjectFor(preparedScenario({ name: 'kubectl', topology, timeline: [] }, options), options);
  const session = (schedule?: DrawnSchedule): KubectlSession => {
    const fork = world.fork();
    return sessionOf(fork, schedule?.chooser(fork) ?? fifoChooser(), scenario.topology, maxSteps);
  };
  return {
    session,
    run: (commands, schedule) => {
      const real = session(schedule);
      const model = newKubectlModel();
      fc.modelRun(() => ({ model, real }), commands);
      real.settle(model);
    },
  };
};
