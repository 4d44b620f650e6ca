/** The endpoints controller: one object a Service, with all its addresses. */
import { describe, expect, it } from 'vitest';
import type { Endpoints, Pod, Service } from '../../src/api/types.ts';
import type { Answer } from '../../src/client/controller.ts';
import { typedEndpointsController as controller } from '../../src/components/kube-controller-manager/endpoints/endpoints-controller.ts';
import { subsetsOf, truncated } from '../../src/components/kube-controller-manager/endpoints/subsets.ts';
import { added, added1, bodyOf, deleted1, drive, errorIn, events, meta, missing, NOW, ok, pod, refusedConflict, refusedTerminating, requests, succeeded } from '../kube-controller-manager/drive.ts';
import type { Objects } from '../kube-controller-manager/drive.ts';

const driver = drive(controller);
const KEY = 'default/web';
const service: Service = {
  apiVersion: 'v1', kind: 'Service', metadata: meta('web', { labels: { team: 'x' } }),
  spec: { clusterIP: '10.0.0.1', selector: { app: 'web' }, ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] },
};
const at = (name: string, ip: string, isReady = true): Pod => pod(name, {
  spec: { nodeName: 'n1' }, status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: NOW }] },
});
const world = (pods: readonly Pod[], ...endpoints: readonly Endpoints[]): Objects => ({ services: [service], pods, endpoints });
const sync = (objects: Objects, memory = controller.initial) => driver.sync('endpoint', KEY, objects, memory);
const answer = (plan: ReturnType<typeof sync>, answers: readonly Answer[]) => driver.answer(plan, 'endpoint', KEY, answers, {});
const stored = (endpoints: Endpoints, resourceVersion: string): Endpoints => ({ ...endpoints, metadata: { ...endpoints.metadata, namespace: 'default', uid: 'u', resourceVersion } });
const address = (name: string, ip: string) => ({ ip, nodeName: 'n1', targetRef: { kind: 'Pod', namespace: 'default', name, uid: `uid-${name}` } });

describe('endpoints.write', () => {
  it('a new Service without pods has an object without subsets', () => {
    const plan = sync(world([]));
    expect(requests(plan)).toEqual(['create endpoints']);
    expect(bodyOf(plan)).toEqual({
      apiVersion: 'v1', kind: 'Endpoints',
      metadata: {
        name: 'web', labels: { team: 'x', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' }, annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': NOW },
      },
    });
  });

  it('ready and unready addresses share a subset, by address; pods that are going away are in neither', () => {
    const gone = { ...at('d', '10.2.0.4'), metadata: { ...at('d', '10.2.0.4').metadata, deletionTimestamp: NOW } };
    expect(bodyOf<Endpoints>(sync(world([at('a', '10.2.0.9'), at('b', '10.2.0.2', false), at('c', '10.2.0.3'), gone]))).subsets).toEqual([{
      addresses: [address('c', '10.2.0.3'), address('a', '10.2.0.9')], notReadyAddresses: [address('b', '10.2.0.2')], ports: [{ port: 80, protocol: 'TCP' }],
    }]);
  });

  it('an update keeps the object and drops the time when nothing says when', () => {
    const first = sync(world([at('a', '10.2.0.1'), at('b', '10.2.0.2')]));
    const current = stored(bodyOf(first), '5');
    expect(sync(world([at('a', '10.2.0.1'), at('b', '10.2.0.2')], current), first.memory).kind).toBe('done');
    const plan = sync(world([at('a', '10.2.0.1')], current), first.memory);
    expect(requests(plan)).toEqual(['update endpoints web']);
    expect(bodyOf<Endpoints>(plan).metadata).toEqual({ name: 'web', namespace: 'default', uid: 'u', resourceVersion: '5', labels: current.metadata.labels });
  });

  it('does not act on the version that it has replaced', () => {
    const current = stored(bodyOf(sync(world([]))), '5');
    const { memory } = answer(sync(world([at('a', '10.2.0.1')], current)), [ok(stored(current, '6'))]);
    expect(errorIn(sync(world([at('a', '10.2.0.1')], current), memory))).toBe('endpoints informer cache is out of date, resource version 5 already processed for endpoints default/web');
  });

  it('says what it could not write, but not in a namespace that is going away', () => {
    const create = sync(world([]));
    expect(answer(create, [refusedTerminating('endpoints', 'web')]).kind).toBe('done');
    const end = answer(create, [missing('namespaces', 'default')]);
    expect(events(end.ops)).toEqual(['Warning FailedToCreateEndpoint: Failed to create endpoint for service default/web: namespaces "default" not found']);
    const update = answer(sync(world([at('a', '10.2.0.1')], stored(bodyOf(create), '5'))), [refusedConflict('endpoints', 'web')]);
    expect(events(update.ops)[0]).toMatch(/^Warning FailedToUpdateEndpoint: Failed to update endpoint default\/web: Operation cannot be fulfilled/);
  });
});

