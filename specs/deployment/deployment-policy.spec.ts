/** The pure decisions of the Deployment controller, as tables. */
import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../src/api/types.ts';
import { desiredReplicasOf, withRevisionAnnotations } from '../../src/components/kube-controller-manager/deployment/policy/annotations.ts';
import { replicaSetsToDelete } from '../../src/components/kube-controller-manager/deployment/policy/cleanup.ts';
import { maxSurge, maxUnavailable, newReplicas } from '../../src/components/kube-controller-manager/deployment/policy/fenceposts.ts';
import { splitReplicaSets } from '../../src/components/kube-controller-manager/deployment/policy/replica-sets.ts';
import { decideRevision, makeReplicaSet } from '../../src/components/kube-controller-manager/deployment/policy/revision.ts';
import type { Resize } from '../../src/components/kube-controller-manager/deployment/policy/rolling.ts';
import { growNew, maxScaledDown, shrinkOld, trimUnhealthy } from '../../src/components/kube-controller-manager/deployment/policy/rolling.ts';
import { proportionOf, scale } from '../../src/components/kube-controller-manager/deployment/policy/scaling.ts';
import { deployment, setOf } from './deployments.ts';

const rolling = (replicas: number, surge: number | string, unavailable: number | string): Deployment =>
  deployment(replicas, { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } } } });
const at = (name: string, minute: number) => ({ name, uid: name, creationTimestamp: `2023-11-14T22:${String(minute).padStart(2, '0')}:00Z` });
const named = (d: Deployment, name: string, minute: number, size: number, more: Parameters<typeof setOf>[2] = {}): ReplicaSet =>
  setOf(d, size, { ...more, image: more.image ?? name, meta: { ...setOf(d, size, more).metadata, ...at(name, minute), ...more.meta } });
const sizes = (resizes: readonly (Resize | undefined)[]): readonly string[] => resizes.map((one) => (one === undefined ? 'invalid' : `${one.rs.metadata.name}=${one.to}`));

describe('deployment.fenceposts', () => {
  it.each([
    [10, '25%', '25%', 3, 2], [1, '25%', '25%', 1, 0], [10, 0, 0, 0, 1], [10, '0%', '0%', 0, 1], [2, 5, 5, 5, 2], [0, '50%', '50%', 0, 0], [4, 1, '30%', 1, 1],
  ])('of %i replicas, maxSurge %s and maxUnavailable %s are %i and %i', (replicas, surge, unavailable, up, down) => {
    const d = rolling(replicas, surge, unavailable);
    expect([maxSurge(d), maxUnavailable(d)]).toEqual([up, down]);
  });

  it.each([
    [10, 0, 10, 0, 0], [10, 2, 10, 0, 2], [10, 2, 5, 0, 7], [10, 2, 10, 2, 2], [10, 5, 10, 3, 5], [10, 0, 0, 8, 10],
  ])('of %i with surge %i, beside %i old pods, a new one of %i grows to %i', (replicas, surge, old, present, to) => {
    const d = rolling(replicas, surge, 1);
    const newSet = setOf(d, present);
    expect(newReplicas(d, [setOf(d, old, { image: 'nginx:0' }), newSet], newSet)).toBe(to);
  });

  it('a new one that is too large shrinks to the wanted size', () => {
    const d = rolling(10, 0, 1);
    expect(growNew(d, [setOf(d, 12)], setOf(d, 12))).toBe(10);
  });
});

