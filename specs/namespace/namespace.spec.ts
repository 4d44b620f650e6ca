/** The namespace controller: emptying a namespace, pods first, and letting it go. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import type { Namespace, NamespaceStatus } from '../../src/api/types.ts';
import type { Answer, Plan } from '../../src/client/controller.ts';
import { typedNamespaceController } from '../../src/components/kube-controller-manager/namespace/namespace-controller.ts';
import { added, added1, bodyOf, drive, errorIn, listed, meta, missing, NOW, NOW_MS, ok, pod, refusedConflict, requestOf, requests, succeeded } from '../kube-controller-manager/drive.ts';

const driver = drive(typedNamespaceController);
const KEY = 'shop';
const namespace = (status: NamespaceStatus = { phase: 'Terminating' }, deletionTimestamp: string | undefined = NOW): Namespace => ({
  apiVersion: 'v1', kind: 'Namespace', spec: { finalizers: ['kubernetes'] }, status,
  metadata: { name: KEY, uid: 'u1', resourceVersion: '5', ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) },
});
const shop = { namespaces: [namespace()] };
type NamespacePlan = ReturnType<typeof driver.sync>;
const answer = (plan: NamespacePlan, answers: readonly Answer[], nowMs = NOW_MS): NamespacePlan => driver.answer(plan, 'namespace', KEY, answers, shop, nowMs);

/** Answers the passes over the contents: what of each resource is left. */
const emptied = (from: NamespacePlan, left: Readonly<Record<string, readonly KubeObject[]>> = {}): NamespacePlan => {
  let plan = from;
  while (plan.kind === 'ask') {
    const [first] = plan.requests;
    if (first === undefined || (first.verb !== 'list' && first.verb !== 'deletecollection')) return plan;
    const items = listed(...(left[first.resource] ?? []));
    plan = answer(plan, first.verb === 'list' ? [items] : [succeeded, items]);
  }
  return plan;
};
const read = (object: Namespace = namespace()): NamespacePlan => answer(driver.sync('namespace', KEY, shop), [ok(object)]);
const conditionsIn = (plan: Plan<unknown, unknown>): readonly string[] => (bodyOf<Namespace>(plan).status?.conditions ?? []).map(({ type, status, message }) => `${type} ${status} ${message}`);

