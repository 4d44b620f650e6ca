/**
 * client.cache-fresh: in the end, when nothing is under way, the caches of kube-controller-manager and kube-scheduler show pods and nodes as they are
 * stored, but for those whose reflector waits before it asks again.
 * Models: client-go tools/cache: a shared informer's store is eventually consistent with the authoritative state
 * Not modelled: the caches of kubelets and kube-proxies; other resources.
 */
import type { KubeObject } from '../../api/object.ts';
import { KUBE_CONTROLLER_MANAGER, KUBE_SCHEDULER } from '../../cluster/create-cluster.ts';
import { readStore } from '../../cluster/store-view.ts';
import type { Informers } from '../../client/informers.ts';
import type { World } from '../../kernel/world.ts';
import { atEnd, eventually, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';

const RESOURCES = { Pod: 'pods', Node: 'nodes' } as const;

interface Cached {
  readonly client: string;
  readonly kind: keyof typeof RESOURCES;
  readonly objects: readonly KubeObject[];
}

const cachesIn = (world: World): readonly Cached[] => (world.undeliveredCount > 0 ? [] : [KUBE_CONTROLLER_MANAGER, KUBE_SCHEDULER].flatMap((client) =>
  (!world.actors().includes(client) || !world.isUp(client) ? [] : world.stateOf<{ readonly informers: Informers }>(client).informers.flatMap(({ indexer, synced, reflector }): readonly Cached[] => {
    // Why: a reflector that backs off, for up to a minute after trouble with its server, is on its way to what it misses.
    const objects = synced && reflector.phase === 'watching' ? indexer.objects.values() : [];
    const kind = objects[0]?.kind;
    return kind === 'Pod' || kind === 'Node' ? [{ client, kind, objects }] : [];
  }))));

export const cacheFresh = eventually({
  id: 'client.cache-fresh',
  statement: 'In the end, when nothing is under way, the caches of controllers and scheduler that watch show pods and nodes as they are stored.',
  source: 'client-go tools/cache: SharedInformer',
}, () => atEnd(cachesIn, ({ client, kind, objects }, world): Verdict => {
  const stored = new Map(readStore(world)(RESOURCES[kind]).map((object) => [nameOf(object), object.metadata.resourceVersion]));
  for (const object of objects) {
    const version = stored.get(nameOf(object));
    if (version === undefined) return violation(`${kind} is gone`, `${client} still shows ${kind} ${nameOf(object)}, which is gone.`);
    const shown = object.metadata.resourceVersion ?? '';
    if (version !== shown) return violation(`${kind} is old`, `${client} shows ${kind} ${nameOf(object)} in version ${shown}; it is stored in version ${version}.`);
  }
  return 'pass';
}));