describe('deployment.rolling.steps', () => {
  // replicas, maxUnavailable, old size, old available, new size, new available -> old pods that may go
  it.each([
    [10, 0, 10, 10, 0, 0, 0], [10, 2, 10, 10, 0, 0, 2], [10, 2, 10, 8, 0, 0, 2], [10, 2, 10, 8, 2, 0, 2], [10, 2, 10, 10, 5, 5, 7], [10, 0, 10, 10, 1, 1, 1],
  ])('%i wanted, %i may be missing: with old %i (%i available) and new %i (%i available) %i may go', (replicas, missing, old, oldAvailable, size, available, go) => {
    const d = rolling(replicas, 2, missing);
    const newSet = setOf(d, size, { available });
    expect(maxScaledDown(d, [setOf(d, old, { image: 'nginx:0', available: oldAvailable }), newSet], newSet)).toBe(go);
  });

  const d = rolling(10, 2, 2);

  it('trims what is unavailable, the oldest first, up to the limit', () => {
    const old = [named(d, 'young', 2, 5, { available: 3 }), named(d, 'old', 1, 5, { available: 4 })];
    expect(sizes(trimUnhealthy(old, 10))).toEqual(['old=4', 'young=3']);
    expect(sizes(trimUnhealthy(old, 2))).toEqual(['old=4', 'young=4']);
    expect(sizes(trimUnhealthy(old, 0))).toEqual([]);
    expect(sizes(trimUnhealthy([named(d, 'full', 1, 5), named(d, 'none', 1, 0)], 10))).toEqual([]);
  });

  it('gives up at a status that shows more available than wanted', () => {
    expect(sizes(trimUnhealthy([named(d, 'lagging', 1, 3, { available: 5 })], 10))).toEqual(['invalid']);
  });

  it.each([[10, 0, 2], [8, 0, 0], [10, 2, 4], [5, 3, 0]])('with %i old and %i new available, %i old ones go', (old, news, go) => {
    const resizes = shrinkOld(d, [named(d, 'old', 1, 10, { available: old })], setOf(d, news, { available: news }));
    expect(sizes(resizes)).toEqual(go === 0 ? [] : [`old=${10 - go}`]);
  });

  it('shrinks the oldest to nothing before it touches the next', () => {
    const old = [named(d, 'young', 2, 6), named(d, 'old', 1, 2)];
    expect(sizes(shrinkOld(d, old, setOf(d, 4)))).toEqual(['old=0', 'young=4']);
  });
});

describe('deployment.scale.proportional', () => {
  const whole = (replicas: number, before: number, parts: readonly (readonly [string, number, number])[], newest: readonly [string, number, number] | undefined): readonly string[] => {
    const d = rolling(replicas, 0, 0);
    const make = ([name, minute, size]: readonly [string, number, number]): ReplicaSet => named(d, name, minute, size, { desired: before, max: before, available: 0 });
    return [...sizes(scale(d, newest === undefined ? undefined : make(newest), parts.map(make)))];
  };

  it.each<[string, number, number, [string, number, number][], [string, number, number] | undefined, string[]]>([
    ['one active one takes all', 12, 10, [], ['new', 3, 10], ['new=12']],
    ['up, evenly', 12, 10, [['old', 1, 5]], ['new', 2, 5], ['new=6', 'old=6']],
    ['down, evenly', 4, 10, [['old', 1, 5]], ['new', 2, 5], ['old=2', 'new=2']],
    ['up, by size', 15, 10, [['old', 1, 2]], ['new', 2, 8], ['new=12', 'old=3']],
    ['what is left over goes to the largest', 20, 10, [['older', 1, 3], ['old', 2, 2]], ['new', 3, 5], ['new=10', 'older=6', 'old=4']],
    ['leftover of rounding', 6, 5, [['older', 1, 2], ['old', 2, 1]], ['new', 3, 2], ['new=3', 'older=2', 'old=1']],
    ['to nothing', 0, 10, [['old', 1, 5]], ['new', 2, 5], ['old=0', 'new=0']],
    ['no active one: the new one takes all', 6, 6, [['old', 1, 0]], ['new', 2, 0], ['new=6']],
    ['no active and no new one: the newest takes all', 6, 6, [['older', 1, 0], ['old', 2, 0]], undefined, ['old=6']],
  ])('%s', (_what, replicas, before, old, newest, expected) => {
    expect(whole(replicas, before, old, newest)).toEqual(expected);
  });

  it('a saturated new one empties the old ones', () => {
    const d = rolling(5, 0, 1);
    expect(sizes(scale(d, setOf(d, 5), [named(d, 'old', 1, 2)]))).toEqual(['old=0']);
  });

  it('a part never exceeds what is left to give', () => {
    const d = rolling(10, 0, 0);
    expect(proportionOf(named(d, 'a', 1, 5, { max: 5 }), d, 3, 1)).toBe(2);
    expect(proportionOf(named(d, 'a', 1, 5, { max: 5 }), d, 3, 3)).toBe(0);
  });
});

