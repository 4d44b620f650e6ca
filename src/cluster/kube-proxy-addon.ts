/**
 * kube-proxy as an add-on of the cluster: a DaemonSet like any other.
 * Models: cmd/kubeadm/app/phases/addons/proxy/manifests.go
 * Not modelled: its ConfigMap's contents; the configuration is the component's own.
 */
import type { KubeObject } from '../api/object.ts';
import type { UnknownObject } from '../api/object.ts';

const NAMESPACE = 'kube-system';
const NAME = 'kube-proxy';
const LABELS = { 'k8s-app': NAME };

/** The image whose process is the kube-proxy actor of the node. */
export const KUBE_PROXY_IMAGE = 'registry.k8s.io/kube-proxy:v1.34.0';

const serviceAccount: KubeObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace: NAMESPACE } };

const binding: UnknownObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'kubeadm:node-proxier' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node-proxier' },
  subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }],
};

const daemonSet: UnknownObject = {
  apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: NAME, namespace: NAMESPACE, labels: LABELS },
  spec: {
    selector: { matchLabels: LABELS },
    updateStrategy: { type: 'RollingUpdate' },
    template: {
      metadata: { labels: LABELS },
      spec: {
        priorityClassName: 'system-node-critical',
        containers: [{
          name: NAME, image: KUBE_PROXY_IMAGE, imagePullPolicy: 'IfNotPresent',
          command: ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf', '--hostname-override=$(NODE_NAME)'],
          env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
          securityContext: { privileged: true },
        }],
        serviceAccountName: NAME,
        hostNetwork: true,
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        tolerations: [{ operator: 'Exists' }],
      },
    },
  },
};

/** In the order in which kubeadm creates them. */
export const kubeProxyAddon: readonly KubeObject[] = [serviceAccount, binding, daemonSet];
