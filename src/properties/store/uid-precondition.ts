/**
 * api.uid-precondition: a delete that names a uid removes only the object with that uid.
 * Models: apiserver/pkg/storage/interfaces.go Preconditions.Check; the race recreated-victim, #25169 #29522
 */
import { exchangesOf } from '../api-traffic.ts';
import type { Exchange } from '../api-traffic.ts';
import { removesPods } from '../applies.ts';
import { always, firstViolation, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';

const deletedUid = ({ answer }: Exchange): string | undefined => {
  if (answer.kind === 'object') return answer.object.metadata.uid;
  return answer.kind === 'done' ? answer.status.details?.uid : undefined;
};

const judge = (exchange: Exchange): Verdict => {
  const { request } = exchange;
  const wanted = request.options?.preconditions?.uid;
  if (request.verb !== 'delete' || wanted === undefined) return undefined;
  const uid = deletedUid(exchange);
  if (uid === undefined) return exchange.answer.kind === 'refused' ? 'pass' : undefined;
  return uid === wanted ? 'pass' : violation('other uid', `A delete of ${request.resource} ${request.name ?? ''} with uid ${wanted} removed the one with uid ${uid}.`);
};

export const uidPrecondition = always({
  id: 'api.uid-precondition',
  statement: 'A delete that names a uid removes only the object with that uid.',
  source: 'https://github.com/kubernetes/kubernetes/issues/29522',
  appliesTo: removesPods,
}, () => ({
  interest: { exchanges: true },
  step: (world, record) => firstViolation(exchangesOf(world, record).map(judge)),
}));
