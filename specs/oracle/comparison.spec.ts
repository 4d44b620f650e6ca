/** The comparison notices: a history told otherwise, in any one write, is not the same story. */
import { describe, expect, it } from 'vitest';
import type { Disagreement } from './compare.ts';
import { compareStories } from './compare.ts';
import type { Json, Write } from './history.ts';
import { isJson, recordedHistories, succeeded } from './history.ts';
import { compareAtRest } from './rest.ts';
import { storyOf } from './story.ts';

const disagreements = (recorded: readonly Write[], ours: readonly Write[]): readonly Disagreement[] => compareStories(storyOf(recorded), storyOf(ours));

const owner = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-abc', uid: 'u', controller: true }];
const write = (ms: number, user: string, verb: string, resource: string, name: string, response: Json, request: Json = response): Write => ({ ms, user, verb, resource, name, code: 200, request, response });
const replicaSet = (status: Json): Json => ({ kind: 'ReplicaSet', metadata: { name: 'web-abc' }, spec: { replicas: 2 }, status });
const pod = (name: string): Json => ({ kind: 'Pod', metadata: { name, ownerReferences: owner, labels: { app: 'web' } }, spec: { restartPolicy: 'Always' } });
const created = (name: string): Json => ({ kind: 'Event', involvedObject: { kind: 'ReplicaSet', name: 'web-abc' }, reason: 'SuccessfulCreate', message: `Created pod: ${name}`, type: 'Normal', count: 1 });

const small = (first: string, second: string, reports: readonly Json[] = [{ replicas: 0 }, { replicas: 2 }]): readonly Write[] => [
  write(0, 'rs', 'create', 'pods', first, pod(first)),
  write(1, 'rs', 'create', 'events', 'e1', created(first)),
  write(2, 'rs', 'create', 'pods', second, pod(second)),
  write(3, 'rs', 'create', 'events', 'e2', created(second)),
  ...reports.map((status, i) => write(4 + i, 'rs', 'update', 'apps/replicasets/status', 'web-abc', replicaSet(status))),
];

const changed = (history: readonly Write[], at: number, change: (write: Write) => Write): readonly Write[] => history.map((one, i) => (i === at ? change(one) : one));

describe('oracle.comparison', () => {
  it('names are open', () => expect(disagreements(small('web-abc-1', 'web-abc-2'), small('web-abc-x', 'web-abc-y'))).toEqual([]));

  it('a report may be made in more steps, but not come to something else', () => {
    const recorded = small('web-abc-1', 'web-abc-2');
    expect(disagreements(recorded, small('web-abc-1', 'web-abc-2', [{ replicas: 0 }, { replicas: 1 }, { replicas: 2 }]))).toEqual([]);
    expect(disagreements(recorded, small('web-abc-1', 'web-abc-2', [{ replicas: 1 }]))).not.toEqual([]);
    expect(disagreements(recorded, small('web-abc-1', 'web-abc-2', [{ replicas: 3 }, { replicas: 2 }]))).not.toEqual([]);
    expect(compareAtRest(recorded, small('web-abc-1', 'web-abc-2', [{ replicas: 1 }]))).not.toEqual([]);
  });

  it('a label, a verb, a message and a missing write are noticed', () => {
    const recorded = small('web-abc-1', 'web-abc-2');
    const labelled = changed(recorded, 0, (one) => ({ ...one, response: { ...pod(one.name), metadata: { name: one.name, ownerReferences: owner, labels: { app: 'other' } } } }));
    expect(disagreements(recorded, labelled).map(({ at }) => at)).toEqual(['create pods metadata.labels.app']);
    expect(disagreements(recorded, changed(recorded, 2, (one) => ({ ...one, verb: 'delete' })))).not.toEqual([]);
    expect(disagreements(recorded, changed(recorded, 1, (one) => ({ ...one, request: { ...one.request, message: 'made a pod' } }))).map(({ at }) => at)).toEqual(['create events message']);
    expect(disagreements(recorded, recorded.slice(1))).not.toEqual([]);
  });
});

const histories = recordedHistories();

/** All but reports, whose number is open, and the kubelets' own. */
const isTold = (one: Write): boolean => succeeded(one) && one.user !== 'system:kubelet' && !/status$|endpoints$|endpointslices$/.test(one.resource);

const isRepeatedDelete = (one: Write, history: readonly Write[]): boolean =>
  one.verb === 'delete' && history.filter(({ user, verb, resource, name }) => verb === 'delete' && user === one.user && resource === one.resource && name === one.name).length > 1;

const misworded = (one: Write): Write => {
  const status = one.response?.['status'];
  const conditions = isJson(status) ? status['conditions'] as readonly Json[] | undefined : undefined;
  return conditions === undefined ? one : { ...one, response: { ...one.response, status: { ...status as Json, conditions: conditions.map((condition) => ({ ...condition, reason: 'Misworded' })) } } };
};

describe.skipIf(histories.size === 0)('oracle.comparison.recorded', () => {
  it.each([...histories.keys()])('%s: agrees with itself, and not without any one decision or event', (name) => {
    const recorded = histories.get(name) ?? [];
    expect(disagreements(recorded, recorded)).toEqual([]);
    expect(compareAtRest(recorded, recorded)).toEqual([]);
    const unnoticed = recorded.filter((one) => isTold(one) && !isRepeatedDelete(one, recorded)).filter((one) => disagreements(recorded, recorded.filter((other) => other !== one)).length === 0);
    expect(unnoticed.map(({ user, verb, resource, ms }) => `${ms} ${user} ${verb} ${resource}`)).toEqual([]);
  });

  it.each([...histories.keys()])('%s: a condition worded otherwise is noticed', (name) => {
    const recorded = histories.get(name) ?? [];
    const unnoticed = recorded.filter((one) => succeeded(one) && one.resource.endsWith('/status') && one.verb === 'update' && misworded(one) !== one)
      .filter((one) => disagreements(recorded, recorded.map((other) => (other === one ? misworded(one) : other))).length === 0);
    expect(unnoticed.map(({ ms, user }) => `${ms} ${user}`)).toEqual([]);
  });
});
