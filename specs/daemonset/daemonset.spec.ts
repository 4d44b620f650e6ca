import { describe, expect, it } from 'vitest';
import type { ControllerRevision, DaemonSet, Node, Pod } from '../../src/api/types.ts';
import type { Answer } from '../../src/client/controller.ts';
import { daemonSetController } from '../../src/components/kube-controller-manager/daemonset/daemonset-controller.ts';
import { harness } from '../kube-controller-manager/controller-harness.ts';
import type { Harness } from '../kube-controller-manager/controller-harness.ts';

const node = (name: string, more: { labels?: Record<string, string>; taints?: Node['spec']['taints'] } = {}): Node => ({
  apiVersion: 'v1', kind: 'Node', metadata: { name, ...(more.labels === undefined ? {} : { labels: more.labels }) },
  spec: more.taints === undefined ? {} : { taints: more.taints },
} as Node);

const daemonSet = (spec: Partial<DaemonSet['spec']> = {}): DaemonSet => ({
  apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent', namespace: 'default', uid: 'ds-uid', generation: 1 },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image: 'agent:1' }] } },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    revisionHistoryLimit: 10, ...spec,
  },
} as DaemonSet);

const start = (nodes: readonly Node[], ds = daemonSet(), h: Harness = harness(daemonSetController())): Harness => {
  for (const one of nodes) h.put(one);
  h.put(ds);
  h.observe();
  return h;
};

const KEY = 'default/agent';
const pods = (h: Harness): readonly Pod[] => h.all<Pod>('pods');
const nodeOf = (pod: Pod): string | undefined =>
  pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0];

const setPod = (h: Harness, pod: Pod, status: NonNullable<Pod['status']>): void => {
  h.put<Pod>({ ...pod, spec: { ...pod.spec, nodeName: nodeOf(pod) ?? '' }, status });
};
const ready: NonNullable<Pod['status']> = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] };
const makeReady = (h: Harness): void => { for (const pod of pods(h)) setPod(h, pod, ready); };

const setImage = (h: Harness, image: string): void => {
  const ds = h.stored<DaemonSet>('daemonsets.apps', KEY) ?? daemonSet();
  const template = { ...ds.spec.template, spec: { containers: [{ name: 'c', image }] } };
  h.put({ ...ds, metadata: { ...ds.metadata, generation: (ds.metadata.generation ?? 0) + 1 }, spec: { ...ds.spec, template } } as DaemonSet);
  h.observe();
};

describe('a new DaemonSet', () => {
  it('makes a revision, then a pod for each node in slow start, then writes its status', () => {
    const h = start([node('n1'), node('n2'), node('n3')]);
    h.sync(KEY);
    expect(h.writes).toEqual(['create controllerrevisions.apps', 'create pods', 'create pods', 'create pods', 'update daemonsets.apps/agent/status']);
    expect(h.events.map((event) => event.replace(/\d+$/, 'N'))).toEqual(Array(3).fill('SuccessfulCreate Created pod: agent-N'));
    expect(pods(h).map(nodeOf).sort()).toEqual(['n1', 'n2', 'n3']);
    expect(h.stored<DaemonSet>('daemonsets.apps', KEY)?.status).toEqual({
      currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 3, numberReady: 0, observedGeneration: 1, numberUnavailable: 3,
    });
  });

  it('gives its pods the hash of their revision and the tolerations of daemons', () => {
    const h = start([node('n1')]);
    h.sync(KEY);
    const [revision] = h.all<ControllerRevision>('controllerrevisions.apps');
    const hash = revision?.metadata.labels?.['controller-revision-hash'];
    expect(revision?.metadata.name).toBe(`agent-${hash}`);
    expect(revision?.revision).toBe(1);
    expect(pods(h)[0]?.metadata.labels).toEqual({ app: 'agent', 'controller-revision-hash': hash });
    expect(pods(h)[0]?.spec.tolerations?.map((t) => `${t.key}:${t.effect}`)).toEqual([
      'node.kubernetes.io/not-ready:NoExecute', 'node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/disk-pressure:NoSchedule',
      'node.kubernetes.io/memory-pressure:NoSchedule', 'node.kubernetes.io/pid-pressure:NoSchedule', 'node.kubernetes.io/unschedulable:NoSchedule',
    ]);
  });

  it('does not create again until its pods have been seen', () => {
    const h = start([node('n1')]);
    h.sync(KEY);
    h.writes.length = 0;
    h.sync(KEY);
    expect(h.writes).not.toContain('create pods');
    h.observe();
    h.sync(KEY);
    expect(h.writes.at(-1)).toBe('update daemonsets.apps/agent/status');
    expect(pods(h)).toHaveLength(1);
    expect(h.stored<DaemonSet>('daemonsets.apps', KEY)?.status).toMatchObject({ currentNumberScheduled: 1, updatedNumberScheduled: 1 });
  });

  it('stops a slow start at the first failure and reports it', () => {
    const h = start([node('n1'), node('n2'), node('n3')]);
    const refused: Answer = { kind: 'refused', code: 403, status: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 403, reason: 'Forbidden', message: 'no quota' } };
    h.refuseNext((request) => request.verb === 'create' && request.resource === 'pods', refused);
    h.sync(KEY);
    expect(h.writes.filter((write) => write === 'create pods')).toHaveLength(1);
    expect(h.events).toEqual(['FailedCreate Error creating: no quota']);
    expect(h.errors).toEqual(['no quota']);
    h.sync(KEY);
    expect(pods(h)).toHaveLength(3);
  });
});

