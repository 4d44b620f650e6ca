import { describe, expect, it } from 'vitest';
import type { Credential } from '../../src/protocol/api.ts';
import { serviceAccountToken } from '../../src/components/kube-apiserver/authentication/authenticate.ts';
import { startBench } from './bench.ts';
import { bind, configMap, deployment, MAP_AT, POD_AT, pod, withAccount } from './objects.ts';

const person = (commonName: string, ...organizations: string[]): Credential => ({ kind: 'certificate', commonName, organizations });
const controller = (name: string): Credential => ({ kind: 'token', token: serviceAccountToken('kube-system', name) });
const list = { verb: 'list', resource: 'pods', namespace: 'team' } as const;

describe('authentication', () => {
  it('does not know every token', () => {
    const bench = startBench();
    expect(bench.refusal(list, { kind: 'token', token: 'abc' })).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
  });

  it('ends a token with the account of its uid', () => {
    const bench = startBench();
    const as: Credential = { kind: 'token', token: serviceAccountToken('kube-system', 'node-controller', 'not-its-uid') };
    expect(bench.refusal(list, as).code).toBe(401);
  });

  it('lets anyone be anonymous', () => {
    const bench = startBench();
    expect(bench.refusal(list, { kind: 'anonymous' }).message)
      .toBe('pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "team"');
  });
});

describe('authorisation', () => {
  it('refuses in upstream\'s words', () => {
    const bench = startBench();
    const jane = person('jane');
    expect(bench.refusal({ verb: 'get', resource: 'deployments.apps', namespace: 'team', name: 'web' }, jane).message)
      .toBe('deployments.apps "web" is forbidden: User "jane" cannot get resource "deployments" in API group "apps" in the namespace "team"');
    expect(bench.refusal({ verb: 'list', resource: 'nodes' }, jane).message)
      .toBe('nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope');
    expect(bench.refusal({ verb: 'create', ...POD_AT, subresource: 'binding', name: 'web' }, jane).message)
      .toBe('pods "web" is forbidden: User "jane" cannot create resource "pods/binding" in API group "" in the namespace "default"');
  });

  it('follows bindings as they come and go', () => {
    const bench = startBench();
    const jane = person('jane');
    const at = { resource: 'rolebindings.rbac.authorization.k8s.io', namespace: 'default' };
    expect(bench.refusal({ verb: 'list', ...MAP_AT }, jane).code).toBe(403);
    bench.object({ verb: 'create', ...at, body: {
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'jane' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }, subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
    } });
    expect(bench.ask({ verb: 'list', ...MAP_AT }, jane).kind).toBe('list');
    expect(bench.refusal({ verb: 'list', resource: 'configmaps', namespace: 'kube-system' }, jane).code).toBe(403);
    expect(bench.refusal({ verb: 'create', ...MAP_AT, body: configMap('x') }, jane).code).toBe(403);
    bench.ask({ verb: 'delete', ...at, name: 'jane' });
    expect(bench.refusal({ verb: 'list', ...MAP_AT }, jane).code).toBe(403);
  });

  it('knows the components', () => {
    const bench = startBench();
    const scheduler = person('system:kube-scheduler');
    expect(bench.ask({ verb: 'list', resource: 'pods' }, scheduler).kind).toBe('list');
    expect(bench.refusal({ verb: 'create', ...MAP_AT, body: configMap('x') }, scheduler).code).toBe(403);
    expect(bench.ask({ verb: 'create', resource: 'deployments.apps', namespace: 'default', body: deployment('web') }, controller('replicaset-controller')).kind).toBe('refused');
    expect(bench.ask({ verb: 'list', resource: 'secrets', namespace: 'default' }, controller('generic-garbage-collector')).kind).toBe('list');
  });

  it('gives a node its own lease and no other', () => {
    const bench = startBench();
    const node = person('system:node:n1', 'system:nodes');
    const lease = (name: string): unknown => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name } });
    const at = { resource: 'leases.coordination.k8s.io', namespace: 'kube-node-lease' };
    expect(bench.ask({ verb: 'create', ...at, body: lease('n1') }, node).kind).toBe('object');
    expect(bench.refusal({ verb: 'update', ...at, name: 'n2', body: lease('n2') }, node).message).toContain('can only access node lease with the same name as the requesting node');
    expect(bench.ask({ verb: 'list', resource: 'pods' }, node).kind).toBe('list');
    expect(bench.refusal({ verb: 'create', ...POD_AT, subresource: 'binding', name: 'x' }, node).code).toBe(403);
  });
});

describe('admission of pods', () => {
  it('names the account that is missing, after it waited for it', () => {
    const bench = startBench();
    const id = bench.send({ verb: 'create', ...POD_AT, body: pod('web') });
    expect(bench.answers.has(id)).toBe(false);
    bench.advance(2000);
    expect(bench.answers.get(id)).toMatchObject({
      code: 403, status: { message: 'pods "web" is forbidden: error looking up service account default/default: serviceaccount "default" not found' },
    });
  });

  it('goes on when the account comes in time', () => {
    const bench = startBench();
    const id = bench.send({ verb: 'create', ...POD_AT, body: pod('web') });
    withAccount(bench);
    bench.advance(200);
    expect(bench.answers.get(id)).toMatchObject({ kind: 'object', code: 201 });
  });

  it('adds account, token, priority and tolerations', () => {
    const bench = startBench();
    withAccount(bench);
    const made = bench.object({ verb: 'create', ...POD_AT, body: pod('web', { priorityClassName: 'system-node-critical' }) });
    expect(made).toMatchObject({ spec: {
      serviceAccountName: 'default', serviceAccount: 'default', priority: 2_000_001_000, priorityClassName: 'system-node-critical', preemptionPolicy: 'PreemptLowerPriority',
      volumes: [{ name: expect.stringMatching(/^kube-api-access-[a-z0-9]{5}$/), projected: { defaultMode: 420 } }],
      containers: [{ volumeMounts: [{ readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] }],
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
        { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    }, status: { phase: 'Pending', qosClass: 'BestEffort' } });
    expect(bind(bench, 'web')).toMatchObject({ kind: 'done' });
  });

  it('refuses an unknown priority class', () => {
    const bench = startBench();
    withAccount(bench);
    expect(bench.refusal({ verb: 'create', ...POD_AT, body: pod('web', { priorityClassName: 'high' }) }).message)
      .toBe('pods "web" is forbidden: no PriorityClass with name high was found');
  });

  it('fills in and enforces the limits of the namespace', () => {
    const bench = startBench();
    withAccount(bench);
    bench.object({ verb: 'create', resource: 'limitranges', namespace: 'default', body: { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l' }, spec: {
      limits: [{ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' } }],
    } } });
    expect(bench.object({ verb: 'create', ...POD_AT, body: pod('web') })).toMatchObject({ spec: { containers: [{ resources: { requests: { cpu: '100m' }, limits: { cpu: '500m' } } }] } });
    const greedy = pod('big', { containers: [{ name: 'c', image: 'x', resources: { limits: { cpu: '2' } } }] });
    expect(bench.refusal({ verb: 'create', ...POD_AT, body: greedy }).message).toBe('pods "big" is forbidden: maximum cpu usage per Container is 1, but limit is 2');
  });

  it('taints a new node', () => {
    const bench = startBench();
    const made = bench.object({ verb: 'create', resource: 'nodes', body: { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } } });
    expect(made).toMatchObject({ spec: { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] } });
  });
});
