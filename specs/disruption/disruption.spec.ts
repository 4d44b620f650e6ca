/** The disruption controller: how many pods of a budget may go. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import type { Deployment, Pod, PodDisruptionBudget, PodDisruptionBudgetSpec, PodDisruptionBudgetStatus } from '../../src/api/types.ts';
import { typedDisruptionController as controller } from '../../src/components/kube-controller-manager/disruption/disruption-controller.ts';
import { added, added1, bodyOf, drive, errorIn, events, meta, missing, NOW, NOW_MS, ok, ownedBy, pod, refusedConflict, requests, updated1 } from '../kube-controller-manager/drive.ts';
import type { Objects } from '../kube-controller-manager/drive.ts';
import { replicaSet } from '../replicaset/cluster.ts';

const driver = drive(controller);
const KEY = 'default/pdb';
const budget = (spec: PodDisruptionBudgetSpec, status?: PodDisruptionBudgetStatus): PodDisruptionBudget => ({
  apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: meta('pdb', { generation: 1 }), spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  ...(status === undefined ? {} : { status }),
});
const deployment: Deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta('d'), spec: { replicas: 4, selector: {}, template: {} } };
const set = replicaSet('rs', 4, { meta: ownedBy(deployment) });
const webPod = (name: string, isReady = true, more: Partial<Pod['metadata']> = {}): Pod =>
  pod(name, { meta: { ...ownedBy(set), ...more }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: NOW }] } });
const four = [webPod('a'), webPod('b'), webPod('c'), webPod('d', false)];
const world = (pdb: PodDisruptionBudget, pods: readonly KubeObject[] = four): Objects =>
  ({ 'poddisruptionbudgets.policy': [pdb], pods, 'replicasets.apps': [set], 'deployments.apps': [deployment] });
const sync = (pdb: PodDisruptionBudget, pods: readonly KubeObject[] = four, nowMs = NOW_MS) => driver.sync('disruption', KEY, world(pdb, pods), undefined, nowMs);
const statusOf = (plan: ReturnType<typeof sync>): PodDisruptionBudgetStatus => bodyOf<PodDisruptionBudget>(plan).status as PodDisruptionBudgetStatus;
const condition = (status: 'True' | 'False', reason: string) => ({ type: 'DisruptionAllowed', status, reason, message: '', lastTransitionTime: NOW, observedGeneration: 1 });

describe('disruption.status', () => {
  it('minAvailable as a number counts the pods themselves', () => {
    const plan = sync(budget({ minAvailable: 2 }));
    expect(requests(plan)).toEqual(['update poddisruptionbudgets.policy/status pdb']);
    expect(statusOf(plan)).toEqual({
      currentHealthy: 3, desiredHealthy: 2, expectedPods: 4, disruptionsAllowed: 1, observedGeneration: 1, conditions: [condition('True', 'SufficientPods')],
    });
  });

  it('percentages and maxUnavailable count what the controllers of the pods are to run', () => {
    expect(statusOf(sync(budget({ minAvailable: '30%' }), [webPod('a')]))).toMatchObject({ expectedPods: 4, desiredHealthy: 2, currentHealthy: 1, disruptionsAllowed: 0 });
    expect(statusOf(sync(budget({ maxUnavailable: 1 })))).toMatchObject({ expectedPods: 4, desiredHealthy: 3, disruptionsAllowed: 0, conditions: [condition('False', 'InsufficientPods')] });
    expect(statusOf(sync(budget({ maxUnavailable: '200%' })))).toMatchObject({ desiredHealthy: 0, disruptionsAllowed: 3 });
  });

  it('says nothing when nothing has changed', () => {
    const pdb = budget({ minAvailable: 2 });
    expect(sync({ ...pdb, status: statusOf(sync(pdb)) }).kind).toBe('done');
  });

  it('a budget without pods allows nothing, and says that there are none', () => {
    const plan = sync(budget({ minAvailable: 0 }), []);
    expect([events(plan.ops), statusOf(plan).disruptionsAllowed]).toEqual([['Normal NoPods: No matching pods found'], 0]);
  });

  it('pods that are being deleted are not healthy', () => {
    expect(statusOf(sync(budget({ minAvailable: 1 }), [webPod('a'), webPod('b', true, { deletionTimestamp: NOW })]))).toMatchObject({ currentHealthy: 1, expectedPods: 2 });
  });
});

describe('disruption.evicted', () => {
  const standing = (disruptedPods: Readonly<Record<string, string>>): PodDisruptionBudget =>
    budget({ minAvailable: 2 }, { currentHealthy: 3, desiredHealthy: 2, expectedPods: 4, disruptionsAllowed: 1, disruptedPods });

  it('an evicted pod counts as gone for two minutes, and the budget is looked at again then', () => {
    const plan = sync(standing({ a: NOW, gone: NOW }));
    expect(statusOf(plan)).toMatchObject({ currentHealthy: 2, disruptedPods: { a: NOW } });
    const end = driver.answer(plan, 'disruption', KEY, [ok(budget({}))], {});
    expect(added(end.ops)).toEqual(['disruption_recheck default/pdb +120000']);
    expect(added(driver.sync('disruption_recheck', KEY, {}).ops)).toEqual(['disruption default/pdb']);
  });

  it('one that is still there after that is healthy again, and is told so', () => {
    const plan = sync(standing({ a: NOW }), four, NOW_MS + 120_001);
    expect(events(plan.ops)).toEqual(["Warning NotDeleted: Pod was expected by PDB default/default to be deleted but it wasn't"]);
    expect(statusOf(plan)).not.toHaveProperty('disruptedPods');
  });
});

describe('disruption.errors', () => {
  it('pods without a controller are named as a problem, and the rest is counted', () => {
    const plan = sync(budget({ maxUnavailable: 1 }), [webPod('a'), pod('bare')]);
    expect(events(plan.ops)).toEqual(['Warning UnmanagedPods: Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.']);
    expect(statusOf(plan).expectedPods).toBe(4);
  });

  it('a controller without a scale fails the sync, safely', () => {
    const daemon: KubeObject = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: meta('ds') };
    const plan = sync(budget({ maxUnavailable: 1 }), [pod('p', { meta: ownedBy(daemon) })]);
    expect(events(plan.ops)).toEqual(['Warning CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: daemonsets.apps does not implement the scale subresource']);
    expect(statusOf(plan)).toMatchObject({ disruptionsAllowed: 0, conditions: [{ status: 'False', reason: 'SyncFailed', message: 'daemonsets.apps does not implement the scale subresource' }] });
    expect(driver.answer(plan, 'disruption', KEY, [ok(budget({}))], {}).kind).toBe('done');
  });

  it('a conflict is tried again, any other refusal fails safely', () => {
    const plan = sync(budget({ minAvailable: 2 }));
    expect(errorIn(driver.answer(plan, 'disruption', KEY, [refusedConflict('poddisruptionbudgets', 'pdb')], {}))).toMatch(/^Operation cannot be fulfilled/);
    expect(statusOf(driver.answer(plan, 'disruption', KEY, [missing('poddisruptionbudgets', 'pdb')], {}))).toMatchObject({ disruptionsAllowed: 0 });
  });
});

describe('disruption.pods', () => {
  const pdb = budget({ minAvailable: 2 });
  const target = (status: 'True' | 'False'): Pod => ({ ...webPod('a'), status: { phase: 'Running', conditions: [{ type: 'DisruptionTarget', status, reason: 'PreemptionByScheduler', lastTransitionTime: NOW }] } });

  it('a pod concerns the budget that selects it; several are too many', () => {
    expect(added(driver.handle(undefined, added1('pods', webPod('a')), world(pdb)).ops)).toEqual(['disruption default/pdb']);
    const two = { ...world(pdb), 'poddisruptionbudgets.policy': [pdb, { ...pdb, metadata: meta('zzz') }] };
    expect(events(driver.handle(undefined, added1('pods', webPod('a')), two).ops))
      .toEqual(['Warning MultiplePodDisruptionBudgets: Pod "default"/"a" matches multiple PodDisruptionBudgets.  Chose "pdb" arbitrarily.']);
  });

  it('a pod that was to be disrupted and was not, is told so after two minutes', () => {
    expect(added(driver.handle(undefined, updated1('pods', webPod('a'), target('True')), {}).ops)).toEqual(['stale_pod_disruption default/a +120000']);
    expect(added(driver.sync('stale_pod_disruption', 'default/a', { pods: [target('True')] }, undefined, NOW_MS + 1000).ops)).toEqual(['stale_pod_disruption default/a +119000']);
    const plan = driver.sync('stale_pod_disruption', 'default/a', { pods: [target('True')] }, undefined, NOW_MS + 120_000);
    expect(requests(plan)).toEqual(['update pods/status a']);
    expect(bodyOf<Pod>(plan).status?.conditions).toEqual([{ type: 'DisruptionTarget', status: 'False', lastTransitionTime: '2023-11-14T22:15:20Z' }]);
    expect(driver.sync('stale_pod_disruption', 'default/a', { pods: [target('False')] }).kind).toBe('done');
  });
});