describe('where daemon pods run', () => {
  it('leaves out nodes that the selector or a taint excludes', () => {
    const template = { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image: 'agent:1' }], nodeSelector: { disk: 'ssd' } } };
    const h = start([
      node('n1', { labels: { disk: 'ssd' } }), node('n2'),
      node('n3', { labels: { disk: 'ssd' }, taints: [{ key: 'own', value: 'x', effect: 'NoSchedule' }] }),
      node('n4', { labels: { disk: 'ssd' }, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }),
    ], daemonSet({ template }));
    h.sync(KEY);
    expect(pods(h).map(nodeOf)).toEqual(['n1', 'n4']);
  });

  it('looks at its DaemonSets when a node comes, and not at a heartbeat', () => {
    const h = start([node('n1')]);
    h.sync(KEY);
    h.observe();
    h.ops.length = 0;
    const n2 = h.put(node('n2')) as Node;
    h.observe();
    expect(h.ops).toEqual([{ op: 'add', key: 'n2', queue: 'daemonset-node-updates' }]);
    h.sync('n2', 'daemonset-node-updates');
    expect(h.ops.at(-1)).toEqual({ op: 'add', key: KEY });
    h.ops.length = 0;
    h.put({ ...n2, status: { conditions: [{ type: 'Ready', status: 'True' }] } } as Node);
    h.observe();
    expect(h.ops).toEqual([]);
  });

  it('keeps a pod on a node whose new NoSchedule taint it does not tolerate, and removes it for NoExecute', () => {
    const h = start([node('n1')]);
    h.sync(KEY);
    h.observe();
    makeReady(h);
    h.put(node('n1', { taints: [{ key: 'own', effect: 'NoSchedule' }] }));
    h.observe();
    h.sync(KEY);
    expect(pods(h)).toHaveLength(1);
    expect(h.stored<DaemonSet>('daemonsets.apps', KEY)?.status?.numberMisscheduled).toBe(1);
    h.put(node('n1', { taints: [{ key: 'own', effect: 'NoExecute' }] }));
    h.observe();
    h.sync(KEY);
    expect(pods(h)).toHaveLength(0);
    expect(h.events.at(-1)).toMatch(/^SuccessfulDelete Deleted pod: agent-/);
  });
});

describe('failed daemon pods', () => {
  it('are deleted with an event, and no faster than the back-off allows', () => {
    const h = start([node('n1')]);
    h.sync(KEY);
    h.observe();
    const fail = (): void => {
      for (const pod of pods(h)) setPod(h, pod, { phase: 'Failed' });
      h.observe();
    };
    fail();
    h.events.length = 0;
    const name = pods(h)[0]?.metadata.name;
    h.sync(KEY);
    h.observe();
    expect(h.events[0]).toBe(`FailedDaemonPod Found failed daemon pod default/${name} on node n1, will try to kill it`);
    expect(pods(h)).toHaveLength(0);
    h.sync(KEY);
    h.observe();
    fail();
    h.ops.length = 0;
    h.sync(KEY);
    expect(pods(h)).toHaveLength(1);
    expect(h.ops).toContainEqual({ op: 'add-after', key: KEY, afterMs: 1000 });
    h.nowMs += 1000;
    h.sync(KEY);
    expect(pods(h)).toHaveLength(0);
  });
});

