/** The properties of the store, its watches, pods, garbage, Services and nodes, each by a story in which it holds and one in which it is violated. */
import { describe, expect, it } from 'vitest';
import { emptyMap, mapFrom } from '../../src/base/persistent-map.ts';
import type { Effect } from '../../src/kernel/transition.ts';
import type { ApiAnswer, ApiRequest } from '../../src/protocol/api.ts';
import { atRevision, configMap, ENDING, node, ownedBy, pod, replicaSet, service, slice } from './objects.ts';
import { storyFor } from './story.ts';

const answered = (object: ReturnType<typeof pod>): ApiAnswer => ({ kind: 'object', code: 200, object });
const deleteOf = (resource: string, name: string, options: ApiRequest['options'] = {}): ApiRequest => ({ verb: 'delete', resource, namespace: 'default', name, options });
const gone = (uid: string): ApiAnswer => ({ kind: 'done', code: 200, status: { kind: 'Status', apiVersion: 'v1', status: 'Success', details: { uid } } });

describe('store', () => {
  it('revision-monotonic: each revision is one more than the last', () => {
    const appended = (revision: number) => ({ kind: 'append', log: 'etcd', record: { kind: 'revision', revision, changes: [] } }) as const;
    expect(storyFor('store.revision-monotonic').does('etcd', appended(5)).does('etcd', appended(6)).ends()).toEqual([]);
    expect(storyFor('store.revision-monotonic').does('etcd', appended(5)).does('etcd', appended(5)).ends()).toEqual(['revision']);
    expect(storyFor('store.revision-monotonic').does('etcd', appended(5)).does('etcd', appended(7)).ends()).toEqual(['revision']);
  });
  it('no-lost-update: an update replaces the version that it names', () => {
    const update = (revision: number): ApiRequest => ({ verb: 'update', resource: 'configmaps', namespace: 'default', name: 'a', body: atRevision(configMap('a'), revision) });
    const story = storyFor('store.no-lost-update').put(configMap('a'), configMap('a', { labels: { step: '2' } }), configMap('a', { labels: { step: '3' } }));
    const last = story.revision();
    story.exchange('kubectl', update(last - 1), answered(atRevision(configMap('a'), last)));
    expect([story.ends(), story.evaluated()]).toEqual([[], 1]);
    expect(story.exchange('kubectl', update(last - 2), answered(atRevision(configMap('a'), last))).ends()).toEqual(['lost-update']);
  });
  it('uid-precondition: a delete that names a uid removes that one', () => {
    const asked = deleteOf('pods', 'a', { preconditions: { uid: 'one' } });
    expect(storyFor('api.uid-precondition').exchange('kubectl', asked, gone('one')).ends()).toEqual([]);
    expect(storyFor('api.uid-precondition').exchange('kubectl', asked, gone('two')).ends()).toEqual(['other uid']);
  });
});

