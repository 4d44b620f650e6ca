/** What each kind of fault does to a cluster, and that the cluster gets over it (clauses explore.faults.*). */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ApiserverState } from '../../src/components/kube-apiserver/state.ts';
import type { RuntimeState } from '../../src/components/container-runtime/state.ts';
import { defaultTopology } from '../../src/cluster/topology.ts';
import { etcdState } from '../../src/cluster/store-view.ts';
import type { Step } from '../../src/kernel/step.ts';
import type { World } from '../../src/kernel/world.ts';
import type { ClusterSubject } from '../../src/testing/cluster-subject.ts';
import { faultyRun, podsOf, webSubject } from './fault-cluster.ts';

let subject: ClusterSubject;
beforeAll(() => {
  subject = webSubject();
});

const API = 'kube-apiserver';

const cacheRevision = (world: World): number => world.stateOf<ApiserverState>(API).cachers.get('pods')?.revision ?? 0;

/** The newest revision that has changed a pod. */
const podRevision = (world: World): number => Math.max(0, ...podsOf(world).map(({ metadata }) => Number(metadata.resourceVersion)));

const cuts = (steps: readonly Step[]): readonly string[] => steps.map((step) => (step.kind === 'cut' || step.kind === 'heal' ? `${step.kind} ${step.a} ${step.b}` : step.kind));

const isConverged = (world: World): boolean => podsOf(world).filter(({ status }) => status?.phase === 'Running').length === 2;

