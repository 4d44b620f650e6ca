/**
 * endpoints.converge: in the end the ready endpoints of a Service's EndpointSlices are exactly the addresses of the ready pods that it selects.
 * Models: pkg/controller/endpointslice, staging/src/k8s.io/endpointslice/reconciler.go; the race flipping-endpoint, #125638 #127417
 * Not modelled: Services that `src/cluster/service-endpoints.ts` does not judge.
 */
import type { Service } from '../../api/types.ts';
import { isInStep, isJudged, serviceEndpoints } from '../../cluster/service-endpoints.ts';
import { readStore } from '../../cluster/store-view.ts';
import { keeps, ofKind } from '../applies.ts';
import { atEnd, eventually, violation } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';

const listed = (addresses: readonly string[]): string => (addresses.length === 0 ? 'none' : addresses.join(', '));

export const endpointsConverge = eventually({
  id: 'endpoints.converge',
  statement: 'In the end the ready endpoints of a Service are exactly the ready pods that it selects.',
  source: 'https://github.com/kubernetes/kubernetes/issues/125638',
  appliesTo: keeps((object) => ofKind('Service')(object) && isJudged(object as Service)),
}, () => atEnd((world) => serviceEndpoints(readStore(world)), (judged) => (isInStep(judged) ? 'pass'
  : violation('differ', `Service ${nameOf(judged.service)} selects the ready pods ${listed(judged.pods)}; its endpoints are ${listed(judged.endpoints)}.`))));
