/** kube-controller-manager as one actor: which controllers it runs, and under which names. */
import { describe, expect, it } from 'vitest';
import type { Env } from '../../src/kernel/transition.ts';
import { defaultControllers, kubeControllerManagerActor } from '../../src/components/kube-controller-manager/kube-controller-manager-actor.ts';
import { isControllerEnabled } from '../../src/components/kube-controller-manager/controller-names.ts';
import { NOW_MS } from './drive.ts';

const options = { id: 'kube-controller-manager', apiservers: ['kube-apiserver'] };
const env: Env = { self: options.id, nowMs: NOW_MS, incarnation: 0, random: () => 0 };
const started = (leaderElection: boolean, controllers?: ReturnType<typeof defaultControllers>) => {
  const actor = kubeControllerManagerActor({ ...options, leaderElection, ...(controllers === undefined ? {} : { controllers }) });
  return actor.transition(actor.initial, { kind: 'start', durable: undefined }, env);
};
const asked = (effects: ReturnType<typeof started>[1]): readonly string[] => effects.flatMap((effect) => {
  const body = effect.kind === 'send' ? effect.body as { readonly request?: { readonly verb: string; readonly resource: string } } : {};
  return body.request === undefined ? [] : [`${body.request.verb} ${body.request.resource}`];
});

describe('kcm.controllers', () => {
  it('runs each controller once', () => {
    expect(defaultControllers().map(({ name }) => name).sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'cronjob-controller', 'daemon-set-controller', 'deployment-controller', 'disruption-controller', 'endpoint-controller', 'endpointslice-controller',
      'generic-garbage-collector', 'job-controller', 'namespace-controller', 'node-controller', 'pod-garbage-collector', 'replicaset-controller',
      'root-ca-cert-publisher', 'service-account-controller', 'taint-eviction-controller', 'ttl-after-finished-controller',
    ]);
  });

  it('has the names of --controllers, and enables as --controllers does', () => {
    expect(defaultControllers({}, ['*', '-job-controller']).map(({ name }) => name)).toEqual(defaultControllers().map(({ name }) => name).filter((name) => name !== 'job-controller'));
    expect(defaultControllers({}, ['garbage-collector-controller', 'daemonset-controller']).map(({ name }) => name)).toEqual(['daemon-set-controller', 'generic-garbage-collector']);
    expect(defaultControllers({}, [])).toEqual([]);
    expect(defaultControllers({}, ['-job-controller'])).toEqual([]);
    expect(isControllerEnabled('job-controller', ['-job-controller', 'job-controller', '*'])).toBe(false);
    expect(isControllerEnabled('job-controller', ['job-controller', '-job-controller'])).toBe(true);
  });

  it('lists each resource once, for all of them', () => {
    const lists = asked(started(false)[1]);
    expect(lists.filter((request) => request === 'list pods')).toHaveLength(1);
    expect(new Set(lists).size).toBe(lists.length);
  });

  it('asks for nothing but its Lease before it leads', () => {
    expect(asked(started(true)[1])).toEqual(['get leases.coordination.k8s.io']);
  });

  it('runs others when it is given others', () => {
    const own = defaultControllers().filter(({ name }) => name === 'namespace-controller');
    expect(asked(started(false, own)[1])).toEqual(['list namespaces']);
  });
});