describe('timeout', () => {
  it('breaks the connection of a request that etcd has carried out: who asked is told nothing else', () => {
    const run = faultyRun(subject);
    run.until(({ input }) => input?.kind === 'message' && input.from === 'etcd' && podsOf(run.world).length === 1);
    const [reset] = run.begin('timeout', ({ breaks: [step] }) => step?.kind === 'reset' && step.a === 'kube-controller-manager' && step.channel !== 'leader-election');
    expect(reset).toMatchObject({ kind: 'reset', b: API });
    run.until(({ input }) => input?.kind === 'disconnected' && input.peer === API);
    expect(run.world.actors().every((actor) => run.world.isUp(actor))).toBe(true);
    expect(run.settle()).toBe('settled');
    expect(podsOf(run.world)).toHaveLength(2);
  });

  it('never hits a watch, nor the user', () => {
    const run = faultyRun(subject);
    for (let i = 0; i < 100; i += 1) {
      run.until(() => true);
      for (const { breaks } of subject.targets.possible?.timeout?.(run.world) ?? []) {
        expect(breaks).toMatchObject([{ kind: 'reset', b: API, channel: expect.not.stringMatching(/^watch\//) as string }]);
        expect(breaks).not.toMatchObject([{ a: 'kubectl' }]);
      }
    }
  });
});

describe('timeout of the user', () => {
  it('hits one who types again, and what was asked for comes to be', () => {
    const patient = webSubject({ user: { ...defaultTopology.user, retypeAfterMs: 5000 } });
    const run = faultyRun(patient);
    expect(run.begin('timeout', ({ breaks: [step] }) => step?.kind === 'reset' && step.a === 'kubectl')).toHaveLength(1);
    expect(run.settle()).toBe('settled');
    expect(isConverged(run.world)).toBe(true);
  });
});

describe('lagging', () => {
  it('holds what etcd tells the watch caches, while requests go on', () => {
    const run = faultyRun(subject);
    expect(run.begin('lagging')).toEqual([]);
    run.until(({ input }) => input?.kind === 'message' && input.from === API && podRevision(run.world) > 0);
    expect(cacheRevision(run.world)).toBeLessThan(podRevision(run.world));
    expect(run.mend()).toEqual([]);
    expect(run.settle()).toBe('settled');
    expect(cacheRevision(run.world)).toBeGreaterThanOrEqual(podRevision(run.world));
    expect(isConverged(run.world)).toBe(true);
  });

  it('never by more than the lag bound, and only where something else can go on', () => {
    const run = faultyRun(subject);
    run.begin('lagging');
    const oldestMs = (): number => Math.min(...run.world.undelivered().filter(({ from }) => from === 'etcd').map(({ sentMs }) => sentMs), Infinity);
    run.until(() => {
      expect(run.world.nowMs - Math.min(run.world.nowMs, oldestMs())).toBeLessThanOrEqual(subject.world.config.lagMs);
      return isConverged(run.world);
    });
  });
});

describe('slow', () => {
  const isOfPods = (link: { readonly to: string; readonly channel: string }): boolean => link.to === 'kube-scheduler' && link.channel === 'watch/pods';

  it('gives up the stream of a watcher that is behind, which resumes from what it has seen', () => {
    const run = faultyRun(subject);
    run.begin('slow', ({ holds }) => holds?.({ from: API, to: 'kube-scheduler', channel: 'watch/pods' }) === true);
    run.until(() => run.world.undelivered().filter(isOfPods).length >= 2);
    expect(run.mend()).toEqual([{ kind: 'reset', a: API, b: 'kube-scheduler', channel: 'watch/pods' }]);
    run.until(({ input }) => input?.kind === 'message' && input.from === 'kube-scheduler' && input.channel === 'watch/pods');
    const asked = run.said().filter((body) => body.kind === 'api-request').at(-1);
    expect(asked).toMatchObject({ request: { verb: 'watch', resource: 'pods', options: { resourceVersion: expect.stringMatching(/^[1-9]/) as string } } });
    expect(run.settle()).toBe('settled');
    expect(isConverged(run.world)).toBe(true);
  });

  it('leaves one that has caught up alone', () => {
    const run = faultyRun(subject);
    run.begin('slow');
    run.until(() => run.world.undelivered().every(({ from, channel }) => from !== API || !channel.startsWith('watch/')));
    expect(run.mend()).toEqual([]);
  });
});

describe('compact', () => {
  it('makes a cache that was behind list anew: what it would resume from is gone', () => {
    const run = faultyRun(subject);
    run.until(() => podsOf(run.world).length === 2);
    const [compact, ...resets] = run.begin('compact');
    expect(compact).toMatchObject({ kind: 'inject', to: 'etcd', body: { call: { kind: 'compact', revision: etcdState(run.world).revision } } });
    expect(resets.length).toBeGreaterThan(0);
    run.until(() => run.said().some((body) => body.kind === 'etcd-watch-end' && body.code === 'compacted'));
    run.until(() => run.said().some((body) => body.kind === 'api-watch-event' && body.event.type === 'ERROR' && body.event.status.code === 410));
    expect(run.settle()).toBe('settled');
    expect(isConverged(run.world)).toBe(true);
  });
});

describe('etcd', () => {
  it('is out of reach of every API server: requests fail, and its clients try again once it is back', () => {
    const two = webSubject({ apiservers: 2 });
    const run = faultyRun(two);
    expect(cuts(run.begin('etcd'))).toEqual(['cut kube-apiserver/0 etcd', 'cut kube-apiserver/1 etcd']);
    run.until(() => run.said().some((body) => body.kind === 'api-answer' && body.answer.kind === 'refused' && body.answer.status.message === 'etcdserver: request timed out'));
    expect(two.targets.possible?.etcd?.(run.world)).toEqual([]);
    expect(cuts(run.mend())).toEqual(['heal kube-apiserver/0 etcd', 'heal kube-apiserver/1 etcd']);
    expect(run.settle()).toBe('settled');
  });
});

describe('partition', () => {
  it('cuts a node off from every API server, its containers running on', () => {
    const run = faultyRun(subject);
    run.until(() => isConverged(run.world));
    const before = podsOf(run.world);
    expect(cuts(run.begin('partition'))).toEqual(['cut kube-apiserver kubelet/node-1', 'cut kube-apiserver kube-proxy/node-1']);
    const sinceMs = run.world.nowMs;
    run.until(() => run.world.nowMs > sinceMs + 20_000);
    expect(cuts(run.mend())).toEqual(['heal kube-apiserver kubelet/node-1', 'heal kube-apiserver kube-proxy/node-1']);
    expect(run.settle()).toBe('settled');
    expect(podsOf(run.world).map(({ metadata }) => metadata.uid)).toEqual(before.map(({ metadata }) => metadata.uid));
  });
});

describe('node', () => {
  it('goes off with all its containers, and boots: the kubelet starts them anew in a new sandbox', () => {
    const run = faultyRun(subject);
    run.until(() => isConverged(run.world));
    const before = podsOf(run.world).map(({ metadata }) => metadata.uid);
    const off = run.begin('node', ({ breaks }) => breaks.some((step) => step.kind === 'crash' && step.actor === `kubelet/${podsOf(run.world)[0]?.spec.nodeName ?? ''}`));
    expect(off).toMatchObject([{ kind: 'crash' }, { kind: 'crash' }, { kind: 'crash' }]);
    expect(run.mend().map((step) => step.kind)).toEqual(['restart', 'restart', 'restart', 'inject']);
    const statuses = () => podsOf(run.world).flatMap(({ status }) => status?.containerStatuses ?? []);
    run.until(() => statuses().some(({ restartCount }) => restartCount === 1) && isConverged(run.world));
    expect(statuses().find(({ restartCount }) => restartCount === 1)?.lastState?.terminated).toMatchObject({ exitCode: 255, reason: 'Unknown' });
    expect(run.settle()).toBe('settled');
    expect(podsOf(run.world).map(({ metadata }) => metadata.uid)).toEqual(before);
  });

  it('never while a container is created and not yet started', () => {
    const run = faultyRun(subject);
    const isUnstarted = (node: string): boolean => run.world.stateOf<RuntimeState>(`container-runtime/${node}`).containers.values().some(({ phase }) => phase === 'created' || phase === 'starting');
    run.until(() => isUnstarted('node-1'));
    const machines = (subject.targets.possible?.node?.(run.world) ?? []).map(({ breaks: [first] }) => first);
    expect(machines).not.toContainEqual({ kind: 'crash', actor: 'kubelet/node-1' });
  });
});

describe('container', () => {
  it('exits with code 1, and the kubelet starts it again after its back-off', () => {
    const run = faultyRun(subject);
    run.until(() => isConverged(run.world));
    const [exit] = run.begin('container');
    expect(exit).toMatchObject({ kind: 'inject', channel: 'process', body: { kind: 'process-exited', exitCode: 1 } });
    const statuses = () => podsOf(run.world).flatMap(({ status }) => status?.containerStatuses ?? []);
    run.until(() => statuses().some(({ restartCount }) => restartCount === 1));
    expect(statuses().find(({ restartCount }) => restartCount === 1)?.lastState?.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    expect(run.settle()).toBe('settled');
    expect(isConverged(run.world)).toBe(true);
  });
});

describe('pull', () => {
  it('fails on a node while the registry is out of reach, and gets through later', () => {
    const run = faultyRun(subject);
    run.begin('pull');
    const waiting = () => podsOf(run.world).flatMap(({ status }) => (status?.containerStatuses ?? []).map(({ state }) => state?.waiting?.reason));
    run.until(() => waiting().includes('ErrImagePull'));
    run.until(() => waiting().includes('ImagePullBackOff'));
    expect(run.mend()).toMatchObject([{ kind: 'inject', channel: 'registry', body: { isReachable: true } }]);
    expect(run.settle()).toBe('settled');
    expect(isConverged(run.world)).toBe(true);
  });
});

describe('disk', () => {
  it('makes etcd refuse what grows, in its own words, until there is room again', () => {
    const run = faultyRun(subject);
    run.until(() => podsOf(run.world).length === 1);
    run.begin('disk');
    const { revision } = etcdState(run.world);
    run.until(() => run.said().some((body) => body.kind === 'api-answer' && body.answer.kind === 'refused' && body.answer.status.message === 'etcdserver: mvcc: database space exceeded'));
    expect(etcdState(run.world).revision).toBe(revision);
    expect(run.mend()).toHaveLength(1);
    expect(run.settle()).toBe('settled');
    expect(isConverged(run.world)).toBe(true);
  });
});

describe('skew', () => {
  it('a scheduler whose clock is set back looks again at the pods that back off', () => {
    const run = faultyRun(subject);
    const bind = (): { readonly channel: string } | undefined => run.world.undelivered().find(({ from, channel }) => from === 'kube-scheduler' && channel.startsWith('bind/'));
    run.until(() => bind() !== undefined);
    run.world.advance({ kind: 'reset', a: 'kube-scheduler', b: API, channel: bind()?.channel ?? '' });
    run.until(({ actor, input }) => actor === 'kube-scheduler' && input?.kind === 'disconnected');
    run.world.advance({ kind: 'skew', actor: 'kube-scheduler', offsetMs: -60_000, rate: 1 });
    expect(run.settle()).toBe('settled');
    expect(isConverged(run.world)).toBe(true);
  });
});
