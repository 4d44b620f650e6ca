/** What kube-apiserver is asked and what it answers, paired: read off the records once, shared by all monitors of a world. */
import type { StepRecord } from '../kernel/step.ts';
import type { ActorId } from '../kernel/transition.ts';
import type { World } from '../kernel/world.ts';
import type { ApiAnswer, ApiRequest, FromApiServer, ToApiServer } from '../protocol/api.ts';

export const APISERVER = 'kube-apiserver';

export interface Exchange {
  readonly client: ActorId;
  readonly userAgent: string | undefined;
  readonly request: ApiRequest;
  readonly answer: ApiAnswer;
}

type Asked = Omit<Exchange, 'answer' | 'client'>;

interface Reader {
  readonly open: Map<string, Asked>;
  last: StepRecord | undefined;
  exchanges: readonly Exchange[];
}

/** `kube-apiserver/1` is one too. */
export const isApiserver = (actor: ActorId | undefined): boolean => actor !== undefined && actor.startsWith(APISERVER);

const keyFor = (server: ActorId, client: ActorId, id: number): string => `${server} ${client} ${id}`;

/** The request that the step brought to kube-apiserver, if it did. */
export const requestIn = ({ actor, input }: StepRecord): { readonly client: ActorId; readonly id: number; readonly channel: string; readonly userAgent: string | undefined; readonly request: ApiRequest } | undefined => {
  if (!isApiserver(actor) || input?.kind !== 'message') return undefined;
  const body = input.body as ToApiServer;
  return body.kind === 'api-request' ? { client: input.from, id: body.id, channel: input.channel, userAgent: body.userAgent, request: body.request } : undefined;
};

const readStep = ({ open }: Reader, record: StepRecord): readonly Exchange[] => {
  const server = record.actor as ActorId;
  const asked = requestIn(record);
  if (asked !== undefined && asked.request.verb !== 'watch') open.set(keyFor(server, asked.client, asked.id), { request: asked.request, userAgent: asked.userAgent });
  let exchanges: Exchange[] | undefined;
  for (const effect of record.effects) {
    if (effect.kind !== 'send') continue;
    const body = effect.body as FromApiServer;
    if (body.kind !== 'api-answer') continue;
    const key = keyFor(server, effect.to, body.id);
    const request = open.get(key);
    if (request === undefined) continue;
    open.delete(key);
    (exchanges ??= []).push({ ...request, client: effect.to, answer: body.answer });
  }
  return exchanges ?? none;
};

const none: readonly never[] = [];
const readers = new WeakMap<World, Reader>();

const readerOf = (world: World): Reader => {
  const known = readers.get(world);
  if (known !== undefined) return known;
  const fresh: Reader = { open: new Map(), last: undefined, exchanges: none };
  readers.set(world, fresh);
  return fresh;
};

/** The exchanges that a step completed. Whoever asks has to be shown every step of kube-apiserver. */
export const exchangesOf = (world: World, record: StepRecord): readonly Exchange[] => {
  if (!isApiserver(record.actor)) return none;
  const reader = readerOf(world);
  if (reader.last !== record) {
    reader.last = record;
    reader.exchanges = readStep(reader, record);
  }
  return reader.exchanges;
};
