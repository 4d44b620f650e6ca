/** Mutants by rewriting: a component as it is, with one kind of message changed on its way in or out. */
import type { KubeObject } from '../../api/object.ts';
import type { Actor, ActorId, Effect, Env, Input } from '../../kernel/transition.ts';
import type { ApiRequest, FromApiServer, ToApiServer, WatchEvent } from '../../protocol/api.ts';
import type { EtcdOp, ToEtcd } from '../../protocol/etcd.ts';
import type { Mutation } from './variant.ts';

/** `kubelet/node-1` -> `kubelet`. */
const componentOf = (actor: ActorId): string => actor.split('/', 1)[0] as string;

export const ofComponent = (component: string) => (actor: ActorId): boolean => componentOf(actor) === component;

type RewriteEffect = (effect: Effect, env: Env) => readonly Effect[];

export const rewritingEffects = (component: string, rewrite: RewriteEffect): Mutation => ({
  appliesTo: ofComponent(component),
  mutate: (actor: Actor): Actor => ({
    ...actor,
    transition: (state, input, env) => {
      const [next, effects] = actor.transition(state, input, env);
      return [next, effects.flatMap((effect) => rewrite(effect, env))];
    },
  }),
});

export const rewritingInput = (component: string, rewrite: (input: Input, env: Env) => Input): Mutation => ({
  appliesTo: ofComponent(component),
  mutate: (actor: Actor): Actor => ({ ...actor, transition: (state, input, env) => actor.transition(state, rewrite(input, env), env) }),
});

type RewriteRequest = (request: ApiRequest, env: Env) => ApiRequest;

/** What a client asks; `userAgent` undefined: whoever asks within the component. */
export const rewritingRequests = (component: string, userAgent: string | undefined, rewrite: RewriteRequest): Mutation => rewritingEffects(component, (effect, env) => {
  if (effect.kind !== 'send') return [effect];
  const body = effect.body as ToApiServer;
  if (body.kind !== 'api-request' || (userAgent !== undefined && body.userAgent !== userAgent)) return [effect];
  return [{ ...effect, body: { ...body, request: rewrite(body.request, env) } }];
});

/** What a client asks at once when a connection to a server has broken. */
export const rewritingRequestsAfterBreaks = (component: string, rewrite: (request: ApiRequest) => ApiRequest): Mutation => ({
  appliesTo: ofComponent(component),
  mutate: (actor: Actor): Actor => ({
    ...actor,
    transition: (state, input, env) => {
      const [next, effects] = actor.transition(state, input, env);
      if (input.kind !== 'disconnected') return [next, effects];
      return [next, effects.map((effect) => {
        const body = effect.kind === 'send' ? effect.body as ToApiServer : undefined;
        return effect.kind === 'send' && body?.kind === 'api-request' ? { ...effect, body: { ...body, request: rewrite(body.request) } } : effect;
      })];
    },
  }),
});

/** What kube-apiserver makes of a request; `from` is the client. */
export const rewritingRequestsReceived = (rewrite: (request: ApiRequest, from: ActorId) => ApiRequest): Mutation => rewritingInput('kube-apiserver', (input) => {
  if (input.kind !== 'message') return input;
  const body = input.body as ToApiServer;
  if (body.kind !== 'api-request') return input;
  const request = rewrite(body.request, input.from);
  return request === body.request ? input : { ...input, body: { ...body, request } };
});

/** Objects as they come to a client by its watches. */
export const rewritingWatchEvents = (component: string, rewrite: (object: KubeObject) => KubeObject): Mutation => rewritingInput(component, (input) => {
  if (input.kind !== 'message') return input;
  const body = input.body as FromApiServer;
  if (body.kind !== 'api-watch-event' || body.event.type === 'ERROR') return input;
  return { ...input, body: { ...body, event: { ...body.event, object: rewrite(body.event.object) } } };
});

/** Watch events that a client does not learn of: it hears of their revision only, as of a bookmark's. */
export const losingWatchEvents = (component: string, isLost: (type: WatchEvent['type'], object: KubeObject) => boolean): Mutation => rewritingInput(component, (input) => {
  if (input.kind !== 'message') return input;
  const body = input.body as FromApiServer;
  if (body.kind !== 'api-watch-event' || body.event.type === 'ERROR' || !isLost(body.event.type, body.event.object)) return input;
  return { ...input, body: { ...body, event: { type: 'BOOKMARK', object: body.event.object } } };
});

/** What kube-apiserver says to its clients. */
export const rewritingAnswers = (rewrite: (body: FromApiServer, to: ActorId) => readonly FromApiServer[]): Mutation => rewritingEffects('kube-apiserver', (effect) =>
  (effect.kind === 'send' && 'kind' in (effect.body as object) && (effect.body as FromApiServer).kind.startsWith('api-')
    ? rewrite(effect.body as FromApiServer, effect.to).map((body) => ({ ...effect, body }))
    : [effect]));

/** What kube-apiserver writes: every operation of a transaction that it sends to etcd. */
export const rewritingWrites = (rewrite: (op: EtcdOp) => EtcdOp): Mutation => rewritingEffects('kube-apiserver', (effect) => {
  if (effect.kind !== 'send') return [effect];
  const body = effect.body as ToEtcd;
  if (body.kind !== 'etcd-call' || body.call.kind !== 'txn') return [effect];
  return [{ ...effect, body: { ...body, call: { ...body.call, success: body.call.success.map(rewrite) } } }];
});

/** Objects of one kind as they are put. */
export const rewritingPuts = <T extends KubeObject>(kind: string, rewrite: (object: T) => T): Mutation => rewritingWrites((op) => {
  if (op.kind !== 'put' || (op.value as KubeObject).kind !== kind) return op;
  return { ...op, value: rewrite(op.value as T) };
});

/** The same request as one that changes nothing. */
export const dryRun = (request: ApiRequest): ApiRequest => ({ ...request, options: { ...request.options, dryRun: true } });