describe('watches', () => {
  const watch: ApiRequest = { verb: 'watch', resource: 'pods', options: { resourceVersion: '5' } };
  const event = (name: string, revision: number) => ({ type: 'ADDED', object: atRevision(pod(name), revision) }) as const;
  const opened = (id: string) => storyFor(id).request('kube-scheduler', watch);
  it('ordered: revisions do not go down', () => {
    expect(opened('watch.ordered').sends('kube-scheduler', 1, event('a', 6)).sends('kube-scheduler', 1, event('b', 7)).ends()).toEqual([]);
    expect(opened('watch.ordered').sends('kube-scheduler', 1, event('a', 7)).sends('kube-scheduler', 1, event('b', 6)).ends()).toEqual(['order']);
    expect(opened('watch.ordered').sends('kube-scheduler', 1, event('a', 4)).ends()).toEqual(['order']);
  });
  it('unique: nothing is sent twice', () => {
    expect(opened('watch.unique').sends('kube-scheduler', 1, event('a', 6)).sends('kube-scheduler', 1, event('b', 6)).ends()).toEqual([]);
    expect(opened('watch.unique').sends('kube-scheduler', 1, event('a', 6)).sends('kube-scheduler', 1, event('a', 6)).ends()).toEqual(['twice']);
  });
  it('reliable: nothing is left out, by events or by a bookmark', () => {
    const story = () => {
      const told = storyFor('watch.reliable').put(configMap('x'));
      const from = told.revision();
      told.request('kube-scheduler', { ...watch, options: { resourceVersion: String(from) } }).put(pod('a'), configMap('y'), pod('b'));
      return { told, from };
    };
    const [whole, gap, marked] = [story(), story(), story()];
    expect(whole.told.sends('kube-scheduler', 1, event('a', whole.from + 1)).sends('kube-scheduler', 1, event('b', whole.from + 3)).ends()).toEqual([]);
    expect(gap.told.sends('kube-scheduler', 1, event('b', gap.from + 3)).ends()).toEqual(['gap']);
    expect(marked.told.sends('kube-scheduler', 1, { type: 'BOOKMARK', object: atRevision(pod(''), marked.from + 2) }).ends()).toEqual(['gap']);
  });
  it('observer-monotonic: a reflector is not shown what is older', () => {
    const shown = (revision: number) => ({ kind: 'api-watch-event', id: 1, event: event('a', revision) });
    const listed = (revision: number) => ({ kind: 'api-answer', id: 2, answer: { kind: 'list', code: 200, list: { metadata: { resourceVersion: String(revision) }, items: [] } } });
    const story = () => storyFor('client.observer-monotonic').receives('kube-scheduler', 'watch/pods', shown(9));
    expect(story().receives('kube-scheduler', 'watch/pods', listed(9)).receives('kube-scheduler', 'watch/nodes', shown(4)).ends()).toEqual([]);
    expect(story().receives('kube-scheduler', 'watch/pods', listed(8)).ends()).toEqual(['back in time']);
  });
  it('observer-monotonic: an answer to a process that has ended is shown to nobody', () => {
    const listed = (id: number, revision: number) => ({ kind: 'api-answer', id, answer: { kind: 'list', code: 200, list: { metadata: { resourceVersion: String(revision) }, items: [] } } });
    const asks = (id: number): Effect => ({ kind: 'send', to: 'kube-apiserver', channel: 'watch/services', body: { kind: 'api-request', id, request: { verb: 'list', resource: 'services' } } });
    const restarted = () => storyFor('client.observer-monotonic').does('kube-proxy/n', asks(1)).receives('kube-proxy/n', 'process', { kind: 'process-start' }).does('kube-proxy/n', asks(2));
    expect(restarted().receives('kube-proxy/n', 'watch/services', listed(1, 9)).receives('kube-proxy/n', 'watch/services', listed(2, 8)).ends()).toEqual([]);
    expect(restarted().receives('kube-proxy/n', 'watch/services', listed(2, 9)).receives('kube-proxy/n', 'watch/services', listed(2, 8)).ends()).toEqual(['back in time']);
  });
});

/** A runtime in which containers of these pods run. */
const runtime = (...running: readonly ReturnType<typeof pod>[]) => ({
  sandboxes: mapFrom(running.map(({ metadata }) => [`s-${metadata.name}`, { status: { config: { podUid: metadata.uid, podName: metadata.name, podNamespace: 'default' } } }] as const)),
  containers: mapFrom(running.map(({ metadata }) => [`c-${metadata.name}`, { status: { state: 'running', sandboxId: `s-${metadata.name}` } }] as const)),
  images: emptyMap(),
});

