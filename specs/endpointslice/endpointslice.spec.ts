/** The endpoint slice controller: which slices it writes, and how few of them. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import type { EndpointSlice, Node, Pod, Service } from '../../src/api/types.ts';
import type { Answer } from '../../src/client/controller.ts';
import { typedEndpointSliceController as controller } from '../../src/components/kube-controller-manager/endpointslice/endpoint-slice-controller.ts';
import { added, added1, bodyOf, deleted1, drive, errorIn, events, meta, missing, NOW, ok, pod, refusedTerminating, requests, succeeded, updated1 } from '../kube-controller-manager/drive.ts';
import type { Objects } from '../kube-controller-manager/drive.ts';

const driver = drive(controller);
type SlicePlan = ReturnType<typeof driver.sync>;
const KEY = 'default/web';
const LATER = '2023-11-14T22:14:00Z';

const service: Service = {
  apiVersion: 'v1', kind: 'Service', metadata: meta('web'),
  spec: { clusterIP: '10.0.0.1', selector: { app: 'web' }, ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }] },
};
const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'z1' } }, spec: {} };
const at = (name: string, ip: string, more: { ready?: boolean; deleting?: boolean; nodeName?: string; since?: string } = {}): Pod => pod(name, {
  meta: more.deleting === true ? { deletionTimestamp: NOW } : {}, spec: { nodeName: more.nodeName ?? 'n1' },
  status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: more.ready === false ? 'False' : 'True', lastTransitionTime: more.since ?? NOW }] },
});
const world = (pods: readonly Pod[], slices: readonly EndpointSlice[] = [], svc: Service = service): Objects =>
  ({ services: [svc], nodes: [node], pods, 'endpointslices.discovery.k8s.io': slices });
const sync = (objects: Objects, memory = controller.initial): SlicePlan => driver.sync('endpoint_slice', KEY, objects, memory);
const answer = (plan: SlicePlan, answers: readonly Answer[]): SlicePlan => driver.answer(plan, 'endpoint_slice', KEY, answers, {});
/** A slice as the server stores what was sent. */
const stored = (slice: EndpointSlice, name: string, generation = 1): EndpointSlice => ({ ...slice, metadata: { ...slice.metadata, name, uid: `uid-${name}`, resourceVersion: '7', generation } });
const sliceOf = (pods: readonly Pod[], name = 'web-a', svc: Service = service): EndpointSlice => stored(bodyOf<EndpointSlice>(sync(world(pods, [], svc))), name);
const addresses = (slice: EndpointSlice): readonly string[] => slice.endpoints.map(({ addresses: [first = ''] }) => first);

