import { describe, expect, it } from 'vitest';
import { networkActor } from '../../src/components/network/network-actor.ts';
import { nextOffset, parseRange } from '../../src/components/network/address-range.ts';
import type { NetworkState } from '../../src/components/network/state.ts';
import type { Env } from '../../src/kernel/transition.ts';
import type { FromNetwork, ServicePortRule, ToNetwork } from '../../src/protocol/network.ts';

const actor = networkActor({ id: 'network' });
const env = (draw = 0): Env => ({ self: 'network', nowMs: 0, incarnation: 0, random: () => draw });

const tell = (state: NetworkState, body: ToNetwork, draw = 0): readonly [NetworkState, FromNetwork | undefined] => {
  const [next, effects] = actor.transition(state, { kind: 'message', from: 'asker', channel: 'cni', body }, env(draw));
  const effect = effects[0];
  return [next, effect?.kind === 'send' ? effect.body as FromNetwork : undefined];
};

const up = tell(actor.initial, { kind: 'node-up', node: 'n1', address: '10.0.0.1', podCidr: '10.244.1.0/29' })[0];
const add = (id: number, sandboxId: string, hostNetwork = false): ToNetwork =>
  ({ kind: 'cni-add', id, node: 'n1', sandboxId, podUid: `uid-${sandboxId}`, podNamespace: 'default', podName: sandboxId, hostNetwork });
const ask = (address: string, port: number): ToNetwork => ({ kind: 'connect', id: 9, fromNode: 'n1', address, port, protocol: 'TCP' });
const rule = (endpoints: ServicePortRule['endpoints']): ServicePortRule =>
  ({ name: 'default/web:http', clusterIps: ['10.96.0.10'], externalIps: [], port: 80, nodePort: 30080, protocol: 'TCP', endpoints, sessionAffinity: 'None' });
const outcome = (state: NetworkState, address: string, port: number, draw = 0): unknown => {
  const said = tell(state, ask(address, port), draw)[1];
  return said?.kind === 'connected' ? said.outcome : undefined;
};

describe('pod addresses', () => {
  it('are given in turn, from the second on, and not given twice', () => {
    const [one, first] = tell(up, add(1, 'a'));
    const [two, second] = tell(one, add(2, 'b'));
    expect([first, second]).toMatchObject([{ kind: 'cni-answer', ip: '10.244.1.2' }, { ip: '10.244.1.3' }]);
    const [three] = tell(two, { kind: 'cni-del', id: 3, node: 'n1', sandboxId: 'a' });
    expect(tell(three, add(4, 'c'))[1]).toMatchObject({ ip: '10.244.1.4' });
  });
  it('go round, and run out', () => {
    let state = up;
    const given: unknown[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const [next, said] = tell(state, add(1, name));
      state = next;
      given.push(said?.kind === 'cni-answer' ? said.ip ?? said.error : undefined);
    }
    expect(given).toEqual(['10.244.1.2', '10.244.1.3', '10.244.1.4', '10.244.1.5', '10.244.1.6',
      'failed to allocate for range 0: no IP addresses available in range set: 10.244.1.1-10.244.1.6']);
    const [freed] = tell(state, { kind: 'cni-del', id: 3, node: 'n1', sandboxId: 'b' });
    expect(tell(freed, add(4, 'g'))[1]).toMatchObject({ ip: '10.244.1.3' });
  });
  it('an ADD that comes twice is answered alike', () => {
    const [one] = tell(up, add(1, 'a'));
    expect(tell(one, add(2, 'a'))).toEqual([one, { kind: 'cni-answer', id: 2, ip: '10.244.1.2', error: undefined }]);
  });
  it('of the host network are the node\'s', () => {
    expect(tell(up, add(1, 'a', true))[1]).toMatchObject({ ip: '10.0.0.1' });
  });
  it('are not to be had on a node that is not up', () => {
    expect(tell(actor.initial, add(1, 'a'))[1]).toMatchObject({ ip: undefined, error: 'cni plugin not initialized' });
  });
  it('search begins after the last one given', () => {
    const range = parseRange('10.244.1.0/29');
    expect(range && nextOffset(range, 6, () => false)).toBe(2);
    expect(parseRange('10.244.1.0/33')).toBeUndefined();
  });
});

describe('connections', () => {
  const [ready] = tell(up, add(1, 'a'));
  const [ruled] = tell(ready, { kind: 'rules', node: 'n1', rules: [rule([{ ip: '10.244.1.2', port: 8080 }, { ip: '10.244.1.3', port: 8080 }])] });

  it('to a pod address reach the pod', () => {
    expect(outcome(ready, '10.244.1.2', 8080)).toMatchObject({ kind: 'reached', podName: 'a', node: 'n1', port: 8080 });
  });
  it('to a Service reach one of its endpoints, by the node\'s rules', () => {
    expect(outcome(ruled, '10.96.0.10', 80, 0)).toMatchObject({ kind: 'reached', podName: 'a', port: 8080 });
    expect(outcome(ruled, '10.96.0.10', 80, 1)).toEqual({ kind: 'failed', why: 'no-pod' });
  });
  it('to a node port of any node do too', () => {
    expect(outcome(ruled, '10.0.0.1', 30080, 0)).toMatchObject({ kind: 'reached', podName: 'a' });
  });
  it('need a rule', () => {
    expect(outcome(ready, '10.96.0.10', 80)).toEqual({ kind: 'failed', why: 'no-rule' });
  });
  it('need an endpoint', () => {
    const [empty] = tell(ready, { kind: 'rules', node: 'n1', rules: [rule([])] });
    expect(outcome(empty, '10.96.0.10', 80)).toEqual({ kind: 'failed', why: 'no-endpoints' });
  });
  it('need a pod that lives', () => {
    const [gone] = tell(ready, { kind: 'cni-del', id: 3, node: 'n1', sandboxId: 'a' });
    expect(outcome(gone, '10.244.1.2', 80)).toEqual({ kind: 'failed', why: 'no-pod' });
  });
});
