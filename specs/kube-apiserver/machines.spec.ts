import { describe, expect, it } from 'vitest';
import { cacherChart, serverChart, streamChart } from '../../src/components/kube-apiserver/machine.ts';

describe('lifecycles', () => {
  it('of the server: starts its caches, then answers who waited', () => {
    expect([serverChart.initial, serverChart.initialActions]).toEqual(['starting', ['startCaches']]);
    expect(serverChart.next('starting', { type: 'CACHES_READY' })).toEqual({ state: 'serving', actions: ['answerBacklog'] });
    expect(serverChart.next('serving', { type: 'CACHES_READY' }).actions).toEqual([]);
  });

  it('of a cache: uninitialised, listing, ready, and listing again when history is gone', () => {
    expect(cacherChart.next(cacherChart.initial, { type: 'START' })).toEqual({ state: 'listing', actions: ['list'] });
    expect(cacherChart.next('listing', { type: 'LISTED' })).toEqual({ state: 'ready.watching', actions: ['fill', 'openWatch'] });
    expect(cacherChart.next('listing', { type: 'LIST_FAILED' })).toEqual({ state: 'waiting', actions: ['armRetry'] });
    expect(cacherChart.next('ready.watching', { type: 'WATCH_BROKEN' })).toEqual({ state: 'ready.resuming', actions: ['armRetry'] });
    expect(cacherChart.next('ready.resuming', { type: 'RETRY' })).toEqual({ state: 'ready.watching', actions: ['openWatch'] });
    expect(cacherChart.next('ready.watching', { type: 'WATCH_EXPIRED' })).toEqual({ state: 'listing', actions: ['endStreams', 'list'] });
  });

  it('of a stream: ends once, with or without a word', () => {
    expect(streamChart.next('opening', { type: 'OPENED' })).toEqual({ state: 'streaming', actions: ['register', 'armTimeout', 'replay'] });
    expect(streamChart.next('opening', { type: 'EXPIRED' })).toEqual({ state: 'ended', actions: ['sendExpired', 'sendEnd'] });
    expect(streamChart.next('streaming', { type: 'CLIENT_GONE' }).actions).not.toContain('sendEnd');
    expect(streamChart.next('ended', { type: 'TIMEOUT' }).actions).toEqual([]);
  });
});
