/**
 * controller-ref.takes-ownership: what a workload controller creates bears it as its controller from the first.
 * Models: the design proposal "ControllerRef", its first law; pkg/controller/controller_utils.go CreatePods
 */
import type { KubeObject } from '../../api/object.ts';
import { controllerOf } from '../../api/pod-helpers.ts';
import { exchangesOf } from '../api-traffic.ts';
import type { Exchange } from '../api-traffic.ts';
import { makes, ownsPods } from '../applies.ts';
import { always, firstViolation, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';

/** User agent -> the kind of owner that it creates for. */
const OWNERS: Readonly<Record<string, string>> = {
  'deployment-controller': 'Deployment', 'replicaset-controller': 'ReplicaSet', 'daemon-set-controller': 'DaemonSet', 'job-controller': 'Job', 'cronjob-controller': 'CronJob',
};
/** Events are about objects, and owned by none. */
const EVENTS = 'events';

const created = ({ request, answer }: Exchange): KubeObject | undefined =>
  (request.verb === 'create' && request.resource !== EVENTS && request.subresource === undefined && answer.kind === 'object' ? answer.object : undefined);

const judge = (exchange: Exchange): Verdict => {
  const kind = OWNERS[exchange.userAgent ?? ''];
  const object = kind === undefined ? undefined : created(exchange);
  if (object === undefined) return undefined;
  const owner = controllerOf(object);
  return owner?.kind === kind ? 'pass'
    : violation('not owned', `${exchange.userAgent ?? ''} created ${object.kind} ${nameOf(object)}, whose controller is ${owner === undefined ? 'nobody' : `${owner.kind} ${owner.name}`}.`);
};

export const takesOwnership = always({
  id: 'controller-ref.takes-ownership',
  statement: 'What a workload controller creates bears its owner as controller from the first.',
  source: 'design proposal: ControllerRef',
  appliesTo: makes(ownsPods),
}, () => ({
  interest: { exchanges: true },
  step: (world, record) => firstViolation(exchangesOf(world, record).map(judge)),
}));
