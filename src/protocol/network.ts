/**
 * The messages between the parts of a node and the cluster's network: pod addresses (CNI) and Service rules (the kernel's nftables or iptables).
 * Models: the CNI specification's ADD and DEL, pkg/proxy's proxier.syncProxyRules
 * Not modelled: packets. The network answers which pod, if any, a connection reaches.
 */

/** Container runtime -> network, on channel `cni`: gives a sandbox its address, or takes it back. */
export type ToNetwork =
  | { readonly kind: 'cni-add'; readonly id: number; readonly node: string; readonly sandboxId: string; readonly podUid: string; readonly podNamespace: string; readonly podName: string; readonly hostNetwork: boolean }
  | { readonly kind: 'cni-del'; readonly id: number; readonly node: string; readonly sandboxId: string }
  /** The node's kubelet registers the address range of its pods (from the Node's spec.podCIDR, or chosen by the cluster) and the node's own address. */
  | { readonly kind: 'node-up'; readonly node: string; readonly address: string; readonly podCidr: string }
  /** kube-proxy -> network, on channel `rules`: the whole rule set of a node, as one sync writes it. */
  | { readonly kind: 'rules'; readonly node: string; readonly rules: ServiceRules }
  /** Anyone -> network, on channel `connect`: which pod does a connection reach? `fromPodUid` undefined: from the node itself. */
  | { readonly kind: 'connect'; readonly id: number; readonly fromNode: string; readonly fromPodUid?: string; readonly address: string; readonly port: number; readonly protocol: 'TCP' | 'UDP' | 'SCTP' };

export type FromNetwork =
  | { readonly kind: 'cni-answer'; readonly id: number; readonly ip: string | undefined; readonly error: string | undefined }
  | { readonly kind: 'connected'; readonly id: number; readonly outcome: Connection };

export type Connection =
  | { readonly kind: 'reached'; readonly podUid: string; readonly podNamespace: string; readonly podName: string; readonly node: string; readonly ip: string; readonly port: number }
  /** `no-rule`: no Service rule and no pod has the address. `no-endpoints`: refused by a REJECT rule. `no-pod`: the address has no live pod any more. */
  | { readonly kind: 'failed'; readonly why: 'no-rule' | 'no-endpoints' | 'no-pod' };

/** One Service port's rule. */
export interface ServicePortRule {
  /** `namespace/name:portName`. */
  readonly name: string;
  readonly clusterIps: readonly string[];
  readonly externalIps: readonly string[];
  readonly port: number;
  readonly nodePort: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly endpoints: readonly { readonly ip: string; readonly port: number }[];
  readonly sessionAffinity: 'None' | 'ClientIP';
}

/** By `clusterIp:port/protocol` order of `name`. */
export type ServiceRules = readonly ServicePortRule[];
