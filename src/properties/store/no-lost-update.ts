/**
 * store.no-lost-update: an update that names a resourceVersion is applied to that version, or not at all. (One that names none is legal for many kinds.)
 * Models: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go Update; API conventions, "Concurrency control and consistency"
 */
import type { KubeObject } from '../../api/object.ts';
import { infoOf, storageKey, storedAs } from '../../components/kube-apiserver/storage/codec.ts';
import type { World } from '../../kernel/world.ts';
import { exchangesOf } from '../api-traffic.ts';
import type { Exchange } from '../api-traffic.ts';
import { changesAt } from '../changes.ts';
import { always, firstViolation, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';

const judge = ({ request, answer }: Exchange, world: World): Verdict => {
  if (request.verb !== 'update' || request.options?.dryRun === true || answer.kind !== 'object') return undefined;
  const named = (request.body as KubeObject).metadata.resourceVersion;
  if (named === undefined || named === '' || request.name === undefined) return undefined;
  const written = Number(answer.object.metadata.resourceVersion);
  if (written === Number(named)) return 'pass';
  const key = storageKey(infoOf(storedAs(request.resource)), request.namespace, request.name);
  const change = changesAt(world, written).find((one) => one.key === key);
  if (change === undefined) return undefined;
  // An update may create where nothing is left (Leases): nothing is lost by it.
  if (change.before === undefined) return 'pass';
  return change.beforeRevision === Number(named) ? 'pass'
    : violation('lost-update', `${answer.object.kind} ${request.name}: an update of version ${named} replaced version ${change.beforeRevision}.`);
};

export const noLostUpdate = always({
  id: 'store.no-lost-update',
  statement: 'An update that names a resourceVersion is applied to that version, or not at all.',
  source: 'API conventions: concurrency control and consistency',
}, () => ({
  interest: { exchanges: true },
  step: (world, record) => firstViolation(exchangesOf(world, record).map((exchange) => judge(exchange, world))),
}));
