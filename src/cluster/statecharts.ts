/**
 * Every statechart of the project, by component, with sample events that fire each of its transitions: for the docs' pictures, for coverage, and for the
 * property that compiled and interpreted machines agree. Why here: components never import each other, and the cluster knows them all.
 */
import { clientMachines, sampleEvents } from '../client/machines.ts';
import { containerChart, sandboxChart } from '../components/container-runtime/machine.ts';
import { leaseChart, watcherChart } from '../components/etcd/machine.ts';
import type { WatchStart } from '../components/etcd/machine.ts';
import { cacherChart, serverChart, streamChart } from '../components/kube-apiserver/machine.ts';
import { deploymentSync } from '../components/kube-controller-manager/deployment/machine.ts';
import type { DeploymentEventType, DeploymentFacts } from '../components/kube-controller-manager/deployment/machine.ts';
import { jobChart } from '../components/kube-controller-manager/job/machine.ts';
import { replicaSetSync } from '../components/kube-controller-manager/replicaset/machine.ts';
import { proxyChart } from '../components/kube-proxy/machine.ts';
import { podScheduling, schedulerProcess } from '../components/kube-scheduler/machine.ts';
import { terminal } from '../components/kubectl/machine.ts';
import { containerStartChart, imagePullerChart, podWorkerChart, probeChart } from '../components/kubelet/machine.ts';
import type { Statechart } from '../kernel/statechart.ts';
import type { Firing } from '../kernel/statechart/firings.ts';

interface AnyEvent { readonly type: string }
export type AnyStatechart = Statechart<string, AnyEvent, string>;

export interface RegisteredStatechart {
  /** As in `docs/components/<component>.md`. */
  readonly component: string;
  readonly chart: AnyStatechart;
  /** Events that together fire every transition, and make every guard say yes and no. */
  readonly events: readonly AnyEvent[];
}

const erase = <State extends string, Event extends AnyEvent, Action extends string>(chart: Statechart<State, Event, Action>): AnyStatechart =>
  ({ ...chart, next: (state, event) => chart.next(state as State, event as Event) });

const entry = <State extends string, Event extends AnyEvent, Action extends string>(
  component: string, chart: Statechart<State, Event, Action>, events: readonly NoInfer<Event>[],
): RegisteredStatechart => ({ component, chart: erase(chart), events });

/** One event of each type, for charts whose events carry nothing. */
const plain = <State extends string, Event extends AnyEvent, Action extends string>(component: string, chart: Statechart<State, Event, Action>): RegisteredStatechart =>
  ({ component, chart: erase(chart), events: chart.eventTypes.map((type) => ({ type })) });

const typed = <Type extends string>(...types: readonly Type[]): readonly { readonly type: Type }[] => types.map((type) => ({ type }));
const flags = [true, false] as const;

const etcd: readonly RegisteredStatechart[] = [
  plain('etcd', leaseChart),
  entry('etcd', watcherChart, [
    ...(['compacted', 'past', 'next', 'future'] as const satisfies readonly WatchStart[]).map((start) => ({ type: 'open', start }) as const),
    ...flags.map((isReached) => ({ type: 'revision', isReached }) as const), ...typed('ask-progress', 'close'),
  ]),
];

const scheduler: readonly RegisteredStatechart[] = [
  entry('kube-scheduler', podScheduling, [
    ...flags.flatMap((gated) => [
      { type: 'ENQUEUE', gated } as const,
      ...(['active', 'backoff'] as const).map((to) => ({ type: 'MOVE', to, gated }) as const),
      ...(['active', 'backoff', 'unschedulable'] as const).map((to) => ({ type: 'FAIL', to, gated }) as const),
    ]),
    ...flags.map((wait) => ({ type: 'ASSUME', wait }) as const), ...typed('BACKOFF_COMPLETE', 'POP', 'PERMIT', 'BOUND', 'ABANDON', 'REMOVE'),
  ]),
  entry('kube-scheduler', schedulerProcess, [
    ...flags.map((elect) => ({ type: 'SYNCED', elect }) as const), ...typed('START', 'ELECTED', 'LOST', 'RESTART'),
  ]),
];

const facts: DeploymentFacts = { deleted: false, pauseChanged: false, paused: false, scaling: false, strategy: 'RollingUpdate', found: false, changed: false };

/** Each fact alone is enough, as every guard asks for one; a strategy that is neither of the two makes the last choice of `probing`. */
const deploymentFacts: readonly DeploymentFacts[] = [
  facts, { ...facts, strategy: 'Recreate' }, { ...facts, strategy: '' },
  ...(['deleted', 'pauseChanged', 'paused', 'scaling', 'found', 'changed'] as const).map((fact) => ({ ...facts, [fact]: true })),
];

const controllers: readonly RegisteredStatechart[] = [
  entry('kube-controller-manager', deploymentSync, deploymentSync.eventTypes.flatMap((type) =>
    deploymentFacts.map((known) => ({ type: type as DeploymentEventType, facts: known })))),
  entry('kube-controller-manager', replicaSetSync, [
    ...(['create', 'delete', 'nothing'] as const).map((need) => ({ type: 'claimed', need }) as const),
    ...typed('claim', 'claimsFailed', 'batchSucceeded', 'managed', 'statusUnchanged', 'written', 'read', 'refused'),
  ]),
  plain('kube-controller-manager', jobChart),
];

const kubelet: readonly RegisteredStatechart[] = [
  entry('kubelet', podWorkerChart, [...flags.map((terminal) => ({ type: 'SYNCED', terminal }) as const), ...typed('WORK', 'TERMINATE', 'FAILED', 'RETRY', 'ENDED')]),
  entry('kubelet', containerStartChart, [
    ...typed('START', 'PULL', 'PULLED', 'CREATED', 'STARTED', 'FINISHED', 'ABORT'), { type: 'FAILED', reason: '', message: '', untilMs: undefined },
  ]),
  entry('kubelet', probeChart, [...flags.map((reached) => ({ type: 'RESULT', reached }) as const), ...typed('RUNNING', 'STOPPED', 'TICK', 'HOLD', 'QUIET')]),
  entry('kubelet', imagePullerChart, [{ type: 'REQUEST' }, ...flags.map((more) => ({ type: 'PULLED', more }) as const)]),
];

const clients: readonly RegisteredStatechart[] = clientMachines.map((chart) =>
  ({ component: 'client-machinery', chart: erase<string, AnyEvent, string>(chart as unknown as AnyStatechart), events: sampleEvents[chart.id] ?? [] }));

export const statecharts: readonly RegisteredStatechart[] = [
  ...etcd,
  plain('kube-apiserver', serverChart), plain('kube-apiserver', cacherChart), plain('kube-apiserver', streamChart),
  ...scheduler,
  ...controllers,
  ...kubelet,
  plain('container-runtime', sandboxChart), plain('container-runtime', containerChart),
  entry('kube-proxy', proxyChart, [...flags.map((isDue) => ({ type: 'changed', isDue }) as const), ...typed('started', 'stopped', 'filled', 'due')]),
  entry('kubectl', terminal, [{ type: 'command' }, ...flags.map((isMore) => ({ type: 'said', isMore }) as const), ...typed('unanswered', 'retype')]),
  ...clients,
];

/** Every state of every statechart with each event that it does something about: all that coverage can reach. */
export const chartFirings: readonly Firing[] = statecharts.flatMap(({ chart }) => chart.firings);
