/**
 * The lifecycles of an API server: the server itself, one watch cache, one watch stream.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/cacher/{cacher,ready,cache_watcher}.go, client-go/tools/cache/reflector.go
 * Not modelled: the end of a slow client's stream (links are unbounded).
 */
import { setup } from 'xstate';
import { compile } from '../../kernel/statechart.ts';

export type ServerPhase = 'starting' | 'serving';
export type ServerEvent = { readonly type: 'CACHES_READY' };
export type ServerAction = 'startCaches' | 'answerBacklog';

/** Until every watch cache has listed once the server does not accept requests; they wait as in a listener's backlog. */
export const serverMachine = setup({
  types: { events: {} as ServerEvent },
  actions: { startCaches: () => {}, answerBacklog: () => {} },
}).createMachine({
  id: 'kube-apiserver',
  initial: 'starting',
  states: {
    starting: { entry: 'startCaches', on: { CACHES_READY: { target: 'serving', actions: 'answerBacklog' } } },
    serving: {},
  },
});
export const serverChart = compile<ServerPhase, ServerEvent, ServerAction>(serverMachine);

export type CacherPhase = 'uninitialised' | 'listing' | 'waiting' | 'ready.watching' | 'ready.resuming';
export type CacherEvent =
  | { readonly type: 'START' }
  | { readonly type: 'LISTED' }
  | { readonly type: 'LIST_FAILED' }
  | { readonly type: 'RETRY' }
  /** The connection broke; etcd may still know all that was missed. */
  | { readonly type: 'WATCH_BROKEN' }
  /** What was missed is compacted. */
  | { readonly type: 'WATCH_EXPIRED' };
export type CacherAction = 'list' | 'openWatch' | 'armRetry' | 'fill' | 'endStreams';

export const cacherMachine = setup({
  types: { events: {} as CacherEvent },
  actions: { list: () => {}, openWatch: () => {}, armRetry: () => {}, fill: () => {}, endStreams: () => {} },
}).createMachine({
  id: 'cacher',
  initial: 'uninitialised',
  states: {
    uninitialised: { on: { START: { target: 'listing', actions: 'list' } } },
    listing: {
      on: {
        LISTED: { target: 'ready', actions: ['fill', 'openWatch'] },
        LIST_FAILED: { target: 'waiting', actions: 'armRetry' },
      },
    },
    waiting: { on: { RETRY: { target: 'listing', actions: 'list' } } },
    ready: {
      initial: 'watching',
      on: { WATCH_EXPIRED: { target: 'listing', actions: ['endStreams', 'list'] } },
      states: {
        watching: { on: { WATCH_BROKEN: { target: 'resuming', actions: 'armRetry' } } },
        resuming: { on: { RETRY: { target: 'watching', actions: 'openWatch' } } },
      },
    },
  },
});
export const cacherChart = compile<CacherPhase, CacherEvent, CacherAction>(cacherMachine);

export type StreamPhase = 'opening' | 'streaming' | 'ended';
export type StreamEvent =
  | { readonly type: 'OPENED' }
  /** The revision asked for is older than what the cache remembers. */
  | { readonly type: 'EXPIRED' }
  | { readonly type: 'TIMEOUT' }
  /** The client stopped, or its connection broke. */
  | { readonly type: 'CLIENT_GONE' }
  /** The cache lists anew: what it sent so far no longer joins what it will send. */
  | { readonly type: 'CACHE_RESET' };
export type StreamAction = 'register' | 'armTimeout' | 'replay' | 'sendExpired' | 'unregister' | 'cancelTimeout' | 'sendEnd';

export const streamMachine = setup({
  types: { events: {} as StreamEvent },
  actions: {
    register: () => {}, armTimeout: () => {}, replay: () => {}, sendExpired: () => {}, unregister: () => {}, cancelTimeout: () => {}, sendEnd: () => {},
  },
}).createMachine({
  id: 'watch-stream',
  initial: 'opening',
  states: {
    opening: {
      on: {
        OPENED: { target: 'streaming', actions: ['register', 'armTimeout', 'replay'] },
        EXPIRED: { target: 'ended', actions: ['sendExpired', 'sendEnd'] },
      },
    },
    streaming: {
      on: {
        TIMEOUT: { target: 'ended', actions: ['unregister', 'sendEnd'] },
        CLIENT_GONE: { target: 'ended', actions: ['unregister', 'cancelTimeout'] },
        CACHE_RESET: { target: 'ended', actions: ['unregister', 'cancelTimeout', 'sendEnd'] },
      },
    },
    ended: { type: 'final' },
  },
});
export const streamChart = compile<StreamPhase, StreamEvent, StreamAction>(streamMachine);