describe('pods', () => {
  it('bind-once: a bound pod does not move', () => {
    expect(storyFor('pods.bind-once').put(pod('a'), pod('a', { node: 'n1' }), pod('a', { node: 'n1', phase: 'Running' })).ends()).toEqual([]);
    expect(storyFor('pods.bind-once').put(pod('a', { node: 'n1' }), pod('a', { node: 'n2' })).ends()).toEqual(['moved']);
    expect(storyFor('pods.bind-once').put(pod('a', { node: 'n1' }), pod('a', { node: 'n2', uid: 'another' })).ends()).toEqual([]);
  });
  it('phase-monotonic: phases go forward', () => {
    const phases = (...names: readonly string[]) => storyFor('pods.phase-monotonic').put(...names.map((phase) => pod('a', { phase }))).ends();
    expect(phases('Pending', 'Running', 'Succeeded')).toEqual([]);
    expect(phases('Running', 'Pending')).toEqual(['Running to Pending']);
    expect(phases('Succeeded', 'Failed')).toEqual(['Succeeded to Failed']);
  });
  it('terminal-means-stopped: an ended pod runs no containers', () => {
    const [runs, ended] = [pod('a', { node: 'n', phase: 'Running' }), pod('a', { node: 'n', phase: 'Failed' })];
    expect(storyFor('pods.terminal-means-stopped').state('container-runtime/n', runtime()).put(runs, ended).ends()).toEqual([]);
    expect(storyFor('pods.terminal-means-stopped').state('container-runtime/n', runtime(runs)).put(runs, ended).ends()).toEqual(['still running']);
  });
  it('kubelet-deletes-last: a pod goes from the store when it has stopped, and a kubelet removes no pod that nobody marked', () => {
    const [plain, marked] = [pod('a', { node: 'n', phase: 'Running' }), pod('a', { node: 'n', phase: 'Running', metadata: ENDING })];
    const last = deleteOf('pods', 'a', { gracePeriodSeconds: 0 });
    const story = () => storyFor('pods.kubelet-deletes-last').state('container-runtime/n', runtime());
    expect(story().put(marked).remove(marked).exchange('kubelet/n', last, gone('uid-a')).ends()).toEqual([]);
    expect(story().put(plain).remove(plain).exchange('kubelet/n', last, gone('uid-a')).ends()).toEqual(['unmarked']);
    expect(story().state('container-runtime/n', runtime(marked)).put(marked).remove(marked).ends()).toEqual(['still running']);
    expect(story().state('container-runtime/n', runtime(plain)).put(plain).request('kubectl', last).remove(plain).ends()).toEqual([]);
  });
  it('runs-on-one-node: pods of one name run on one node', () => {
    const started = (event: 'started' | 'stopped', id: string) => ({ kind: 'send', to: 'kubelet', channel: 'cri-events', body: { kind: 'cri-event', event, podUid: '', container: { id, sandboxId: 's-a' } } }) as const;
    const story = () => storyFor('pods.runs-on-one-node').state('container-runtime/n1', runtime(pod('a'))).state('container-runtime/n2', runtime(pod('a')));
    expect(story().does('container-runtime/n1', started('started', 'c1')).does('container-runtime/n1', started('stopped', 'c1')).does('container-runtime/n2', started('started', 'c2')).ends()).toEqual([]);
    expect(story().does('container-runtime/n1', started('started', 'c1')).does('container-runtime/n2', started('started', 'c2')).ends()).toEqual(['two nodes']);
    expect(story().does('container-runtime/n1', started('started', 'c1')).request('kubectl', deleteOf('pods', 'a', { gracePeriodSeconds: 0 })).does('container-runtime/n2', started('started', 'c2')).ends()).toEqual([]);
  });
});

describe('garbage', () => {
  const owner = replicaSet('rs', 1);
  const dependent = pod('a', { owner });
  it('safe: the garbage collector deletes nothing that has an owner', () => {
    const asked = deleteOf('pods', 'a', { preconditions: { uid: 'uid-a' } });
    expect(storyFor('gc.safe').put(dependent).request('kcm', asked, 'generic-garbage-collector').ends()).toEqual([]);
    expect(storyFor('gc.safe').put(owner, dependent).request('kcm', asked, 'generic-garbage-collector').ends()).toEqual(['has an owner']);
    expect(storyFor('gc.safe').put(owner, dependent).request('kcm', asked, 'replicaset-controller').evaluated()).toBe(0);
  });
  it('complete: nothing outlives its owners by more than a minute', () => {
    expect(storyFor('gc.complete').put(owner, dependent).remove(owner).passes(5000).ends()).toEqual([]);
    expect(storyFor('gc.complete').put(owner, dependent).remove(owner).passes(90_000).ends()).toEqual(['Pod']);
    expect(storyFor('gc.complete').put(owner, pod('a', { metadata: { ownerReferences: [ownedBy(owner), { ...ownedBy(owner), uid: 'other', controller: false }] } })).ends()).toEqual([]);
  });
  it('finalizer-blocks: a delete does not remove what has finalizers', () => {
    const [free, held] = [configMap('a'), configMap('a', { finalizers: ['example.com/hold'] })];
    expect(storyFor('gc.finalizer-blocks').put(free).remove(free).exchange('kubectl', deleteOf('configmaps', 'a'), gone('uid-a')).ends()).toEqual([]);
    expect(storyFor('gc.finalizer-blocks').put(held).remove(held).exchange('kubectl', deleteOf('configmaps', 'a'), gone('uid-a')).ends()).toEqual(['removed']);
    const told = storyFor('gc.finalizer-blocks').put(held).remove(held);
    const shows = (revision: number): ApiAnswer => answered(atRevision(held, revision));
    expect(told.exchange('kubectl', deleteOf('configmaps', 'a'), shows(told.revision() - 1)).ends()).toEqual([]);
    expect(told.exchange('kubectl', deleteOf('configmaps', 'a'), shows(told.revision())).ends()).toEqual(['removed']);
  });
});

