/** A run made by hand for one property: a real etcd that objects are put into, and messages of the other actors as they are told. */
import type { KubeObject } from '../../src/api/object.ts';
import { encodeObject } from '../../src/components/kube-apiserver/storage/codec.ts';
import type { StepRecord } from '../../src/kernel/step.ts';
import type { Effect, Input } from '../../src/kernel/transition.ts';
import type { World } from '../../src/kernel/world.ts';
import { checkProperties, propertyNamed } from '../../src/properties/index.ts';
import type { Property } from '../../src/properties/index.ts';
import type { ApiAnswer, ApiRequest, FromApiServer, WatchEvent } from '../../src/protocol/api.ts';
import { driveEtcd } from '../etcd/etcd-driver.ts';

export interface Story {
  /** Writes objects, one revision each. */
  readonly put: (...objects: readonly KubeObject[]) => Story;
  readonly remove: (object: KubeObject) => Story;
  /** The client's request arrives at kube-apiserver, and is answered at once. */
  readonly exchange: (client: string, request: ApiRequest, answer: ApiAnswer, userAgent?: string) => Story;
  readonly request: (client: string, request: ApiRequest, userAgent?: string) => Story;
  /** kube-apiserver sends an event of the watch that `request` number `id` of the client opened. */
  readonly sends: (client: string, id: number, event: WatchEvent) => Story;
  /** An actor receives a message. */
  readonly receives: (actor: string, channel: string, body: unknown) => Story;
  readonly does: (actor: string, effect: Effect) => Story;
  readonly fault: (step: StepRecord['step']) => Story;
  readonly passes: (ms: number) => Story;
  /** What an actor's state is from now on. */
  readonly state: (actor: string, state: unknown) => Story;
  /** The signatures of what was found so far, the end judged too. */
  readonly ends: () => readonly string[];
  readonly evaluated: () => number;
  readonly revision: () => number;
}

const START_MS = 1_767_225_600_000;

interface Mutable { nowMs: number; steps: number; requests: number }

export const storyFor = (id: string): Story => {
  const property = propertyNamed(id) as Property;
  const checker = checkProperties([property]);
  const etcd = driveEtcd();
  const states = new Map<string, unknown>();
  const now: Mutable = { nowMs: START_MS, steps: 0, requests: 0 };
  const world = {
    config: { startMs: START_MS, lagMs: 1000 },
    get nowMs() { return now.nowMs; },
    get stepCount() { return now.steps; },
    stateOf: (actor: string) => (actor === 'etcd' ? etcd.state() : states.get(actor)),
    actors: () => [...states.keys()],
    incarnationOf: () => 0,
    undelivered: () => [],
  } as unknown as World;
  const record = (actor: string | undefined, input: Input | undefined, effects: readonly Effect[], step?: StepRecord['step']): void => {
    now.steps += 1;
    checker.step(world, { index: now.steps, nowMs: now.nowMs, step: step ?? { kind: 'deliver', from: 'x', to: actor ?? '', channel: 'x' }, actor, input, effects, cause: 0 });
  };
  const message = (from: string, channel: string, body: unknown): Input => ({ kind: 'message', from, channel, body });
  const written = (): void => record('etcd', undefined, [{ kind: 'append', log: 'etcd', record: etcd.records.at(-1) }]);
  const story: Story = {
    put: (...objects) => {
      for (const object of objects) {
        const { key, value } = encodeObject(object);
        etcd.put(key, value);
        written();
      }
      return story;
    },
    remove: (object) => {
      etcd.remove(encodeObject(object).key);
      written();
      return story;
    },
    exchange: (client, request, answer, userAgent) => {
      story.request(client, request, userAgent);
      record('kube-apiserver', undefined, [{ kind: 'send', to: client, channel: 'requests', body: { kind: 'api-answer', id: now.requests, answer } satisfies FromApiServer }]);
      return story;
    },
    request: (client, request, userAgent) => {
      now.requests += 1;
      const body = { kind: 'api-request', id: now.requests, credential: { kind: 'anonymous' }, request, ...(userAgent === undefined ? {} : { userAgent }) };
      record('kube-apiserver', message(client, request.verb === 'watch' ? `watch/${request.resource}` : 'requests', body), []);
      return story;
    },
    sends: (client, id, event) => {
      record('kube-apiserver', undefined, [{ kind: 'send', to: client, channel: 'watch', body: { kind: 'api-watch-event', id, event } satisfies FromApiServer }]);
      return story;
    },
    receives: (actor, channel, body) => {
      record(actor, message('kube-apiserver', channel, body), []);
      return story;
    },
    does: (actor, effect) => {
      record(actor, undefined, [effect]);
      return story;
    },
    fault: (step) => {
      record(undefined, undefined, [], step);
      return story;
    },
    passes: (ms) => {
      now.nowMs += ms;
      return story;
    },
    state: (actor, state) => {
      states.set(actor, state);
      return story;
    },
    ends: () => {
      checker.end(world);
      return checker.findings().map(({ signature }) => signature);
    },
    evaluated: () => checker.evaluated().get(id) ?? 0,
    revision: () => etcd.state().revision,
  };
  return story;
};
