/** A controller of one's own beside the cluster: one that trusts its cache is caught, one whose names follow from the key is not. */
import { expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { always, assertCluster, controllerActor, done, errorOf, failed, keyOf, overChanges, refusalOf, splitKey, violation } from '../../src/testing/index.ts';
import type { ClusterAssertion, ControllerOf } from '../../src/testing/index.ts';
import { apply, scenarioOf } from './small.ts';

/** Makes a pod for every ConfigMap that has none in its cache. */
const podPerConfigMap = (isCareful: boolean): ControllerOf<undefined, 'created'> => ({
  name: 'pod-per-configmap', serviceAccount: 'replicaset-controller',
  queues: [{ name: 'keys', workers: 1 }],
  informers: [{ resource: 'configmaps', handles: true }, { resource: 'pods', handles: false }],
  initial: undefined,
  handle: (memory, { object }) => ({ memory, ops: [{ op: 'add', key: keyOf(object) }] }),
  reconcile: (memory, _queue, key, { caches }) => {
    const { namespace, name } = splitKey(key);
    const isMade = caches.lister('pods').list().some(({ metadata }) => metadata.namespace === namespace && metadata.labels?.['of'] === name);
    if (namespace !== 'default' || isMade || caches.lister('configmaps').get(namespace, name) === undefined) return done(memory);
    const metadata = { namespace, labels: { of: name }, ...(isCareful ? { name } : { generateName: `${name}-` }) };
    const body = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'c', image: 'example/server:1' }] } } as unknown as KubeObject;
    return { kind: 'ask', memory, ops: [], mode: 'in-order', stage: 'created', requests: [{ verb: 'create', resource: 'pods', namespace, body }] };
  },
  resume: (memory, _queue, _key, _stage, [answer]) => {
    const error = answer === undefined ? undefined : errorOf(answer);
    return error === undefined || (answer !== undefined && refusalOf(answer)?.reason === 'AlreadyExists') ? done(memory) : failed(memory, error);
  },
});

const onePod = always({ id: 'mine.one-pod', statement: 'No ConfigMap ever has two pods.', source: 'this spec' }, () => {
  const owners = new Set<string>();
  return overChanges(['pods'], ({ before, after }) => {
    const of = after?.metadata.labels?.['of'];
    if (before !== undefined || of === undefined) return undefined;
    if (owners.has(of)) return violation('two pods', `There is a second pod for ${of}.`);
    owners.add(of);
    return 'pass';
  });
});

const configMap = (value: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' }, data: { value } } as KubeObject);
const scenario = scenarioOf(apply(configMap('1')), apply(configMap('2')));

const withController = (isCareful: boolean): ClusterAssertion => ({
  actors: (drawn) => [controllerActor(podPerConfigMap(isCareful), drawn)], properties: [onePod], strategy: 'pos', runs: 60, shrink: { runs: 0, steps: 0 },
});

it('trusting its cache, it is caught making two', () => {
  expect(() => assertCluster(scenario, withController(false))).toThrow(/^mine\.one-pod: No ConfigMap ever has two pods\. {3}always\n {2}There is a second pod for a\.\n/);
});

it('with names that follow from the key, it is not', () => {
  expect(assertCluster(scenario, { ...withController(true), runs: 10 }).evaluated['mine.one-pod']).toBeGreaterThanOrEqual(10);
});