describe('endpoints.converge', () => {
  const ready = pod('a', { isReady: true, metadata: { labels: { app: 'web' } }, status: { podIP: '10.0.0.1' } });
  it('holds where the slices name exactly the ready pods', () => {
    expect(storyFor('endpoints.converge').put(service('web'), ready, slice('web', ['10.0.0.1'])).ends()).toEqual([]);
    expect(storyFor('endpoints.converge').put(service('web'), ready, slice('web', [])).ends()).toEqual(['differ']);
    expect(storyFor('endpoints.converge').put(service('web'), slice('web', ['10.0.0.1'])).ends()).toEqual(['differ']);
  });
});

describe('nodes', () => {
  it('recovery: a pod whose containers are ready is Ready on a Ready node', () => {
    expect(storyFor('nodes.recovery').put(node('n'), pod('a', { node: 'n', phase: 'Running', isReady: true })).ends()).toEqual([]);
    expect(storyFor('nodes.recovery').put(node('n'), pod('a', { node: 'n', phase: 'Running', isReady: false })).ends()).toEqual(['not ready']);
  });
  it('no-evict-without-taint: evictions need a taint', () => {
    const evicted = answered(pod('a', { node: 'n', metadata: ENDING }));
    const taints = [{ key: 'k', effect: 'NoExecute' }];
    expect(storyFor('nodes.no-evict-without-taint').put(node('n', { taints })).exchange('kcm', deleteOf('pods', 'a'), evicted, 'node-controller').ends()).toEqual([]);
    expect(storyFor('nodes.no-evict-without-taint').put(node('n', { taints }), node('n')).passes(2000).exchange('kcm', deleteOf('pods', 'a'), evicted, 'node-controller').ends()).toEqual([]);
    expect(storyFor('nodes.no-evict-without-taint').put(node('n')).exchange('kcm', deleteOf('pods', 'a'), evicted, 'node-controller').ends()).toEqual(['no taint']);
  });
  it('pod-of-deleted-node-gone: within two minutes', () => {
    const story = () => storyFor('nodes.pod-of-deleted-node-gone').put(node('n'), pod('a', { node: 'n' })).remove(node('n'));
    expect(story().passes(60_000).ends()).toEqual([]);
    expect(story().passes(300_000).ends()).toEqual(['orphan']);
  });
});

describe('sometimes', () => {
  it('counts what was seen', () => {
    const rs = replicaSet('rs', 1);
    const [first, second] = [pod('a', { owner: rs, node: 'n1' }), pod('b', { owner: rs })];
    expect(storyFor('seen.pod-rescheduled').put(first).remove(first).put(second, pod('b', { owner: rs, node: 'n2' })).evaluated()).toBe(1);
    expect(storyFor('seen.pod-rescheduled').put(first).remove(first).put(second, pod('b', { owner: rs, node: 'n1' })).evaluated()).toBe(0);
    const update: ApiRequest = { verb: 'update', resource: 'pods', namespace: 'default', name: 'a', body: first };
    const refused: ApiAnswer = { kind: 'refused', code: 409, status: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Conflict', message: '', code: 409 } as never };
    expect(storyFor('seen.conflict-retried').exchange('kcm', update, refused).exchange('kcm', update, answered(first)).evaluated()).toBe(1);
    const watch: ApiRequest = { verb: 'watch', resource: 'pods', options: { resourceVersion: '5' } };
    expect(storyFor('seen.watch-resumed').request('kcm', watch).request('kcm', watch).evaluated()).toBe(1);
    expect(storyFor('seen.reconciles-overlap').state('kube-controller-manager', { controllers: [{ queues: [{ syncs: { size: 2 } }] }] }).does('kube-controller-manager', { kind: 'observe', fact: 'reconcile' }).evaluated()).toBe(1);
  });
});
