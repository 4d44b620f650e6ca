/** A small world for one client actor and one scripted server: FIFO links, timers, a clock that jumps. */
import { hashText } from '../../src/base/hash.ts';
import type { Actor, Effect, Env, Input } from '../../src/kernel/transition.ts';
import type { ToApiServer } from '../../src/protocol/api.ts';
import { FakeServer } from './fake-server.ts';
import type { Reply } from './fake-server.ts';

export const SERVER = 'kube-apiserver';
export const START_MS = 1_760_000_000_000;

export const testEnv = (nowMs: number = START_MS, self = 'client'): Env =>
  ({ self, nowMs, incarnation: 0, random: (label, n) => hashText(`${label}#${n}`) % 0x1_0000_0000 });

interface Message { readonly from: string; readonly to: string; readonly channel: string; readonly body: unknown }

export class World<S> {
  readonly actor: Actor<S>;
  readonly server = new FakeServer();
  state: S;
  nowMs = START_MS;
  /** Undelivered messages, one FIFO a link. */
  readonly links = new Map<string, Message[]>();
  readonly timers = new Map<string, number>();
  readonly facts: { readonly fact: string; readonly data: unknown }[] = [];
  /** Requests are refused as by a dead server. */
  down = false;

  constructor(actor: Actor<S>) {
    this.actor = actor;
    this.state = actor.initial;
  }

  input(input: Input): void {
    const [state, effects] = this.actor.transition(this.state, input, testEnv(this.nowMs, this.actor.id));
    this.state = state;
    for (const effect of effects) this.execute(effect);
  }

  start(): void { this.input({ kind: 'start', durable: undefined }); }

  replies(replies: readonly Reply[]): void {
    for (const { to, channel, body } of replies) this.push({ from: SERVER, to, channel, body });
  }

  /** Links with something undelivered, in a fixed order. */
  ready(): readonly string[] { return [...this.links].filter(([, queue]) => queue.length > 0).map(([name]) => name).sort((a, b) => (a < b ? -1 : 1)); }

  deliver(link: string): void {
    const message = this.links.get(link)?.shift();
    if (message === undefined) return;
    if (message.to !== SERVER) return this.input({ kind: 'message', from: message.from, channel: message.channel, body: message.body });
    if (this.down) return this.breakChannel(message.channel);
    this.replies(this.server.receive(message.from, message.channel, message.body as ToApiServer));
  }

  breakChannel(channel: string): void {
    for (const [name, queue] of this.links) if (name.endsWith(`|${channel}`) && name.includes(SERVER)) queue.length = 0;
    this.server.breakChannel(channel);
    this.input({ kind: 'disconnected', peer: SERVER, channel });
  }

  fire(key: string): void {
    const due = this.timers.get(key);
    if (due === undefined) return;
    this.timers.delete(key);
    this.nowMs = Math.max(this.nowMs, due);
    this.input({ kind: 'timer', key });
  }

  /** Delivers all messages; with `untilMs`, fires timers up to that time as well. */
  settle(untilMs = this.nowMs): void {
    for (let steps = 0; steps < 100_000; steps += 1) {
      const link = this.ready()[0];
      if (link !== undefined) {
        this.deliver(link);
        continue;
      }
      const next = [...this.timers].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))[0];
      if (next === undefined || next[1] > untilMs) {
        this.nowMs = Math.max(this.nowMs, untilMs);
        return;
      }
      this.fire(next[0]);
    }
    throw new Error('Expected the world to settle. Instead, it went on.');
  }

  private push(message: Message): void {
    const name = `${message.from}|${message.to}|${message.channel}`;
    const queue = this.links.get(name) ?? [];
    queue.push(message);
    this.links.set(name, queue);
  }

  private execute(effect: Effect): void {
    if (effect.kind === 'send') this.push({ from: this.actor.id, to: effect.to, channel: effect.channel, body: effect.body });
    else if (effect.kind === 'arm') this.timers.set(effect.key, this.nowMs + effect.afterMs);
    else if (effect.kind === 'cancel') this.timers.delete(effect.key);
    else if (effect.kind === 'observe') this.facts.push({ fact: effect.fact, data: effect.data });
  }
}
