/** The service account controller and the CA publisher: what every namespace is given. */
import { describe, expect, it } from 'vitest';
import type { ConfigMap, Namespace } from '../../src/api/types.ts';
import { typedRootCaCertPublisher } from '../../src/components/kube-controller-manager/root-ca-cert-publisher/root-ca-cert-publisher.ts';
import { typedServiceAccountController } from '../../src/components/kube-controller-manager/serviceaccount/service-account-controller.ts';
import { added, added1, bodyOf, deleted1, drive, errorIn, meta, missing, ok, refusedTerminating, requests, updated1 } from '../kube-controller-manager/drive.ts';

const namespace = (phase: string): Namespace => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' }, spec: {}, status: { phase } });
const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('default', { namespace: 'shop' }) };

describe('serviceaccount.ensure', () => {
  const driver = drive(typedServiceAccountController);

  it('creates the default account of an active namespace that lacks it', () => {
    const plan = driver.sync('serviceaccount', 'shop', { namespaces: [namespace('Active')] });
    expect(requests(plan)).toEqual(['create serviceaccounts']);
    expect(bodyOf(plan)).toEqual({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'shop' } });
    expect(driver.answer(plan, 'serviceaccount', 'shop', [ok(account)], {}).kind).toBe('done');
  });

  it('leaves a namespace alone that has it, or is going away, or is gone', () => {
    expect(requests(driver.sync('serviceaccount', 'shop', { namespaces: [namespace('Active')], serviceaccounts: [account] }))).toEqual(['done']);
    expect(requests(driver.sync('serviceaccount', 'shop', { namespaces: [namespace('Terminating')] }))).toEqual(['done']);
    expect(requests(driver.sync('serviceaccount', 'shop', {}))).toEqual(['done']);
  });

  it('takes a terminating namespace for done, and any other refusal for an error', () => {
    const plan = driver.sync('serviceaccount', 'shop', { namespaces: [namespace('Active')] });
    expect(driver.answer(plan, 'serviceaccount', 'shop', [refusedTerminating('serviceaccounts', 'default')], {}).kind).toBe('done');
    expect(errorIn(driver.answer(plan, 'serviceaccount', 'shop', [missing('namespaces', 'shop')], {}))).toBe('namespaces "shop" not found');
  });

  it('looks again when the account is deleted or the namespace changes', () => {
    expect(added(driver.handle(undefined, deleted1('serviceaccounts', account), {}).ops)).toEqual(['shop']);
    expect(added(driver.handle(undefined, added1('serviceaccounts', account), {}).ops)).toEqual([]);
    expect(added(driver.handle(undefined, updated1('namespaces', namespace('Active'), namespace('Active')), {}).ops)).toEqual(['shop']);
    expect(added(driver.handle(undefined, deleted1('namespaces', namespace('Active')), {}).ops)).toEqual([]);
  });
});

describe('root-ca.publish', () => {
  const driver = drive(typedRootCaCertPublisher);
  const created = driver.sync('', 'shop', {});
  const standing: ConfigMap = { ...bodyOf<ConfigMap>(created), metadata: { ...bodyOf<ConfigMap>(created).metadata, namespace: 'shop', resourceVersion: '4' } };

  it('creates the ConfigMap where it is missing, and gives up where the namespace is', () => {
    expect(requests(created)).toEqual(['create configmaps']);
    expect(bodyOf<ConfigMap>(created).metadata.name).toBe('kube-root-ca.crt');
    expect(driver.answer(created, '', 'shop', [missing('namespaces', 'shop')], {}).kind).toBe('done');
    expect(driver.answer(created, '', 'shop', [refusedTerminating('configmaps', 'kube-root-ca.crt')], {}).kind).toBe('done');
  });

  it('restores the data and the description, and nothing else', () => {
    const { 'ca.crt': bundle } = standing.data as { 'ca.crt': string };
    const spoilt = { ...standing, data: { 'ca.crt': bundle, more: 'x' }, metadata: { ...standing.metadata, labels: { mine: 'yes' } } };
    const plan = driver.sync('', 'shop', { configmaps: [spoilt] });
    expect(requests(plan)).toEqual(['update configmaps kube-root-ca.crt']);
    expect(bodyOf(plan)).toEqual({ ...standing, metadata: { ...standing.metadata, labels: { mine: 'yes' } } });
    expect(errorIn(driver.answer(plan, '', 'shop', [missing('configmaps', 'kube-root-ca.crt')], {}))).toBe('configmaps "kube-root-ca.crt" not found');
  });

  it('leaves a right ConfigMap alone, whatever else it says', () => {
    const described = { ...standing, metadata: { ...standing.metadata, annotations: { 'kubernetes.io/description': 'ours' } } };
    expect(requests(driver.sync('', 'shop', { configmaps: [described] }))).toEqual(['done']);
  });

  it('looks at new namespaces, active ones that change, and its own ConfigMap', () => {
    expect(added(driver.handle(undefined, added1('namespaces', namespace('Terminating')), {}).ops)).toEqual(['shop']);
    expect(added(driver.handle(undefined, updated1('namespaces', namespace('Active'), namespace('Terminating')), {}).ops)).toEqual([]);
    expect(added(driver.handle(undefined, deleted1('configmaps', standing), {}).ops)).toEqual(['shop']);
    expect(added(driver.handle(undefined, added1('configmaps', standing), {}).ops)).toEqual([]);
  });
});
