/**
 * The lifecycle of a reflector: list, watch from there on, and what each way of ending leads to.
 * Models: client-go/tools/cache/reflector.go `Run`, `ListAndWatch`, `list`, `watch`
 * Not modelled: WatchList streaming, paginated lists.
 */
import { setup } from 'xstate';
import { compile } from '../../kernel/statechart.ts';

export type ReflectorPhase = 'stopped' | 'listing' | 'relisting' | 'watching' | 'waiting' | 'backing-off';

export type ReflectorEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  /** The list came. */
  | { readonly type: 'listed' }
  /** The list's resourceVersion is expired, or newer than the server's. */
  | { readonly type: 'unavailable' }
  /** The server does not serve the resource. */
  | { readonly type: 'absent' }
  /** A list or a watch ended in an error. */
  | { readonly type: 'failed' }
  /** ADDED, MODIFIED, DELETED or BOOKMARK. */
  | { readonly type: 'event' }
  /** The watch was ended by the server, or its connection broke after it had been of use. */
  | { readonly type: 'ended' }
  /** No server took the watch: connection refused, or 429. */
  | { readonly type: 'refused' }
  | { readonly type: 'timer' };

export type ReflectorAction = 'list' | 'replace' | 'replaceWithNothing' | 'watch' | 'apply' | 'backOff' | 'stopWatch' | 'cancelTimer' | 'markUnavailable';

const none = (): void => {};

export const reflectorMachine = setup({
  types: { events: {} as ReflectorEvent },
  actions: {
    list: none, replace: none, replaceWithNothing: none, watch: none, apply: none, backOff: none, stopWatch: none, cancelTimer: none, markUnavailable: none,
  },
}).createMachine({
  id: 'reflector',
  initial: 'stopped',
  states: {
    stopped: { on: { start: { target: 'listing', actions: 'list' } } },
    listing: {
      on: {
        listed: { target: 'watching', actions: ['replace', 'watch'] },
        unavailable: { target: 'relisting', actions: ['markUnavailable', 'list'] },
        absent: { target: 'backing-off', actions: ['replaceWithNothing', 'backOff'] },
        failed: { target: 'backing-off', actions: 'backOff' },
        stop: { target: 'stopped' },
      },
    },
    relisting: {
      on: {
        listed: { target: 'watching', actions: ['replace', 'watch'] },
        unavailable: { target: 'backing-off', actions: 'backOff' },
        absent: { target: 'backing-off', actions: ['replaceWithNothing', 'backOff'] },
        failed: { target: 'backing-off', actions: 'backOff' },
        stop: { target: 'stopped' },
      },
    },
    watching: {
      on: {
        event: { actions: 'apply' },
        ended: { actions: 'watch' },
        refused: { target: 'waiting', actions: ['stopWatch', 'backOff'] },
        failed: { target: 'backing-off', actions: ['stopWatch', 'backOff'] },
        stop: { target: 'stopped', actions: 'stopWatch' },
      },
    },
    waiting: {
      on: { timer: { target: 'watching', actions: 'watch' }, stop: { target: 'stopped', actions: 'cancelTimer' } },
    },
    'backing-off': {
      on: { timer: { target: 'listing', actions: 'list' }, stop: { target: 'stopped', actions: 'cancelTimer' } },
    },
  },
});

export const reflectorChart = compile<ReflectorPhase, ReflectorEvent, ReflectorAction>(reflectorMachine);