describe('endpoints.delete', () => {
  it('goes with its Service', () => {
    const plan = sync({});
    expect(requests(plan)).toEqual(['delete endpoints web']);
    expect([answer(plan, [succeeded]).kind, answer(plan, [missing('endpoints', 'web')]).kind]).toEqual(['done', 'done']);
  });

  it('is looked for once at the start, and whenever somebody deletes it', () => {
    const left: Endpoints = stored(bodyOf(sync(world([]))), '5');
    expect(added(driver.handle(controller.initial, deleted1('endpoints', left), {}).ops)).toEqual([KEY]);
    expect(added(driver.handle(controller.initial, added1('endpoints', left), {}).ops)).toEqual([]);
  });
});

describe('endpoints.subsets', () => {
  const two: Service = { ...service, spec: { ...service.spec, ports: [{ name: 'b', port: 81 }, { name: 'a', port: 80, targetPort: 'http' }] } };
  const named = (name: string, ip: string): Pod => ({ ...at(name, ip), spec: { ...at(name, ip).spec, containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }] } });

  it('ports that the same addresses offer share a subset, others have their own', () => {
    expect(subsetsOf(two, [named('x', '10.2.0.1')])).toEqual([
      { addresses: [address('x', '10.2.0.1')], ports: [{ name: 'a', port: 8080, protocol: 'TCP' }, { name: 'b', port: 81, protocol: 'TCP' }] },
    ]);
    expect(subsetsOf(two, [named('x', '10.2.0.1'), at('y', '10.2.0.2')]).map(({ addresses, ports }) => [addresses?.length, ports?.map(({ name }) => name)]))
      .toEqual([[1, ['a']], [2, ['b']]]);
  });

  it('a headless Service without ports has addresses without ports', () => {
    const { ports: _none, ...spec } = service.spec;
    expect(subsetsOf({ ...service, spec: { ...spec, clusterIP: 'None' } }, [at('x', '10.2.0.1')])).toEqual([{ addresses: [address('x', '10.2.0.1')] }]);
    expect(subsetsOf({ ...service, spec }, [at('x', '10.2.0.1')])).toEqual([]);
  });

  it('keeps a thousand addresses, ready ones first', () => {
    const many = (n: number, isReady: boolean) => Array.from({ length: n }, (_, i) => at(`p${isReady}${i}`, `10.${isReady ? 1 : 2}.${Math.floor(i / 250)}.${i % 250}`, isReady));
    const [subset] = truncated(subsetsOf(service, [...many(900, true), ...many(300, false)]));
    expect([subset?.addresses?.length, subset?.notReadyAddresses?.length]).toEqual([900, 100]);
    const [full] = truncated(subsetsOf(service, [...many(1200, true), ...many(3, false)]));
    expect([full?.addresses?.length, full?.notReadyAddresses]).toEqual([1000, undefined]);
  });
});
