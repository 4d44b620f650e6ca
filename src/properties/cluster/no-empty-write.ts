/**
 * endpoints.no-empty-write: a Service whose pods are ready does not lose all of its endpoints, as it would if its controller wrote before it had heard of
 * the pods.
 * Models: pkg/controller/endpointslice/endpointslice_controller.go Run (WaitForNamedCacheSync)
 */
import { isPodReady } from '../../api/pod-helpers.ts';
import { matchesSelector } from '../../api/label-selector.ts';
import { selectorOfSet } from '../../api/selector-cache.ts';
import type { EndpointSlice, Pod, Service } from '../../api/types.ts';
import { readObject, readStore } from '../../cluster/store-view.ts';
import { isJudged } from '../../cluster/service-endpoints.ts';
import type { World } from '../../kernel/world.ts';
import { keeps, ofKind } from '../applies.ts';
import { always, overChanges, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';
/** What a controller acts upon is at most so many messages behind. */
const LINKS = 5;

const readyIn = (slice: EndpointSlice | undefined): number => (slice?.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).length;

/** Of a Service, those that are ready and have been as they are for so long that everybody has heard of it. */
const longReady = (world: World, service: Service, changedMs: ReadonlyMap<string, number>): readonly Pod[] => (readStore(world)('pods') as readonly Pod[]).filter((pod) =>
  pod.metadata.namespace === service.metadata.namespace && pod.metadata.deletionTimestamp === undefined && isPodReady(pod)
  && matchesSelector(selectorOfSet(service.spec.selector), pod.metadata.labels)
  && world.nowMs - (changedMs.get(pod.metadata.uid ?? '') ?? Number.NEGATIVE_INFINITY) > LINKS * world.config.lagMs);

const serviceOf = (world: World, slice: EndpointSlice): Service | undefined => {
  const service = readObject(world, 'services', slice.metadata.namespace, slice.metadata.labels?.[SERVICE_NAME] ?? '') as Service | undefined;
  return service !== undefined && isJudged(service) ? service : undefined;
};

export const noEmptyWrite = always({
  id: 'endpoints.no-empty-write',
  statement: 'An EndpointSlice that has ready endpoints is not emptied while pods of its Service are ready, and have been for five times the lag of a message.',
  source: 'pkg/controller/endpointslice/endpointslice_controller.go',
  assumes: ['no message is more than its lag behind'],
  appliesTo: keeps((object) => ofKind('Service')(object) && isJudged(object as Service)),
}, () => {
  const changedMs = new Map<string, number>();
  return overChanges(['pods', 'endpointslices.discovery.k8s.io'], ({ resource, before, after }, world): Verdict => {
    if (resource === 'pods') {
      const isNews = before === undefined || after === undefined || isPodReady(before as Pod) !== isPodReady(after as Pod) || before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp;
      if (isNews) changedMs.set((after ?? before)?.metadata.uid ?? '', world.nowMs);
      return undefined;
    }
    if (after === undefined) return undefined;
    if (readyIn(before as EndpointSlice | undefined) === 0 || readyIn(after as EndpointSlice) > 0) return readyIn(after as EndpointSlice) > 0 ? 'pass' : undefined;
    const service = serviceOf(world, after as EndpointSlice);
    const [pod] = service === undefined ? [] : longReady(world, service, changedMs);
    return pod === undefined ? 'pass' : violation('emptied', `EndpointSlice ${nameOf(after)} lost its last ready endpoint, although pod ${nameOf(pod)} has long been ready.`);
  });
});
