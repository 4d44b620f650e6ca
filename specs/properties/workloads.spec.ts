/** The properties of scheduling and of workloads, each by a story in which it holds and one in which it is violated. */
import { describe, expect, it } from 'vitest';
import { mapFrom } from '../../src/base/persistent-map.ts';
import { COMPLETE, cronJob, daemonSet, deployment, ENDING, job, node, ownedBy, pod, replicaSet } from './objects.ts';
import { storyFor } from './story.ts';

describe('scheduler.no-overcommit', () => {
  it('holds while what is bound fits', () => {
    const story = storyFor('scheduler.no-overcommit').put(node('n'), pod('a', { cpu: '600m' }), pod('a', { cpu: '600m', node: 'n' }));
    expect([story.ends(), story.evaluated()]).toEqual([[], 1]);
  });
  it('is violated by a second pod that asks for more than is left', () => {
    expect(storyFor('scheduler.no-overcommit').put(node('n'), pod('a', { cpu: '600m' }), pod('b', { cpu: '600m' }), pod('a', { cpu: '600m', node: 'n' }), pod('b', { cpu: '600m', node: 'n' })).ends()).toEqual(['cpu']);
  });
  it('pods that have ended take no room', () => {
    expect(storyFor('scheduler.no-overcommit').put(node('n'), pod('a', { cpu: '600m' }), pod('a', { cpu: '600m', node: 'n' }), pod('a', { cpu: '600m', node: 'n', phase: 'Succeeded' }), pod('b', { cpu: '600m' }), pod('b', { cpu: '600m', node: 'n' })).ends()).toEqual([]);
  });
});

describe('scheduler.hard-constraints', () => {
  const picky = { spec: { nodeSelector: { disk: 'ssd' } } };
  const pickyOn = (name: string) => pod('a', { node: name, spec: picky.spec });
  it('holds on a node that the selector allows', () => {
    const story = storyFor('scheduler.hard-constraints').put(node('n', { labels: { disk: 'ssd' } }), pod('a', picky)).passes(10_000).put(pickyOn('n'));
    expect([story.ends(), story.evaluated()]).toEqual([[], 1]);
  });
  it('is violated on another, and on one whose taint is not tolerated', () => {
    expect(storyFor('scheduler.hard-constraints').put(node('n'), pod('a', picky)).passes(10_000).put(pickyOn('n')).ends()).toEqual(['node affinity']);
    expect(storyFor('scheduler.hard-constraints').put(node('n', { taints: [{ key: 'k', effect: 'NoSchedule' }] }), pod('a')).passes(10_000).put(pod('a', { node: 'n' })).ends()).toEqual(['taint']);
  });
  it('is not judged on a node that has just changed', () => {
    expect(storyFor('scheduler.hard-constraints').put(pod('a', picky), node('n')).passes(100).put(pickyOn('n')).evaluated()).toBe(0);
  });
});

describe('scheduler.pending-progress', () => {
  it('holds for a pod that is bound soon, and for one that nobody would take', () => {
    expect(storyFor('scheduler.pending-progress').put(node('n'), pod('a'), pod('b', { cpu: '4' })).passes(5000).put(pod('a', { node: 'n' })).ends()).toEqual([]);
  });
  it('is violated by one that is bound late, and by one that is not', () => {
    expect(storyFor('scheduler.pending-progress').put(node('n'), pod('a')).passes(300_000).put(pod('a', { node: 'n' })).ends()).toEqual(['left waiting']);
    expect(storyFor('scheduler.pending-progress').put(node('n'), pod('a')).ends()).toEqual(['never bound']);
  });
  it('does not count the time in which the scheduler does not lead', () => {
    const late = (phase: string): readonly string[] => storyFor('scheduler.pending-progress').put(node('n'), pod('a')).passes(300_000)
      .state('kube-scheduler', { phase }).receives('kube-scheduler', 'leader-election', {}).passes(5000).put(pod('a', { node: 'n' })).ends();
    expect([late('standby'), late('scheduling')]).toEqual([[], ['left waiting']]);
  });
});

describe('controller-ref', () => {
  const [a, b] = [replicaSet('a', 1), replicaSet('b', 1)];
  it('one-owner is violated by a second controller', () => {
    expect(storyFor('controller-ref.one-owner').put(pod('p', { owner: a })).ends()).toEqual([]);
    expect(storyFor('controller-ref.one-owner').put(pod('p', { metadata: { ownerReferences: [ownedBy(a), ownedBy(b)] } })).ends()).toEqual(['several']);
  });
  it('no-stealing is violated by passing on without letting go', () => {
    expect(storyFor('controller-ref.no-stealing').put(pod('p', { owner: a }), pod('p'), pod('p', { owner: b })).ends()).toEqual([]);
    expect(storyFor('controller-ref.no-stealing').put(pod('p', { owner: a }), pod('p', { owner: b })).ends()).toEqual(['stolen']);
  });
});