describe('namespace.delete', () => {
  it('waits five seconds after the deletion was seen', () => {
    expect(added(driver.handle(undefined, added1('namespaces', namespace()), shop).ops)).toEqual(['shop +5000']);
    expect(added(driver.handle(undefined, added1('namespaces', { ...namespace(), metadata: { name: KEY } }), shop).ops)).toEqual([]);
  });

  it('does nothing to a namespace that is gone, or is not being deleted, or has no finalizer', () => {
    expect(requests(answer(driver.sync('namespace', KEY, shop), [missing('namespaces', KEY)]))).toEqual(['done']);
    expect(requests(read({ ...namespace(), metadata: { name: KEY } }))).toEqual(['done']);
    expect(requests(read({ ...namespace(), spec: {} }))).toEqual(['done']);
  });

  it('marks it Terminating first, if the server has not', () => {
    const plan = read(namespace({ phase: 'Active' }));
    expect(requests(plan)).toEqual(['update namespaces/status shop']);
    expect(bodyOf<Namespace>(plan).status?.phase).toBe('Terminating');
    expect(requests(answer(plan, [refusedConflict('namespaces', KEY)]))).toEqual(['get namespaces shop']);
  });

  it('deletes the pods first, then each other kind, each with a look at what is left', () => {
    const estimate = read();
    expect(requests(estimate)).toEqual(['list pods']);
    const pods = answer(estimate, [listed()]);
    expect(requests(pods)).toEqual(['deletecollection pods', 'list pods']);
    expect(requestOf(pods).options).toEqual({ propagationPolicy: 'Background' });
    const next = answer(pods, [succeeded, listed()]);
    expect(requests(next)).toEqual(['deletecollection services', 'list services']);
  });

  it('an empty namespace says so, then loses its finalizer; the write before makes that a conflict', () => {
    const report = emptied(read());
    expect(requests(report)).toEqual(['update namespaces/status shop']);
    expect(conditionsIn(report)).toEqual([
      'NamespaceDeletionDiscoveryFailure False All resources successfully discovered',
      'NamespaceDeletionGroupVersionParsingFailure False All legacy kube types successfully parsed',
      'NamespaceDeletionContentFailure False All content successfully deleted, may be waiting on finalization',
      'NamespaceContentRemaining False All content successfully removed',
      'NamespaceFinalizersRemaining False All content-preserving finalizers finished',
    ]);
    const finalize = answer(report, [ok({ ...namespace(), metadata: { ...namespace().metadata, resourceVersion: '6' } })]);
    expect(requests(finalize)).toEqual(['update namespaces/finalize shop']);
    expect(bodyOf<Namespace>(finalize)).toMatchObject({ metadata: { resourceVersion: '5' }, spec: { finalizers: [] } });
    const reread = answer(finalize, [refusedConflict('namespaces', KEY)]);
    expect(requests(reread)).toEqual(['get namespaces shop']);
    const again = answer(reread, [ok({ ...namespace(), metadata: { ...namespace().metadata, resourceVersion: '6' } })]);
    expect(bodyOf<Namespace>(again).metadata.resourceVersion).toBe('6');
    expect(answer(again, [ok(namespace())]).kind).toBe('done');
  });

  it('waits half the longest grace and a second for pods, and touches nothing else meanwhile', () => {
    const running = pod('a', { meta: { namespace: KEY }, spec: { terminationGracePeriodSeconds: 30 } });
    const report = emptied(read(), { pods: [running] });
    expect(conditionsIn(report)).toContain('NamespaceContentRemaining True Some resources are remaining: pods. has 1 resource instances');
    const end = answer(report, [ok(namespace())]);
    expect([end.kind, added(end.ops)]).toEqual(['done', ['shop +16000']]);
  });

  it('expects nothing more of pods once their grace is over', () => {
    const running = pod('a', { meta: { namespace: KEY }, spec: { terminationGracePeriodSeconds: 30 } });
    const late = NOW_MS + 30_000;
    const pods = answer(read(), [listed(running)], late);
    const report = answer(pods, [succeeded, listed(running)], late);
    const end = answer(report, [ok(namespace())], late);
    expect(errorIn(end)).toBe('unexpected items still remain in namespace: shop for gvr: /v1, Resource=pods');
  });

  it('gives what waits for finalizers fifteen seconds', () => {
    const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('c', { namespace: KEY, finalizers: ['example.com/hold'] }) };
    const report = emptied(read(), { configmaps: [held] });
    expect(conditionsIn(report)).toContain('NamespaceFinalizersRemaining True Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances');
    expect(added(answer(report, [refusedConflict('namespaces', KEY)]).ops)).toEqual(['shop +8000']);
  });

  it('goes on after an error, and fails with it', () => {
    const pods = answer(read(), [listed()]);
    const services = answer(pods, [succeeded, listed()]);
    const report = emptied(answer(services, [{ kind: 'unknown-outcome', message: 'connection reset' }]));
    expect(conditionsIn(report)).toContain('NamespaceDeletionContentFailure True Failed to delete all resource types, 1 remaining: connection reset');
    expect(errorIn(answer(report, [ok(namespace())]))).toBe('connection reset');
  });

  it('a condition that keeps its status keeps its time', () => {
    const before = { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message: 'old', lastTransitionTime: '2020-01-01T00:00:00Z' } as const;
    const running = pod('a', { meta: { namespace: KEY }, spec: { terminationGracePeriodSeconds: 30 } });
    const report = emptied(read(namespace({ phase: 'Terminating', conditions: [before] })), { pods: [running] });
    expect(bodyOf<Namespace>(report).status?.conditions?.[0]).toMatchObject({ type: 'NamespaceContentRemaining', lastTransitionTime: '2020-01-01T00:00:00Z' });
  });
});
