/** Properties by a story in which each holds and one in which it is violated: lists, caches, room, nominations, owners, endpoints; and what is said of all. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { mapFrom } from '../../src/base/persistent-map.ts';
import { findVariant } from '../../src/cluster/variants.ts';
import { shippedProperties } from '../../src/properties/index.ts';
import type { ApiAnswer } from '../../src/protocol/api.ts';
import { atRevision, ENDING, node, pod, replicaSet, service, slice } from './objects.ts';
import { storyFor } from './story.ts';

describe('store.list-consistent', () => {
  const list = { verb: 'list', resource: 'pods' } as const;
  const shown = (revision: number, ...items: readonly KubeObject[]): ApiAnswer =>
    ({ kind: 'list', code: 200, list: { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: String(revision) }, items } });
  const first = () => storyFor('store.list-consistent').put(pod('a'), pod('b'));
  it('holds for what was there at the revision, now or then', () => {
    const story = first();
    const last = story.revision();
    const [a, b] = [atRevision(pod('a'), last - 1), atRevision(pod('b'), last)];
    story.exchange('kubelet/n', list, shown(last, a, b)).exchange('kubelet/n', list, shown(last - 1, a));
    expect([story.ends(), story.evaluated()]).toEqual([[], 2]);
  });
  it('is violated by what is left out, by what was not there yet, and by an older version', () => {
    const last = first().revision();
    const [a, b] = [atRevision(pod('a'), last - 1), atRevision(pod('b'), last)];
    expect(first().exchange('kubelet/n', list, shown(last, a)).ends()).toEqual(['differs']);
    expect(first().exchange('kubelet/n', list, shown(last - 1, a, b)).ends()).toEqual(['differs']);
    expect(first().put(pod('a', { phase: 'Running' })).exchange('kubelet/n', list, shown(last + 1, a, b)).ends()).toEqual(['differs']);
  });
  it('is not judged of a list with a selector', () => {
    const story = first();
    expect([story.exchange('kubelet/n', { ...list, options: { fieldSelector: 'spec.nodeName=n' } }, shown(story.revision())).ends(), story.evaluated()]).toEqual([[], 0]);
  });
});

describe('controller-ref.takes-ownership', () => {
  const create = (object: KubeObject, userAgent?: string) =>
    storyFor('controller-ref.takes-ownership').exchange('kube-controller-manager', { verb: 'create', resource: 'pods', namespace: 'default', body: object }, { kind: 'object', object, code: 201 } as never, userAgent);
  it('holds for a pod with the owner it was made for, and of what others make nothing is claimed', () => {
    const story = create(pod('a', { owner: replicaSet('rs', 1) }), 'replicaset-controller');
    expect([story.ends(), story.evaluated()]).toEqual([[], 1]);
    expect(create(pod('a')).evaluated()).toBe(0);
  });
  it('is violated by a pod without an owner', () => {
    expect(create(pod('a'), 'replicaset-controller').ends()).toEqual(['not owned']);
  });
});

describe('scheduler.node-is-there', () => {
  const gone = () => storyFor('scheduler.node-is-there').put(node('n'), pod('a')).remove(node('n'));
  it('holds for a node that is there, and is not judged for one that has just gone', () => {
    const story = storyFor('scheduler.node-is-there').put(node('n'), pod('a'), pod('a', { node: 'n' }));
    expect([story.ends(), story.evaluated()]).toEqual([[], 1]);
    const soon = gone().passes(1000).put(pod('a', { node: 'n' }));
    expect([soon.ends(), soon.evaluated()]).toEqual([[], 0]);
  });
  it('is violated by a node that is long gone', () => {
    expect(gone().passes(6000).put(pod('a', { node: 'n' })).ends()).toEqual(['no node']);
  });
});

describe('scheduler.nominated-room', () => {
  const urgent = pod('urgent', { cpu: '800m', spec: { priority: 1000 }, status: { nominatedNodeName: 'n' } });
  const story = () => storyFor('scheduler.nominated-room').put(node('n'), urgent, pod('a', { cpu: '400m' }), pod('b', { cpu: '200m' }));
  it('holds for a pod that leaves the room', () => {
    const fits = story().put(pod('b', { cpu: '200m', node: 'n' }));
    expect([fits.ends(), fits.evaluated()]).toEqual([[], 1]);
  });
  it('is violated by one that takes it, whoever else is on the way out', () => {
    expect(story().put(pod('a', { cpu: '400m', node: 'n' })).ends()).toEqual(['cpu']);
    expect(story().put(pod('old', { cpu: '900m', node: 'n', metadata: ENDING }), pod('b', { cpu: '200m', node: 'n' })).ends()).toEqual([]);
  });
});

describe('pods.running-within-room', () => {
  const runtime = (...pods: readonly KubeObject[]) => ({
    containers: mapFrom(pods.map(({ metadata: { name } }) => [name, { status: { state: 'running', sandboxId: name } }] as const)),
    sandboxes: mapFrom(pods.map(({ metadata: { name, uid } }) => [name, { status: { config: { podUid: uid } } }] as const)),
  });
  const started = { kind: 'send', to: 'kubelet/n', channel: 'cri-events', body: { kind: 'cri-event', event: 'started', podUid: '', container: { id: 'c', sandboxId: 'a' } } } as const;
  const [a, b] = [pod('a', { cpu: '600m', node: 'n' }), pod('b', { cpu: '600m', node: 'n' })];
  it('holds for what fits, and is violated by what runs beside it', () => {
    const story = storyFor('pods.running-within-room').put(node('n'), a, b).state('container-runtime/n', runtime(a)).does('container-runtime/n', started);
    expect([story.ends(), story.evaluated()]).toEqual([[], 1]);
    expect(storyFor('pods.running-within-room').put(node('n'), a, b).state('container-runtime/n', runtime(a, b)).does('container-runtime/n', started).ends()).toEqual(['cpu']);
  });
});

describe('endpoints.no-empty-write', () => {
  const ready = pod('a', { node: 'n', phase: 'Running', isReady: true, metadata: { labels: { app: 'web' } }, status: { podIP: '10.0.0.1' } });
  const story = () => storyFor('endpoints.no-empty-write').put(service('web'), ready, slice('web', ['10.0.0.1']));
  it('holds while the pods have just changed, and when there are none', () => {
    expect(story().passes(1000).put(slice('web', [])).ends()).toEqual([]);
    expect(story().remove(ready).passes(10_000).put(slice('web', [])).ends()).toEqual([]);
  });
  it('is violated when pods have long been ready', () => {
    expect(story().passes(10_000).put(slice('web', [])).ends()).toEqual(['emptied']);
  });
});

describe('properties', () => {
  it('where upstream is still broken, the remedy is a shipped variant that mends', () => {
    const remedies = shippedProperties.flatMap(({ stillBroken }) => (stillBroken === undefined ? [] : [stillBroken.remedy]));
    expect(remedies.length).toBeGreaterThan(0);
    expect(remedies.filter((id) => findVariant(id)?.kind !== 'fixed')).toEqual([]);
  });
});
