/** What stands in the store before the first step: what kube-apiserver bootstraps and what kubeadm installs. */
import type { KubeObject } from '../api/object.ts';
import { fillSystemFields, strategyOf } from '../api/strategy.ts';
import { formatTime } from '../api/time.ts';
import type { EtcdState } from '../components/etcd/state.ts';
import { preloadEtcd } from '../components/etcd/records.ts';
import { bootstrapObjects, storedEntries } from '../components/kube-apiserver/bootstrap/bootstrap-objects.ts';
import { infoOf } from '../components/kube-apiserver/storage/codec.ts';
import { resourceByKind } from '../api/resources.ts';
import { kubeProxyAddon } from './kube-proxy-addon.ts';
import type { ClusterTopology } from './topology.ts';

/** An object as a create would have stored it. */
const created = (object: KubeObject, uid: string, nowMs: number): KubeObject => {
  const strategy = strategyOf(infoOf(resourceByKind(object.apiVersion, object.kind)?.id ?? '').id);
  const filled = fillSystemFields(strategy.defaultsOf(object), {
    name: object.metadata.name, uid, creationTimestamp: formatTime(nowMs), ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
  });
  return strategy.prepareForCreate(filled, { nowMs });
};

const addonUid = (index: number): string => `00000000-0000-4000-8000-1${index.toString(16).padStart(11, '0')}`;

/** etcd as it is when the cluster's components start. */
export const installedStore = ({ startMs, kubeProxy }: ClusterTopology): EtcdState => {
  const addons = kubeProxy ? kubeProxyAddon.map((object, i) => created(object, addonUid(i + 1), startMs)) : [];
  return preloadEtcd([...bootstrapObjects(startMs), ...addons].flatMap(storedEntries).map(({ key, value }) => [key, value] as const));
};
