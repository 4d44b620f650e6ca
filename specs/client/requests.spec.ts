import { describe, expect, it } from 'vitest';
import { tooManyRequests } from '../../src/api/status.ts';
import type { ApiClient, Requests } from '../../src/client/requests.ts';
import { issue, noRequests, settle } from '../../src/client/requests.ts';
import type { ApiRequest } from '../../src/protocol/api.ts';

const client: ApiClient = { servers: ['a', 'b'], credential: { kind: 'anonymous' }, userAgent: 'me' };
const request: ApiRequest = { verb: 'get', resource: 'deployments.apps', namespace: 'n', name: 'web' };
const issued = (requests: Requests<string>, tag: string, asking: ApiClient = client): Requests<string> => issue(requests, asking, 'c', request, tag)[0];
const answer = (id: number): { kind: 'message'; from: string; channel: string; body: unknown } =>
  ({ kind: 'message', from: 'a', channel: 'c', body: { kind: 'api-answer', id, answer: { kind: 'done', code: 200, status: {} } } });

describe('requests', () => {
  it('go to the first server, with who asks', () => {
    expect(issue(noRequests<string>(), client, 'c', request, 'x')[1]).toEqual([
      { kind: 'send', to: 'a', channel: 'c', body: { kind: 'api-request', id: 1, credential: { kind: 'anonymous' }, request, userAgent: 'me' } },
    ]);
  });
  it('are settled by their answers, once', () => {
    const requests = issued(issued(noRequests<string>(), 'x'), 'y');
    const { requests: left, settled } = settle(requests, answer(2));
    expect(settled.map(({ tag }) => tag)).toEqual(['y']);
    expect(settle(left, answer(2)).settled).toEqual([]);
    expect(settle(left, answer(2)).requests).toBe(left);
  });
  it('whose connection broke have an unknown outcome, in Go\'s words, in the order sent', () => {
    const requests = issued(issued(noRequests<string>(), 'x'), 'y');
    expect(settle(requests, { kind: 'disconnected', peer: 'a', channel: 'c' }).settled).toEqual(['x', 'y'].map((tag) =>
      ({ tag, answer: { kind: 'unknown-outcome', message: 'Get "https://a:6443/apis/apps/v1/namespaces/n/deployments/web": http2: client connection lost' } })));
  });
  it('on another channel or server are left alone', () => {
    const requests = issued(noRequests<string>(), 'x');
    expect(settle(requests, { kind: 'disconnected', peer: 'a', channel: 'other' }).settled).toEqual([]);
    expect(settle(requests, { kind: 'disconnected', peer: 'b', channel: 'c' }).requests).toBe(requests);
  });
  it('stay with a server until its connection breaks, then go to the next', () => {
    const servers: string[] = [];
    let requests = noRequests<string>();
    const ask = (): void => {
      const [next, [effect]] = issue(requests, client, 'c', request, 'x');
      requests = next;
      if (effect?.kind === 'send') servers.push(effect.to);
    };
    const cut = (peer: string): void => { requests = settle(requests, { kind: 'disconnected', peer, channel: 'c' }).requests; };
    ask(); ask(); cut('a'); ask(); cut('a'); ask(); cut('b'); ask();
    expect(servers).toEqual(['a', 'a', 'b', 'b', 'a']);
  });
  it('time out where the client says so', () => {
    const [requests, effects] = issue(noRequests<string>(), { ...client, timeoutMs: 5000 }, 'c', request, 'x');
    expect(effects[1]).toEqual({ kind: 'arm', key: 'requests/timeout/1', afterMs: 5000 });
    expect(settle(requests, { kind: 'timer', key: 'requests/timeout/1' }).settled[0]?.answer).toEqual({
      kind: 'unknown-outcome', message: 'Get "https://a:6443/apis/apps/v1/namespaces/n/deployments/web": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    });
    expect(settle(requests, answer(1)).effects).toEqual([{ kind: 'cancel', key: 'requests/timeout/1' }]);
  });
});

describe('429 with Retry-After', () => {
  const refused = (id: number, seconds: number): Parameters<typeof settle>[1] =>
    ({ kind: 'message', from: 'a', channel: 'c', body: { kind: 'api-answer', id, answer: { kind: 'refused', code: 429, status: tooManyRequests('slow down', seconds) } } });
  it('is tried again after that time, up to ten times', () => {
    let requests = issued(noRequests<string>(), 'x');
    for (let id = 1; id <= 10; id += 1) {
      const settlement = settle(requests, refused(id, 1));
      expect(settlement.effects).toEqual([{ kind: 'arm', key: `requests/retry/${id}`, afterMs: 1000 }]);
      const retried = settle(settlement.requests, { kind: 'timer', key: `requests/retry/${id}` });
      expect(retried.effects).toMatchObject([{ kind: 'send', to: 'a', body: { id: id + 1, request } }]);
      requests = retried.requests;
    }
    expect(settle(requests, refused(11, 1)).settled).toMatchObject([{ tag: 'x', answer: { code: 429 } }]);
  });
  it('without it is an answer, as of an eviction that a budget forbids', () => {
    expect(settle(issued(noRequests<string>(), 'x'), refused(1, 0)).settled).toHaveLength(1);
  });
  it('while it waits, no broken connection touches it', () => {
    const { requests } = settle(issued(noRequests<string>(), 'x'), refused(1, 1));
    expect(settle(requests, { kind: 'disconnected', peer: 'a', channel: 'c' }).settled).toEqual([]);
  });
});
