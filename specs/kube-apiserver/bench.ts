/** A tiny world for the specs: one etcd, API servers, and a client that collects what it is told, in one fixed order of delivery. */
import { etcdActor } from '../../src/components/etcd/etcd-actor.ts';
import { bootstrapObjects, storedEntries } from '../../src/components/kube-apiserver/bootstrap/bootstrap-objects.ts';
import type { ApiserverOptions } from '../../src/components/kube-apiserver/kube-apiserver-actor.ts';
import { kubeApiserverActor } from '../../src/components/kube-apiserver/kube-apiserver-actor.ts';
import type { Actor, Effect, Env, Input } from '../../src/kernel/transition.ts';
import type { ApiAnswer, ApiRequest, Credential, FromApiServer, WatchEvent } from '../../src/protocol/api.ts';
import { hashText } from '../../src/base/hash.ts';
import type { KubeObject } from '../../src/api/object.ts';

export const ADMIN: Credential = { kind: 'certificate', commonName: 'kubernetes-admin', organizations: ['system:masters'] };
export const START_MS = 1_767_225_600_000;

interface Message { readonly from: string; readonly to: string; readonly channel: string; readonly body: unknown }

type AnyActor = Actor<unknown, unknown>;

export interface Bench {
  nowMs: number;
  /** Messages that match are not delivered until `release`. */
  hold: ((message: Message) => boolean) | undefined;
  readonly queue: Message[];
  readonly states: Map<string, unknown>;
  readonly timers: Map<string, number>;
  readonly answers: Map<number, ApiAnswer>;
  readonly events: Map<number, WatchEvent[]>;
  readonly ended: Set<number>;
  readonly steps: { count: number };
  settle(): void;
  /** Sends and, unless told otherwise, lets everything settle. */
  send(request: ApiRequest, how?: { readonly as?: Credential; readonly to?: string; readonly settle?: boolean; readonly channel?: string }): number;
  ask(request: ApiRequest, as?: Credential, to?: string): ApiAnswer;
  object(request: ApiRequest, as?: Credential): KubeObject;
  refusal(request: ApiRequest, as?: Credential): { readonly code: number; readonly reason: string; readonly message: string };
  watch(request: Omit<ApiRequest, 'verb'>): { readonly id: number; readonly events: WatchEvent[] };
  step(actor: string, input: Input): void;
  release(): void;
  /** Fires the timers due up to then, oldest first. */
  advance(ms: number): void;
}

