/**
 * What the network remembers: the nodes' address ranges, who holds which address, and each node's Service rules.
 * Models: the state of the host-local IPAM plugin (github.com/containernetworking/plugins, plugins/ipam/host-local) and of a node's nftables.
 */
import { emptyMap } from '../../base/persistent-map.ts';
import type { PersistentMap } from '../../base/persistent-map.ts';
import type { ServiceRules } from '../../protocol/network.ts';

export interface NodeNetwork {
  readonly address: string;
  readonly podCidr: string;
  /** The last address given out, as an offset in the range; the next search begins after it. */
  readonly lastOffset: number;
}

/** One sandbox's place in the network. */
export interface Attachment {
  readonly node: string;
  readonly sandboxId: string;
  readonly podUid: string;
  readonly podNamespace: string;
  readonly podName: string;
  readonly ip: string;
  readonly hostNetwork: boolean;
}

export interface NetworkState {
  readonly nodes: PersistentMap<NodeNetwork>;
  /** By `node/sandboxId`. */
  readonly attachments: PersistentMap<Attachment>;
  /** Pod address -> key of its attachment; pods on the host network are not in it. */
  readonly owners: PersistentMap<string>;
  /** Node -> the rule set that its kube-proxy wrote last. It stays when kube-proxy dies, as the kernel's tables do. */
  readonly rules: PersistentMap<ServiceRules>;
}

export const initialNetworkState: NetworkState = { nodes: emptyMap(), attachments: emptyMap(), owners: emptyMap(), rules: emptyMap() };

export const attachmentKey = (node: string, sandboxId: string): string => `${node}/${sandboxId}`;
