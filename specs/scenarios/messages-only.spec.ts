/** No component calls another except by messages, and nobody but kube-apiserver talks to etcd. */
import { lastValueFrom, from as streamOf } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiserverNames } from '../../src/cluster/create-cluster.ts';
import { compareStrings } from '../../src/base/order.ts';
import type { StepRecord } from '../../src/kernel/index.ts';
import { trafficOf } from '../../src/observe/index.ts';
import type { Played } from './played.ts';
import { exampleScenario, play } from './played.ts';

/** `kubelet` for `kubelet/node-1`. */
const component = (actor: string): string => actor.split('/')[0] as string;

/** Who may talk to whom: the arrows of the reference architecture. */
const ROUTES = [
  'container-runtime -> kube-proxy', // starts and stops its process
  'container-runtime -> kubelet',
  'container-runtime -> network',
  'etcd -> kube-apiserver',
  'kube-apiserver -> etcd',
  'kube-apiserver -> kube-controller-manager',
  'kube-apiserver -> kube-proxy',
  'kube-apiserver -> kube-scheduler',
  'kube-apiserver -> kubectl',
  'kube-apiserver -> kubelet',
  'kube-controller-manager -> kube-apiserver',
  'kube-proxy -> kube-apiserver',
  'kube-proxy -> network', // writes its node's rules
  'kube-scheduler -> kube-apiserver',
  'kubectl -> kube-apiserver',
  'kubelet -> container-runtime',
  'kubelet -> kube-apiserver',
  'kubelet -> network', // registers its node
  'network -> container-runtime',
];

/** The first record of every step; the beginning's, which all have index 0, together. */
const byIndex = (records: readonly StepRecord[]): ReadonlyMap<number, readonly StepRecord[]> => {
  const map = new Map<number, StepRecord[]>();
  for (const record of records) map.set(record.index, [...map.get(record.index) ?? [], record]);
  return map;
};

describe('messages.only', () => {
  let played: Played;
  beforeAll(() => { played = play(exampleScenario('deployment-creation.yaml')); });

  it('whatever reaches an actor from another was sent by it, as an effect of the step that is named as the cause', () => {
    const steps = byIndex(played.all);
    const unsent = played.all.filter(({ input, actor, cause, step }) => {
      if (input?.kind !== 'message' || step.kind !== 'deliver') return false;
      return !(steps.get(cause) ?? []).some((sender) => sender.actor === input.from
        && sender.effects.some((effect) => effect.kind === 'send' && effect.to === actor && effect.channel === input.channel && effect.body === input.body));
    });
    expect(unsent).toEqual([]);
  });

  it('an effect that touches another actor is a send; all others concern the actor itself', () => {
    const kinds = new Set(played.all.flatMap(({ effects }) => effects.map(({ kind }) => kind)));
    expect([...kinds].sort(compareStrings)).toEqual(['append', 'arm', 'cancel', 'observe', 'send']);
    expect(new Set(played.all.filter(({ effects }) => effects.some(({ kind }) => kind === 'append')).map(({ actor }) => actor))).toEqual(new Set(['etcd']));
  });

  it('the routes are the arrows of the reference architecture', async () => {
    const traffic = await lastValueFrom(trafficOf(streamOf(played.all)));
    const routes = new Set(traffic.map(({ from, to }) => `${component(from)} -> ${component(to)}`));
    expect([...routes].sort(compareStrings)).toEqual(ROUTES);
  });

  it('nobody but a kube-apiserver talks to etcd, with several of them too', async () => {
    const scenario = exampleScenario('pod-creation.yaml');
    const { all, result } = play({ ...scenario, topology: { ...scenario.topology, apiservers: 2 } });
    expect(result.converged).toBe(true);
    const traffic = await lastValueFrom(trafficOf(streamOf(all)));
    expect(traffic.filter(({ to }) => to === 'etcd').map(({ from }) => from)).toEqual(apiserverNames(2));
    expect(traffic.filter(({ from }) => from === 'etcd').map(({ to }) => to)).toEqual(apiserverNames(2));
  });
});
