/**
 * The cluster's network as one actor: it gives sandboxes their addresses, holds each node's Service rules, and answers which pod a connection reaches.
 * Models: a CNI plugin with host-local IPAM (ADD, DEL) and the packet rules that pkg/proxy's syncProxyRules writes
 * Not modelled: packets, routes between nodes (every node reaches every pod), network policies.
 */
import { unreachable } from '../../base/assert.ts';
import { noEffects, send } from '../../kernel/transition.ts';
import type { Actor, ActorId, Effect, Env, Input } from '../../kernel/transition.ts';
import type { FromNetwork, ToNetwork } from '../../protocol/network.ts';
import { formatAddress, nextOffset, parseRange } from './address-range.ts';
import { connect } from './connect.ts';
import { attachmentKey, initialNetworkState } from './state.ts';
import type { Attachment, NetworkState, NodeNetwork } from './state.ts';

export interface NetworkOptions {
  readonly id: ActorId;
}

type Add = Extract<ToNetwork, { readonly kind: 'cni-add' }>;
type Del = Extract<ToNetwork, { readonly kind: 'cni-del' }>;
type Done = readonly [NetworkState, FromNetwork | undefined];

const answer = (id: number, ip: string | undefined, error?: string): FromNetwork => ({ kind: 'cni-answer', id, ip, error });

const attach = (state: NetworkState, request: Add, node: NodeNetwork, ip: string): NetworkState => {
  const key = attachmentKey(request.node, request.sandboxId);
  const { sandboxId, podUid, podNamespace, podName, hostNetwork } = request;
  const attachment: Attachment = { node: request.node, sandboxId, podUid, podNamespace, podName, ip, hostNetwork };
  return {
    ...state,
    nodes: state.nodes.get(request.node) === node ? state.nodes : state.nodes.set(request.node, node),
    attachments: state.attachments.set(key, attachment),
    owners: hostNetwork ? state.owners : state.owners.set(ip, key),
  };
};

const add = (state: NetworkState, request: Add): Done => {
  const node = state.nodes.get(request.node);
  if (node === undefined) return [state, answer(request.id, undefined, 'cni plugin not initialized')];
  const held = state.attachments.get(attachmentKey(request.node, request.sandboxId));
  if (held !== undefined) return [state, answer(request.id, held.ip)];
  if (request.hostNetwork) return [attach(state, request, node, node.address), answer(request.id, node.address)];
  const range = parseRange(node.podCidr);
  if (range === undefined) return [state, answer(request.id, undefined, `invalid CIDR address: ${node.podCidr}`)];
  const offset = nextOffset(range, node.lastOffset, (ip) => state.owners.has(ip));
  if (offset === undefined) {
    const bounds = `${formatAddress(range.base + 1)}-${formatAddress(range.base + range.size - 2)}`;
    return [state, answer(request.id, undefined, `failed to allocate for range 0: no IP addresses available in range set: ${bounds}`)];
  }
  const ip = formatAddress(range.base + offset);
  return [attach(state, request, { ...node, lastOffset: offset }, ip), answer(request.id, ip)];
};

const remove = (state: NetworkState, request: Del): Done => {
  const key = attachmentKey(request.node, request.sandboxId);
  const held = state.attachments.get(key);
  if (held === undefined) return [state, answer(request.id, undefined)];
  const owners = state.owners.get(held.ip) === key ? state.owners.delete(held.ip) : state.owners;
  return [{ ...state, attachments: state.attachments.delete(key), owners }, answer(request.id, undefined)];
};

const nodeUp = (state: NetworkState, name: string, address: string, podCidr: string): NetworkState => {
  const before = state.nodes.get(name);
  if (before !== undefined && before.address === address && before.podCidr === podCidr) return state;
  return { ...state, nodes: state.nodes.set(name, { address, podCidr, lastOffset: before?.podCidr === podCidr ? before.lastOffset : 0 }) };
};

const handle = (state: NetworkState, from: ActorId, request: ToNetwork, env: Env): Done => {
  switch (request.kind) {
    case 'cni-add': return add(state, request);
    case 'cni-del': return remove(state, request);
    case 'node-up': return [nodeUp(state, request.node, request.address, request.podCidr), undefined];
    case 'rules': return [state.rules.get(request.node) === request.rules ? state : { ...state, rules: state.rules.set(request.node, request.rules) }, undefined];
    case 'connect':
      // Why: labelled by the asker, so that connections of different askers commute.
      return [state, { kind: 'connected', id: request.id, outcome: connect(state, request, () => env.random(`connect ${from}`, request.id)) }];
    default: return unreachable(request);
  }
};

const transition = (state: NetworkState, input: Input<ToNetwork | FromNetwork>, env: Env): readonly [NetworkState, readonly Effect<FromNetwork>[]] => {
  switch (input.kind) {
    case 'start': return [input.durable === undefined ? state : input.durable as NetworkState, noEffects];
    case 'message': {
      const [next, reply] = handle(state, input.from, input.body as ToNetwork, env);
      return [next, reply === undefined ? noEffects : [send(input.from, input.channel, reply)]];
    }
    case 'timer': case 'disconnected': return [state, noEffects];
    default: return unreachable(input);
  }
};

/** Everything it knows is durable: it stands for the nodes' kernels, which no component's crash empties. */
export const networkActor = (options: NetworkOptions): Actor<NetworkState, ToNetwork | FromNetwork> => ({
  id: options.id,
  initial: initialNetworkState,
  transition,
  durable: (state) => state,
});
