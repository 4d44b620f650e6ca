/**
 * Every pod runs as a service account that exists, with its token mounted.
 * Models: plugin/pkg/admission/serviceaccount/admission.go
 * Not modelled: mountable secrets, ephemeral containers; mirror pods pass. The volume's suffix is drawn by the pod's generateName, so that pods of
 *   one template share one spec (see pod-templates.ts), where upstream draws one for each pod.
 */
import type { KubeObject } from '../../../api/object.ts';
import { forbidden } from '../../../api/status.ts';
import type { Container, Pod, ServiceAccount, Volume } from '../../../api/types.ts';
import { objectIn } from '../cacher/store.ts';
import { cacherOf } from '../turn.ts';
import { suffixOf } from '../handlers/names.ts';
import type { Admission, Verdict } from './plugin.ts';
import { admitted, nameForRefusal, onCreateOf, refused } from './plugin.ts';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME_PREFIX = 'kube-api-access-';
const MIRROR = 'kubernetes.io/config.mirror';
const TOKEN_SECONDS = 3607;

const tokenVolume = (name: string): Volume => ({
  name,
  projected: {
    sources: [
      { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
    ],
    defaultMode: 420,
  },
});

const mounted = (containers: readonly Container[], volume: string): readonly Container[] => {
  const next = containers.map((container) => ((container.volumeMounts ?? []).some((mount) => mount.mountPath === TOKEN_PATH) ? container
    : { ...container, volumeMounts: [...(container.volumeMounts ?? []), { name: volume, readOnly: true, mountPath: TOKEN_PATH }] }));
  return next.every((container, i) => container === containers[i]) ? containers : next;
};

const volumeName = (pod: Pod, { turn, namespace = '' }: Admission): string => {
  const label = `kube-api-access/${namespace}/${nameForRefusal(pod)}`;
  return VOLUME_PREFIX + suffixOf(turn.env.random(label, 0));
};

const withToken = (pod: Pod, admission: Admission): Pod => {
  const existing = pod.spec.volumes?.find((volume) => volume.name.startsWith(VOLUME_PREFIX));
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  if (all.every((container) => (container.volumeMounts ?? []).some((mount) => mount.mountPath === TOKEN_PATH))) return pod;
  const name = existing?.name ?? volumeName(pod, admission);
  const { initContainers, containers, volumes = [] } = pod.spec;
  return { ...pod, spec: {
    ...pod.spec,
    volumes: existing === undefined ? [...volumes, tokenVolume(name)] : volumes,
    ...(initContainers === undefined ? {} : { initContainers: mounted(initContainers, name) }),
    containers: mounted(containers, name),
  } };
};

const withAccount = (pod: Pod, account: ServiceAccount, admission: Admission): Pod => {
  const { name } = account.metadata;
  const pullSecrets = (pod.spec.imagePullSecrets ?? []).length === 0 && (account.imagePullSecrets ?? []).length > 0 ? { imagePullSecrets: account.imagePullSecrets ?? [] } : {};
  const named = { ...pod, spec: { ...pod.spec, serviceAccountName: name, serviceAccount: name, ...pullSecrets } };
  const mounts = pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
  return mounts ? withToken(named, admission) : named;
};

const admit = (object: KubeObject, admission: Admission): Verdict => {
  const pod = object as Pod;
  const { turn, facts, namespace = '' } = admission;
  if (pod.metadata.annotations?.[MIRROR] !== undefined) return admitted(object);
  const wanted = pod.spec.serviceAccountName ?? '';
  const name = wanted === '' ? 'default' : wanted;
  const account = objectIn(cacherOf(turn, 'serviceaccounts'), namespace, name) ?? facts.serviceAccount;
  if (account === undefined) return { kind: 'lookup', fact: 'serviceAccount', name };
  if (account === null) {
    return refused(forbidden('', 'pods', nameForRefusal(pod), `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`));
  }
  return admitted(withAccount(pod, account as ServiceAccount, admission));
};

export const serviceAccount = onCreateOf('pods', 'ServiceAccount', admit);