export const startBench = (options: { readonly servers?: readonly string[]; readonly server?: Partial<ApiserverOptions>; readonly bootstrap?: boolean; readonly hold?: Bench['hold'] } = {}): Bench => {
  const servers = options.servers ?? ['kube-apiserver'];
  const etcd = etcdActor({ id: 'etcd' }) as AnyActor;
  const actors = new Map<string, AnyActor>([['etcd', etcd],
    ...servers.map((id): [string, AnyActor] => [id, kubeApiserverActor({ id, etcd: 'etcd', compactionIntervalMs: 0, ...options.server }) as AnyActor])]);
  let nextId = 1;
  const held: Message[] = [];
  const bench: Bench = {
    nowMs: START_MS, hold: options.hold, queue: [], states: new Map(), timers: new Map(), answers: new Map(), events: new Map(), ended: new Set(), steps: { count: 0 },
    settle: () => {
      for (let message = bench.queue.shift(); message !== undefined; message = bench.queue.shift()) deliver(message);
    },
    send: (request, how = {}) => {
      const id = nextId;
      nextId += 1;
      bench.queue.push({ from: 'client', to: how.to ?? servers[0] ?? '', channel: how.channel ?? (request.verb === 'watch' ? `watch/${id}` : 'api'),
        body: { kind: 'api-request', id, credential: how.as ?? ADMIN, request } });
      if (how.settle !== false) bench.settle();
      return id;
    },
    ask: (request, as, to) => {
      const answer = bench.answers.get(bench.send(request, { ...(as === undefined ? {} : { as }), ...(to === undefined ? {} : { to }) }));
      if (answer === undefined) throw new Error(`no answer to ${request.verb} ${request.resource}`);
      return answer;
    },
    object: (request, as) => {
      const answer = bench.ask(request, as);
      if (answer.kind !== 'object') throw new Error(JSON.stringify(answer));
      return answer.object;
    },
    refusal: (request, as) => {
      const answer = bench.ask(request, as);
      if (answer.kind !== 'refused') throw new Error(JSON.stringify(answer));
      return answer.status;
    },
    watch: (request) => {
      const id = bench.send({ ...request, verb: 'watch' });
      const events = bench.events.get(id) ?? [];
      bench.events.set(id, events);
      return { id, events };
    },
    step: (id, input) => step(id, input),
    release: () => {
      bench.hold = undefined;
      bench.queue.push(...held.splice(0));
      bench.settle();
    },
    advance: (ms) => {
      const until = bench.nowMs + ms;
      for (;;) {
        const due = [...bench.timers].filter(([, at]) => at <= until).sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))[0];
        if (due === undefined) break;
        const [name, at] = due;
        bench.timers.delete(name);
        bench.nowMs = Math.max(bench.nowMs, at);
        const [actor = '', ...key] = name.split('|');
        step(actor, { kind: 'timer', key: key.join('|') });
        bench.settle();
      }
      bench.nowMs = until;
    },
  };
  const toClient = (message: Message): void => {
    const body = message.body as FromApiServer;
    if (body.kind === 'api-answer') bench.answers.set(body.id, body.answer);
    if (body.kind === 'api-watch-event') bench.events.set(body.id, [...[bench.events.get(body.id) ?? []].flat(), body.event]);
    if (body.kind === 'api-watch-end') bench.ended.add(body.id);
  };
  const deliver = (message: Message): void => {
    if (bench.hold?.(message) === true) {
      held.push(message);
      return;
    }
    if (message.to === 'client') return toClient(message);
    return step(message.to, { kind: 'message', from: message.from, channel: message.channel, body: message.body });
  };
  const env = (self: string): Env => ({ self, nowMs: bench.nowMs, incarnation: 0, random: (label, n) => hashText(`${self} ${label} ${n}`) % 2 ** 32 });
  const run = (id: string, effect: Effect): void => {
    if (effect.kind === 'send') bench.queue.push({ from: id, to: effect.to, channel: effect.channel, body: effect.body });
    if (effect.kind === 'arm') bench.timers.set(`${id}|${effect.key}`, bench.nowMs + effect.afterMs);
    if (effect.kind === 'cancel') bench.timers.delete(`${id}|${effect.key}`);
  };
  const step = (id: string, input: Input): void => {
    const actor = actors.get(id);
    if (actor === undefined) return;
    const [state, effects] = actor.transition(bench.states.get(id) ?? actor.initial, input, env(id));
    bench.states.set(id, state);
    bench.steps.count += 1;
    for (const effect of effects) run(id, effect);
  };
  step('etcd', { kind: 'start', durable: undefined });
  if (options.bootstrap !== false) {
    bootstrapObjects(START_MS).flatMap(storedEntries).forEach(({ key, value }, i) =>
      step('etcd', { kind: 'message', from: 'loader', channel: 'kv', body: { kind: 'etcd-call', id: i + 1, call: { kind: 'txn', compare: [], success: [{ kind: 'put', key, value }], failure: [] } } }));
    bench.queue.splice(0);
  }
  for (const id of servers) step(id, { kind: 'start', durable: undefined });
  bench.settle();
  return bench;
};

/** What a finished world tells: the events of a watch as short lines. */
export const told = (events: readonly WatchEvent[]): readonly string[] => events.map((event) =>
  (event.type === 'ERROR' ? `ERROR ${event.status.code} ${event.status.message}` : `${event.type} ${event.object.metadata.name}`));
