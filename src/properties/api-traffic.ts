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

/** `kube-apiserver/1` is one too. */
export const isApiserver = (actor: ActorId | undefined): boolean => actor !== undefined && actor.startsWith(APISERVER);

export interface Incoming {
  readonly client: ActorId;
  readonly id: number;
  readonly channel: string;
  readonly userAgent: string | undefined;
  readonly request: ApiRequest;
}

const readRequest = ({ actor, input }: StepRecord): Incoming | undefined => {
  if (!isApiserver(actor) || input?.kind !== 'message') return undefined;
  const body = input.body as ToApiServer;
  return body.kind === 'api-request' ? { client: input.from, id: body.id, channel: input.channel, userAgent: body.userAgent, request: body.request } : undefined;
};

/** Why memos of one: several monitors ask about the same step. Nothing observable depends on them. */
let requestRecord: StepRecord | undefined;
let lastRequest: Incoming | undefined;
let exchangeRecord: StepRecord | undefined;
let lastExchanges: readonly Exchange[] = [];

/** The request that the step brought to kube-apiserver, if it did. */
export const requestIn = (record: StepRecord): Incoming | undefined => {
  if (record !== requestRecord) {
    requestRecord = record;
    lastRequest = readRequest(record);
  }
  return lastRequest;
};

/** What is unanswered, by server, client and id. */
type Open = Map<ActorId, Map<ActorId, Map<number, Asked>>>;

const openOf = (open: Open, server: ActorId, client: ActorId): Map<number, Asked> => {
  let clients = open.get(server);
  if (clients === undefined) open.set(server, (clients = new Map<ActorId, Map<number, Asked>>()));
  let requests = clients.get(client);
  if (requests === undefined) clients.set(client, (requests = new Map<number, Asked>()));
  return requests;
};

const readStep = (open: Open, record: StepRecord): readonly Exchange[] => {
  const server = record.actor as ActorId;
  const asked = requestIn(record);
  if (asked !== undefined && asked.request.verb !== 'watch') openOf(open, server, asked.client).set(asked.id, { request: asked.request, userAgent: asked.userAgent });
  let exchanges: Exchange[] | undefined;
  for (const effect of record.effects) {
    if (effect.kind !== 'send') continue;
    const body = effect.body as FromApiServer;
    if (body.kind !== 'api-answer') continue;
    const requests = openOf(open, server, effect.to);
    const known = requests.get(body.id);
    if (known === undefined) continue;
    requests.delete(body.id);
    (exchanges ??= []).push({ client: effect.to, userAgent: known.userAgent, request: known.request, answer: body.answer });
  }
  return exchanges ?? none;
};

const none: readonly never[] = [];
const unanswered = new WeakMap<World, Open>();

const openIn = (world: World): Open => {
  const known = unanswered.get(world);
  if (known !== undefined) return known;
  const fresh: Open = new Map();
  unanswered.set(world, fresh);
  return fresh;
};

/** The exchanges that a step completed. Whoever asks has to be shown every step of kube-apiserver. */
export const exchangesOf = (world: World, record: StepRecord): readonly Exchange[] => {
  if (!isApiserver(record.actor)) return none;
  if (record !== exchangeRecord) {
    exchangeRecord = record;
    lastExchanges = readStep(openIn(world), record);
  }
  return lastExchanges;
};
