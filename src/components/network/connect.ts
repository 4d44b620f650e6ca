/**
 * Which pod a connection reaches, by the rules of the node that it leaves from.
 * Models: pkg/proxy/nftables/proxier.go (service-ips and service-nodeports maps, the choice among endpoints), pkg/proxy/iptables/proxier.go
 * Not modelled: packets, session affinity, traffic policies, ports that no container listens on, which of several host-network pods on one node
 * owns a port (the first by sandbox answers).
 */
import type { Connection, ServicePortRule, ServiceRules, ToNetwork } from '../../protocol/network.ts';
import { parseAddress, parseRange, rangeContains } from './address-range.ts';
import type { Attachment, NetworkState } from './state.ts';

export type ConnectRequest = Extract<ToNetwork, { readonly kind: 'connect' }>;

const failed = (why: 'no-rule' | 'no-endpoints' | 'no-pod'): Connection => ({ kind: 'failed', why });

const vipKey = (address: string, port: number, protocol: string): string => `${address}:${port}/${protocol}`;
const nodePortKey = (port: number, protocol: string): string => `*:${port}/${protocol}`;

const indexes = new WeakMap<ServiceRules, ReadonlyMap<string, ServicePortRule>>();

const indexOf = (rules: ServiceRules): ReadonlyMap<string, ServicePortRule> => {
  const known = indexes.get(rules);
  if (known !== undefined) return known;
  const index = new Map<string, ServicePortRule>();
  for (const rule of rules) {
    for (const ip of [...rule.clusterIps, ...rule.externalIps]) index.set(vipKey(ip, rule.port, rule.protocol), rule);
    if (rule.nodePort !== 0) index.set(nodePortKey(rule.nodePort, rule.protocol), rule);
  }
  indexes.set(rules, index);
  return index;
};

const isNodeAddress = (state: NetworkState, address: string): boolean => {
  let found = false;
  state.nodes.forEach((node) => { found ||= node.address === address; });
  return found;
};

const isPodAddress = (state: NetworkState, address: string): boolean => {
  const number = parseAddress(address);
  let found = false;
  state.nodes.forEach((node) => {
    const range = parseRange(node.podCidr);
    found ||= number !== undefined && range !== undefined && rangeContains(range, number);
  });
  return found;
};

const hostPodAt = (state: NetworkState, address: string): Attachment | undefined => {
  let first: Attachment | undefined;
  state.attachments.forEach((attachment) => {
    if (attachment.hostNetwork && attachment.ip === address && (first === undefined || attachment.sandboxId < first.sandboxId)) first = attachment;
  });
  return first;
};

const holderOf = (state: NetworkState, address: string): Attachment | undefined => {
  const key = state.owners.get(address);
  return key === undefined ? hostPodAt(state, address) : state.attachments.get(key);
};

const reach = (holder: Attachment, port: number): Connection => ({
  kind: 'reached', podUid: holder.podUid, podNamespace: holder.podNamespace, podName: holder.podName, node: holder.node, ip: holder.ip, port,
});

const byRule = (state: NetworkState, rule: ServicePortRule, draw: () => number): Connection => {
  const endpoint = rule.endpoints.length === 0 ? undefined : rule.endpoints[draw() % rule.endpoints.length];
  if (endpoint === undefined) return failed('no-endpoints');
  const holder = holderOf(state, endpoint.ip);
  return holder === undefined ? failed('no-pod') : reach(holder, endpoint.port);
};

/** `draw`: a uniform 32-bit integer, asked for only where an endpoint is chosen. */
export const connect = (state: NetworkState, request: ConnectRequest, draw: () => number): Connection => {
  const index = indexOf(state.rules.get(request.fromNode) ?? []);
  const rule = index.get(vipKey(request.address, request.port, request.protocol))
    ?? (isNodeAddress(state, request.address) ? index.get(nodePortKey(request.port, request.protocol)) : undefined);
  if (rule !== undefined) return byRule(state, rule, draw);
  const holder = holderOf(state, request.address);
  if (holder !== undefined) return reach(holder, request.port);
  return failed(isPodAddress(state, request.address) ? 'no-pod' : 'no-rule');
};