describe('deployment.revision', () => {
  const d = deployment(3, { meta: { annotations: { a: '1', 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'deployment.kubernetes.io/revision': '7' } } });

  it('copies the Deployment\'s annotations, but for those of kubectl and of revisions', () => {
    const annotations = withRevisionAnnotations(d, setOf(d, 3), 1).metadata.annotations;
    expect([annotations?.['a'], annotations?.['kubectl.kubernetes.io/last-applied-configuration'], annotations?.['deployment.kubernetes.io/revision']]).toEqual(['1', undefined, '1']);
  });

  it('a revision never falls, and the same annotations are the same object', () => {
    const rs = withRevisionAnnotations(d, setOf(d, 3, { revision: '5' }), 2);
    expect([rs.metadata.annotations?.['deployment.kubernetes.io/revision'], withRevisionAnnotations(d, rs, 2) === rs]).toEqual(['5', true]);
  });

  it('annotations that lag behind are written alone: the spec, and so the ReplicaSet\'s generation, stays', () => {
    const newSet = setOf(d, 3);
    const decided = decideRevision(d, { newSet, old: [setOf(d, 0, { revision: '7', image: 'nginx:0' })] }, 0);
    expect(decided.kind === 'update-replica-set' && decided.newSet.spec === newSet.spec).toBe(true);
  });

  it('an annotation that is no number counts as absent', () => {
    expect(desiredReplicasOf(setOf(d, 3, { meta: { annotations: { 'deployment.kubernetes.io/desired-replicas': 'x' } } }))).toBeUndefined();
  });

  it('a ReplicaSet\'s name is at most 253 characters, and keeps the hash whole', () => {
    const long = makeReplicaSet(deployment(1, { meta: { name: 'a'.repeat(253) } }), []);
    expect([long.metadata.name.length, long.metadata.name.endsWith(`-${long.metadata.labels?.['pod-template-hash']}`)]).toEqual([253, true]);
  });

  it('the oldest of several with the Deployment\'s template is the new one', () => {
    const [a, b] = [named(d, 'a', 2, 1, { image: 'nginx:1' }), named(d, 'b', 1, 1, { image: 'nginx:1' })];
    expect(splitReplicaSets(d, [a, b]).newSet?.metadata.name).toBe('b');
    expect(splitReplicaSets(d, [named(d, 'c', 1, 1)]).newSet).toBeUndefined();
  });
});

describe('deployment.cleanup', () => {
  const d = deployment(3, { spec: { revisionHistoryLimit: 1 } });
  const names = (sets: readonly ReplicaSet[]): readonly string[] => replicaSetsToDelete(d, sets).map((rs) => rs.metadata.name);

  it('the lowest revisions go, but none that has pods, or is unobserved, or is being deleted', () => {
    const old = [1, 2, 3].map((i) => named(d, `r${i}`, 9 - i, 0, { meta: { annotations: { 'deployment.kubernetes.io/revision': String(i) }, ...at(`r${i}`, 9 - i) } }));
    expect(names(old)).toEqual(['r1', 'r2']);
    const busy = named(d, 'r0', 1, 0, { actual: 1, meta: { annotations: {}, ...at('r0', 1) } });
    expect(names([busy, ...old])).toEqual(['r1', 'r2']);
    expect(names([{ ...busy, metadata: { ...busy.metadata, deletionTimestamp: '2023-11-14T22:00:00Z' } }, ...old.slice(0, 2)])).toEqual(['r1']);
  });

  it('without a limit all stay', () => {
    const none = deployment(3, { spec: { revisionHistoryLimit: 2147483647 } });
    expect(replicaSetsToDelete(none, [named(none, 'a', 1, 0)])).toEqual([]);
  });
});
