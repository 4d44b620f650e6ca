/**
 * store.list-consistent: a list shows the store as it was at the revision that the list names: all that was there then, each object in its version of then.
 * Models: API conventions, "Lists"; apiserver/pkg/storage/cacher GetList
 * Not modelled: lists with selectors, lists in pages; revisions that are compacted by the time of the answer.
 */
import type { KubeObject } from '../../api/object.ts';
import type { ResourceId } from '../../api/resources.ts';
import { etcdState, readStore } from '../../cluster/store-view.ts';
import { storedAs } from '../../components/kube-apiserver/storage/codec.ts';
import type { World } from '../../kernel/world.ts';
import { exchangesOf } from '../api-traffic.ts';
import type { Exchange } from '../api-traffic.ts';
import { always, firstViolation, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';

const isWhole = ({ request: { verb, options } }: Exchange): boolean =>
  verb === 'list' && options?.labelSelector === undefined && options?.fieldSelector === undefined && options?.limit === undefined && options?.continue === undefined;

const versions = (objects: readonly KubeObject[]): ReadonlyMap<string, string> => new Map(objects.map((object) => [nameOf(object), object.metadata.resourceVersion ?? '']));

/** The first object that is missing, that should not be there, or that is in another version. */
const difference = (shown: ReadonlyMap<string, string>, stored: ReadonlyMap<string, string>): string | undefined => {
  for (const [name, version] of stored) if (shown.get(name) !== version) return `${name} is ${shown.has(name) ? `shown in version ${shown.get(name) ?? ''}` : 'left out'}, and was there in version ${version}`;
  for (const name of shown.keys()) if (!stored.has(name)) return `${name} is shown, and was not there`;
  return undefined;
};

const judge = (exchange: Exchange, world: World): Verdict => {
  const { answer, request: { resource, namespace } } = exchange;
  if (answer.kind !== 'list' || !isWhole(exchange) || (answer.list.metadata.continue ?? '') !== '') return undefined;
  const revision = Number(answer.list.metadata.resourceVersion);
  const { revision: newest, compactRevision } = etcdState(world);
  if (revision < compactRevision || revision > newest) return undefined;
  const stored = readStore(world, revision)(storedAs(resource) as ResourceId).filter((object) => namespace === undefined || object.metadata.namespace === namespace);
  const what = difference(versions(answer.list.items), versions(stored));
  return what === undefined ? 'pass' : violation('differs', `A list of ${resource} at revision ${revision} is not what was stored then: ${what}.`);
};

export const listConsistent = always({
  id: 'store.list-consistent',
  statement: 'A list shows all that was there at the revision it names, each object in its version of then.',
  source: 'API conventions: lists',
  // Why: once reflectors watch, it is a matter of chance whether anybody lists again.
  appliesTo: () => false,
}, () => ({
  interest: { exchanges: true },
  step: (world, record) => firstViolation(exchangesOf(world, record).map((exchange) => judge(exchange, world))),
}));