describe('endpointslice.create', () => {
  it('a Service with a pod has a slice that says where it is', () => {
    const plan = sync(world([at('a', '10.2.0.1')]));
    expect(requests(plan)).toEqual(['create endpointslices.discovery.k8s.io']);
    expect(bodyOf(plan)).toEqual({
      apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
      metadata: {
        generateName: 'web-', namespace: 'default',
        labels: { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io', 'kubernetes.io/service-name': 'web' },
        annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': NOW },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'web', uid: 'uid-web', controller: true, blockOwnerDeletion: true }],
      },
      addressType: 'IPv4', ports: [{ name: '', port: 8080, protocol: 'TCP' }],
      endpoints: [{
        addresses: ['10.2.0.1'], conditions: { ready: true, serving: true, terminating: false }, nodeName: 'n1', zone: 'z1',
        targetRef: { kind: 'Pod', namespace: 'default', name: 'a', uid: 'uid-a' },
      }],
    });
  });

  it('a Service without pods has one without ports and endpoints, and keeps it', () => {
    const plan = sync(world([]));
    expect(bodyOf<EndpointSlice>(plan)).toMatchObject({ endpoints: [], ports: [] });
    expect(sync(world([], [stored(bodyOf<EndpointSlice>(plan), 'web-a')])).kind).toBe('done');
  });

  it('a pod that is going away serves but is not ready; a finished one is not in', () => {
    const { endpoints } = sliceOf([at('a', '10.2.0.1', { deleting: true }), { ...at('b', '10.2.0.2'), status: { phase: 'Succeeded', podIP: '10.2.0.2' } }]);
    expect(endpoints.map(({ conditions }) => conditions)).toEqual([{ ready: false, serving: true, terminating: true }]);
  });

  it('a Service without a selector, or with an external name, is left to others', () => {
    const { selector: _none, ...spec } = service.spec;
    expect(sync(world([], [], { ...service, spec })).kind).toBe('done');
    expect(sync(world([], [], { ...service, spec: { ...service.spec, type: 'ExternalName' } })).kind).toBe('done');
  });

  it('a headless Service says so on its slices, with its own labels', () => {
    const headless: Service = { ...service, metadata: { ...service.metadata, labels: { team: 'x' } }, spec: { ...service.spec, clusterIP: 'None' } };
    expect(sliceOf([at('a', '10.2.0.1')], 'web-a', headless).metadata.labels).toMatchObject({ team: 'x', 'service.kubernetes.io/headless': '' });
  });

  it('a pod on a node that is not known is left out, and asked for again', () => {
    const plan = sync(world([at('a', '10.2.0.1', { nodeName: 'n9' })]));
    const end = answer(plan, [ok(stored(bodyOf<EndpointSlice>(plan), 'web-a'))]);
    expect(errorIn(end)).toBe('skipping Pod a for Service default/web: Node n9 Not Found');
    expect(events(end.ops)).toEqual(['Warning FailedToUpdateEndpointSlices: Error updating Endpoint Slices for Service default/web: skipping Pod a for Service default/web: Node n9 Not Found']);
  });

  it('a Service that is being deleted gets no new slices', () => {
    const dying: Service = { ...service, metadata: { ...service.metadata, deletionTimestamp: NOW } };
    expect(sync(world([at('a', '10.2.0.1')], [], dying)).kind).toBe('done');
  });
});

describe('endpointslice.update', () => {
  const one = sliceOf([at('a', '10.2.0.1')]);

  it('the first pod turns the empty slice into a full one, whatever its version', () => {
    const empty = stored(bodyOf<EndpointSlice>(sync(world([]))), 'web-a');
    const plan = sync(world([at('a', '10.2.0.1')], [empty]));
    expect(requests(plan)).toEqual(['update endpointslices.discovery.k8s.io web-a']);
    expect(bodyOf<EndpointSlice>(plan).metadata).not.toHaveProperty('resourceVersion');
    expect(bodyOf<EndpointSlice>(plan).ports).toHaveLength(1);
  });

  it('another pod is added to the slice that has room, in its version', () => {
    const plan = sync(world([at('a', '10.2.0.1'), at('b', '10.2.0.2')], [one]));
    expect(requests(plan)).toEqual(['update endpointslices.discovery.k8s.io web-a']);
    expect([addresses(bodyOf(plan)), bodyOf<EndpointSlice>(plan).metadata.resourceVersion]).toEqual([['10.2.0.1', '10.2.0.2'], '7']);
  });

  it('says nothing when nothing has changed', () => {
    expect(sync(world([at('a', '10.2.0.1')], [one])).kind).toBe('done');
  });

  it('a pod that has become unready is written, and when that was; a write without such a time says none', () => {
    const seen = sync(world([at('a', '10.2.0.1'), at('b', '10.2.0.2')], [sliceOf([at('a', '10.2.0.1'), at('b', '10.2.0.2')])]));
    const two = sliceOf([at('a', '10.2.0.1'), at('b', '10.2.0.2')]);
    const unready = sync(world([at('a', '10.2.0.1', { ready: false, since: LATER }), at('b', '10.2.0.2')], [two]), seen.memory);
    expect(bodyOf<EndpointSlice>(unready).metadata.annotations).toEqual({ 'endpoints.kubernetes.io/last-change-trigger-time': LATER });
    const gone = sync(world([at('a', '10.2.0.1')], [two]), seen.memory);
    expect(bodyOf<EndpointSlice>(gone).metadata).not.toHaveProperty('annotations');
  });

  it('new labels of the Service are copied', () => {
    const labelled: Service = { ...service, metadata: { ...service.metadata, labels: { team: 'x' } } };
    expect(bodyOf<EndpointSlice>(sync(world([at('a', '10.2.0.1')], [one], labelled))).metadata.labels).toMatchObject({ team: 'x' });
  });

  it('a slice of an older Service of that name is deleted, never reused', () => {
    const recreated: Service = { ...service, metadata: { ...service.metadata, uid: 'new' } };
    expect(requests(sync(world([at('a', '10.2.0.1')], [one], recreated)))).toEqual(['create endpointslices.discovery.k8s.io', 'delete endpointslices.discovery.k8s.io web-a']);
  });

  it('holds a hundred endpoints a slice, and fills the fullest that has room', () => {
    const pods = Array.from({ length: 150 }, (_, i) => at(`p${String(i).padStart(3, '0')}`, `10.2.1.${i}`));
    const plan = sync(world(pods));
    expect(plan.kind === 'ask' && plan.requests.map(({ body }) => (body as EndpointSlice).endpoints.length)).toEqual([100, 50]);
    const slices = [stored(bodyOf<EndpointSlice>(plan, 0), 'web-a'), stored(bodyOf<EndpointSlice>(plan, 1), 'web-b')];
    const more = sync(world([...pods, at('q', '10.2.2.1')], slices));
    expect(requests(more)).toEqual(['update endpointslices.discovery.k8s.io web-b']);
  });
});

describe('endpointslice.order', () => {
  it('stops at the first write that fails, and says which', () => {
    const plan = sync(world([at('a', '10.2.0.1')]));
    expect(plan).toMatchObject({ mode: 'in-order' });
    const end = answer(plan, [missing('namespaces', 'default')]);
    expect(errorIn(end)).toBe('failed to create EndpointSlice for Service default/web: namespaces "default" not found');
    expect(answer(plan, [refusedTerminating('endpointslices', 'web')]).kind).toBe('done');
  });
});

describe('endpointslice.tracker', () => {
  const one = sliceOf([at('a', '10.2.0.1')]);
  const written = answer(sync(world([at('a', '10.2.0.1')])), [ok(one)]).memory;

  it('waits for its cache to show what it wrote', () => {
    expect(errorIn(sync(world([at('a', '10.2.0.1')]), written))).toBe('EndpointSlice informer cache is out of date');
    expect(sync(world([at('a', '10.2.0.1')], [one]), written).kind).toBe('done');
    const update = sync(world([at('b', '10.2.0.2')], [one]), written);
    const { memory } = answer(update, [ok(stored(one, 'web-a', 2))]);
    expect(sync(world([at('b', '10.2.0.2')], [one]), memory).kind).toBe('failed');
  });

  it('looks again, a second later, at slices that others wrote or deleted', () => {
    const slice = (object: KubeObject) => added1('endpointslices.discovery.k8s.io', object);
    expect(added(driver.handle(written, slice(one), {}).ops)).toEqual([]);
    expect(added(driver.handle(written, slice(stored(one, 'web-a', 2)), {}).ops)).toEqual(['default/web +1000']);
    expect(added(driver.handle(written, deleted1('endpointslices.discovery.k8s.io', one), {}).ops)).toEqual(['default/web +1000']);
  });

  it('a deletion of its own is no news', () => {
    const recreated: Service = { ...service, metadata: { ...service.metadata, uid: 'new' } };
    const plan = sync(world([at('a', '10.2.0.1')], [one], recreated), written);
    const { memory } = answer(plan, [ok(stored(bodyOf<EndpointSlice>(plan), 'web-b')), succeeded]);
    expect(added(driver.handle(memory, deleted1('endpointslices.discovery.k8s.io', one), {}).ops)).toEqual([]);
  });
});

describe('endpointslice.pods', () => {
  const before = at('a', '10.2.0.1');
  const update = (pod1: Pod): readonly string[] => added(driver.handle(controller.initial, updated1('pods', before, { ...pod1, metadata: { ...pod1.metadata, resourceVersion: '2' } }), world([])).ops);

  it('only what may change an endpoint concerns a Service', () => {
    expect(added(driver.handle(controller.initial, added1('pods', before), world([])).ops)).toEqual(['default/web']);
    expect(update({ ...before, metadata: { ...before.metadata, annotations: { x: 'y' } } })).toEqual([]);
    expect(update(at('a', '10.2.0.1', { ready: false }))).toEqual(['default/web']);
    expect(update(at('a', '10.2.0.9'))).toEqual(['default/web']);
  });

  it('a pod that changes its labels concerns the Services that it leaves and enters, not those it stays in', () => {
    expect(update({ ...before, metadata: { ...before.metadata, labels: { app: 'other' } } })).toEqual(['default/web']);
    expect(update({ ...before, metadata: { ...before.metadata, labels: { app: 'web', more: 'x' } } })).toEqual([]);
  });
});