describe('replicaset', () => {
  const rs = replicaSet('rs', 1);
  it('converges: exactly the pods that are asked for, those that end not counted', () => {
    expect(storyFor('replicaset.converges').put(rs, pod('a', { owner: rs }), pod('b', { owner: rs, metadata: ENDING })).ends()).toEqual([]);
    expect(storyFor('replicaset.converges').put(rs).ends()).toEqual(['too few']);
    expect(storyFor('replicaset.converges').put(rs, pod('a', { owner: rs }), pod('b', { owner: rs })).ends()).toEqual(['too many']);
    expect(storyFor('replicaset.converges').put(replicaSet('rs', 1, { said: 0 }), pod('a', { owner: rs })).ends()).toEqual(['status']);
  });
  it('bounded-overshoot: never more than were ever asked for, unless the controller was restarted', () => {
    expect(storyFor('replicaset.bounded-overshoot').put(rs, pod('a', { owner: rs })).ends()).toEqual([]);
    expect(storyFor('replicaset.bounded-overshoot').put(rs, pod('a', { owner: rs }), pod('b', { owner: rs })).ends()).toEqual(['overshoot']);
    expect(storyFor('replicaset.bounded-overshoot').put(rs, pod('a', { owner: rs })).fault({ kind: 'crash', actor: 'kube-controller-manager' }).put(pod('b', { owner: rs })).ends()).toEqual([]);
  });
});

describe('deployment', () => {
  const web = deployment('web', 2, { image: 'i:2' });
  const [old, next] = [replicaSet('old', 2, { owner: web }), replicaSet('next', 1, { owner: web, image: 'i:2' })];
  it('rollout-surge: all ReplicaSets together within replicas and maxSurge', () => {
    expect(storyFor('deployment.rollout-surge').put(web, old, next).ends()).toEqual([]);
    expect(storyFor('deployment.rollout-surge').put(web, old, replicaSet('next', 2, { owner: web, image: 'i:2' })).ends()).toEqual(['surge']);
  });
  it('rollout-surge: unless the controller has yet to see what another ReplicaSet asks for', () => {
    const tooMany = replicaSet('next', 2, { owner: web, image: 'i:2' });
    const syncing = (sets: readonly ReturnType<typeof replicaSet>[], state = 'creating') => ({ controllers: [{ queues: [{ syncs: mapFrom([['default/web', { stage: { d: web, sets, state } }]]) }] }] });
    const ends = (state: unknown): readonly string[] => storyFor('deployment.rollout-surge').state('kube-controller-manager', state).put(web, old, tooMany).ends();
    expect(ends(syncing([]))).toEqual([]);
    expect(ends(syncing([old]))).toEqual(['surge']);
    expect(ends(syncing([replicaSet('old', 1, { owner: web })], 'growing'))).toEqual([]);
    expect(ends(syncing([replicaSet('old', 1, { owner: web })], 'scaling'))).toEqual(['surge']);
  });
  it('rollout-surge: unless the process that asked for it is lost', () => {
    const tooMany = replicaSet('next', 2, { owner: web, image: 'i:2' });
    expect(storyFor('deployment.rollout-surge').put(web, old).fault({ kind: 'crash', actor: 'kube-controller-manager' }).put(tooMany).ends()).toEqual([]);
    expect(storyFor('deployment.rollout-surge').put(web, old).fault({ kind: 'crash', actor: 'kube-scheduler' }).put(tooMany).ends()).toEqual(['surge']);
  });
  it('rollout-availability: a ready pod goes only when enough are left', () => {
    const [a, b, c] = ['a', 'b'].map((name) => pod(name, { owner: old, isReady: true })).concat(pod('c', { owner: next, isReady: true })) as [ReturnType<typeof pod>, ReturnType<typeof pod>, ReturnType<typeof pod>];
    const goes = pod('a', { owner: old, isReady: true, metadata: ENDING });
    const smaller = replicaSet('old', 1, { owner: web });
    expect(storyFor('deployment.rollout-availability').put(web, old, next, a, b, c).passes(10_000).put(smaller, goes).ends()).toEqual([]);
    expect(storyFor('deployment.rollout-availability').put(web, old, next, a, b).passes(10_000).put(smaller, goes).ends()).toEqual(['unavailable']);
    // One that has just become ready may still be taken for one that is not.
    expect(storyFor('deployment.rollout-availability').put(web, old, next, a, b).passes(1000).put(smaller, goes).ends()).toEqual([]);
  });
  it('recreate-no-overlap: a new pod comes when no old one is left', () => {
    const recreated = deployment('web', 1, { image: 'i:2', strategy: { type: 'Recreate' } });
    expect(storyFor('deployment.recreate-no-overlap').put(recreated, old, next, pod('a', { owner: old, phase: 'Succeeded' }), pod('b', { owner: next })).ends()).toEqual([]);
    expect(storyFor('deployment.recreate-no-overlap').put(recreated, old, next, pod('a', { owner: old, metadata: ENDING }), pod('b', { owner: next })).ends()).toEqual(['overlap']);
  });
  it('one-new-replicaset: exactly one bears the template', () => {
    expect(storyFor('deployment.one-new-replicaset').put(web, old, next).ends()).toEqual([]);
    expect(storyFor('deployment.one-new-replicaset').put(web, next, replicaSet('again', 1, { owner: web, image: 'i:2' })).ends()).toEqual(['several']);
    expect(storyFor('deployment.one-new-replicaset').put(web, old).ends()).toEqual(['none']);
  });
  it('rollout-terminates: complete, or said to have failed', () => {
    const complete = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    const failed = { conditions: [{ type: 'Progressing', status: 'False' }] };
    expect([complete, failed, {}].map((status) => storyFor('deployment.rollout-terminates').put(deployment('web', 2, { status })).ends())).toEqual([[], [], ['unfinished']]);
  });
});