/** Syncs and makes pods ready until nothing more is written. */
const settle = (h: Harness): void => {
  for (let i = 0, quiet = 0; i < 30; i += 1) {
    const before = h.writes.length;
    h.observe();
    h.sync(KEY);
    h.observe();
    makeReady(h);
    quiet = h.writes.length === before ? quiet + 1 : 0;
    if (quiet === 2) return;
  }
  throw new Error('does not settle');
};

describe('a rolling update', () => {
  it('makes a second revision and replaces pods one at a time', () => {
    const h = start([node('n1'), node('n2')]);
    settle(h);
    setImage(h, 'agent:2');
    h.writes.length = 0;
    h.sync(KEY);
    expect(h.writes.map((write) => write.replace(/-\d+$/, ''))).toEqual(['create controllerrevisions.apps', 'delete pods/agent', 'update daemonsets.apps/agent/status']);
    settle(h);
    expect(pods(h).map((pod) => pod.spec.containers[0]?.image)).toEqual(['agent:2', 'agent:2']);
    expect(h.stored<DaemonSet>('daemonsets.apps', KEY)?.status).toMatchObject({ updatedNumberScheduled: 2, numberAvailable: 2, observedGeneration: 2 });
  });

  it('with maxSurge creates the new pod first', () => {
    const h = start([node('n1')], daemonSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } }));
    settle(h);
    setImage(h, 'agent:2');
    h.writes.length = 0;
    h.sync(KEY);
    expect(h.writes.slice(0, 2)).toEqual(['create controllerrevisions.apps', 'create pods']);
    expect(pods(h)).toHaveLength(2);
    settle(h);
    expect(pods(h).map((pod) => pod.spec.containers[0]?.image)).toEqual(['agent:2']);
  });

  it('OnDelete replaces only what someone deletes', () => {
    const h = start([node('n1'), node('n2')], daemonSet({ updateStrategy: { type: 'OnDelete' } }));
    settle(h);
    setImage(h, 'agent:2');
    settle(h);
    expect(pods(h).map((pod) => pod.spec.containers[0]?.image)).toEqual(['agent:1', 'agent:1']);
    const [first] = pods(h);
    if (first !== undefined) h.drop(first);
    settle(h);
    expect(pods(h).map((pod) => pod.spec.containers[0]?.image).sort()).toEqual(['agent:1', 'agent:2']);
  });
});

describe('the history', () => {
  it('takes an old revision up again after a rollback, with the highest number', () => {
    const h = start([node('n1')]);
    settle(h);
    setImage(h, 'agent:2');
    settle(h);
    setImage(h, 'agent:1');
    settle(h);
    const revisions = h.all<ControllerRevision>('controllerrevisions.apps').map((one) => one.revision).sort();
    expect(revisions).toEqual([2, 3]);
  });

  it('keeps no more old revisions than the limit', () => {
    const h = start([node('n1')], daemonSet({ revisionHistoryLimit: 1 }));
    settle(h);
    for (const image of ['agent:2', 'agent:3', 'agent:4']) {
      setImage(h, image);
      settle(h);
    }
    expect(h.all<ControllerRevision>('controllerrevisions.apps').map((one) => one.revision).sort()).toEqual([3, 4]);
  });

  it('counts a collision of names in the status and fails', () => {
    const h = start([node('n1')]);
    h.sync(KEY);
    const [revision] = h.all<ControllerRevision>('controllerrevisions.apps');
    const h2 = start([node('n1')]);
    if (revision !== undefined) h2.put({ ...revision, metadata: { name: revision.metadata.name, namespace: 'default' }, data: {} } as ControllerRevision);
    h2.sync(KEY);
    expect(h2.stored<DaemonSet>('daemonsets.apps', KEY)?.status?.collisionCount).toBe(1);
    expect(h2.errors[0]).toMatch(/^failed to construct revisions of DaemonSet: .*already exists$/);
  });
});

describe('a controller that fails over', () => {
  const failOver = (h: Harness): void => {
    start([node('n1')], daemonSet(), h);
    h.sync(KEY);
    const [pod] = pods(h);
    h.restart();
    if (pod === undefined) throw new Error('no pod');
    h.drop(pod);
    h.observe();
    h.put(pod);
    h.sync(KEY);
  };

  it('creates a second pod where its successor has not seen the first', () => {
    const h = harness(daemonSetController());
    failOver(h);
    expect(pods(h)).toHaveLength(2);
  });

  it('creates none when a variant names pods by their node', () => {
    const h = harness(daemonSetController({ podName: (ds, nodeName) => `${ds.metadata.name}-${nodeName}` }));
    failOver(h);
    expect(pods(h)).toHaveLength(1);
  });
});