describe('daemonset.one-per-node', () => {
  const ds = daemonSet('ds', 2);
  it('holds with one on each, and is violated by two on one or by one too few', () => {
    const on = (name: string, where: string) => pod(name, { owner: ds, node: where });
    expect(storyFor('daemonset.one-per-node').put(ds, on('a', 'n1'), on('b', 'n2')).ends()).toEqual([]);
    expect(storyFor('daemonset.one-per-node').put(ds, on('a', 'n1'), on('b', 'n1')).ends()).toEqual(['twice']);
    expect(storyFor('daemonset.one-per-node').put(ds, on('a', 'n1')).ends()).toEqual(['number']);
  });
});

describe('job', () => {
  const one = job('j');
  const pods = ['a', 'b'].map((name) => pod(name, { owner: one, phase: 'Succeeded' }));
  it('count-exact: no more than have ended so', () => {
    expect(storyFor('job.count-exact').put(one, ...pods, job('j', { status: { succeeded: 2 } })).ends()).toEqual([]);
    expect(storyFor('job.count-exact').put(one, ...pods, job('j', { status: { succeeded: 3 } })).ends()).toEqual(['succeeded']);
    expect(storyFor('job.count-exact').put(one, ...pods, job('j', { status: { failed: 1 } })).ends()).toEqual(['failed']);
  });
  it('no-create-after-finish: no pod for a Job that has ended', () => {
    expect(storyFor('job.no-create-after-finish').put(one, pod('a', { owner: one })).ends()).toEqual([]);
    expect(storyFor('job.no-create-after-finish').put(job('j', { status: COMPLETE }), pod('a', { owner: one })).ends()).toEqual(['extra pod']);
  });
  it('completes: ended, or at work', () => {
    expect(storyFor('job.completes').put(job('j', { status: COMPLETE })).ends()).toEqual([]);
    expect(storyFor('job.completes').put(one, pod('a', { owner: one })).ends()).toEqual([]);
    expect(storyFor('job.completes').put(one).ends()).toEqual(['unfinished']);
  });
});

describe('cronjob', () => {
  const cron = cronJob('c', { concurrencyPolicy: 'Forbid' });
  const made = (name: string, tick: string, status = {}) => job(name, { owner: cron, tick, status });
  it('at-most-once-per-tick: a tick makes one Job', () => {
    expect(storyFor('cronjob.at-most-once-per-tick').put(cron, made('a', '1'), made('b', '2')).ends()).toEqual([]);
    expect(storyFor('cronjob.at-most-once-per-tick').put(cron, made('a', '1'), made('b', '1')).ends()).toEqual(['twice']);
  });
  it('forbid: none beside one that runs', () => {
    expect(storyFor('cronjob.forbid').put(cron, made('a', '1', COMPLETE), made('b', '2')).ends()).toEqual([]);
    expect(storyFor('cronjob.forbid').put(cron, made('a', '1'), made('b', '2')).ends()).toEqual(['overlap']);
  });
  it('about-once: no tick older than a minute is forgotten', () => {
    expect(storyFor('cronjob.about-once').put(cronJob('c')).passes(90_000).ends()).toEqual([]);
    expect(storyFor('cronjob.about-once').put(cronJob('c')).passes(600_000).ends()).toEqual(['missed']);
  });
});
