/**
 * The shared informers of one process: for each resource one reflector, one store, and the listeners, each of which is told by messages to itself and
 * so may lag behind the store and behind the others, as goroutines do.
 * Models: client-go/tools/cache/shared_informer.go `sharedIndexInformer`, `processorListener`; client-go/informers/factory.go
 * Not modelled: the 100 ms poll of WaitForCacheSync; listeners added after the start; resync periods that differ between listeners.
 */
import { invariant } from '../base/assert.ts';
import type { ResourceId } from '../api/resources.ts';
import type { KubeObject } from '../api/object.ts';
import type { Effect, Env, Input } from '../kernel/transition.ts';
import { arm, cancel, noEffects, send } from '../kernel/transition.ts';
import type { Caches, IndexFunction, InformerSpec, Lister, Notification } from './caches.ts';
import type { Indexer, IndexSchema } from './indexer.ts';
import { emptyIndexer, indexSchema, listerOf } from './indexer.ts';
import { applyChange, resyncOf } from './notifications.ts';
import type { Reflection, Reflector, ReflectorSpec } from './reflector/reflector.ts';
import { newReflector, reflect, stopReflector } from './reflector/reflector.ts';
import type { ApiClient } from './requests.ts';

export interface ListeningInformerSpec extends InformerSpec {
  /** Names of those who are told, one `AddEventHandler` each. None: only listed from. */
  readonly listeners: readonly string[];
}

/** One informer's configuration, worked out once. */
interface InformerPlan extends ListeningInformerSpec {
  readonly reflector: ReflectorSpec;
  readonly schema: IndexSchema;
  readonly resyncTimer: string;
  readonly channels: readonly string[];
}

/** The configuration of a process's informers: no part of its state. */
export interface InformerSet {
  readonly plans: readonly InformerPlan[];
  readonly client: ApiClient;
  readonly byResource: ReadonlyMap<ResourceId, number>;
  /** By channel of the reflectors. */
  readonly byChannel: ReadonlyMap<string, number>;
  readonly byTimer: ReadonlyMap<string, number>;
}

interface Informer {
  readonly reflector: Reflector;
  readonly indexer: Indexer;
  /** The first list is in the store and handed to the listeners. */
  readonly synced: boolean;
  /** Listeners that have not handled the first list yet. */
  readonly unsynced: readonly string[];
}

/** In the order of the set's plans. */
export type Informers = readonly Informer[];

/** The body of a message on `listener/<resource>/<listener>`. `life`: which start of the informers it stems from. */
export interface NotifyBody {
  readonly kind: 'notify';
  readonly notifications: readonly Notification[];
  readonly life: number;
}

export interface Informed {
  readonly informers: Informers;
  readonly effects: readonly Effect[];
}

/** Why: ids of requests are unique in a process; each reflector counts in a range of its own, beyond those of `Requests`. */
const ID_RANGE = 1_000_000_000;

export const listenerChannel = (resource: ResourceId, listener: string): string => `listener/${resource}/${listener}`;

const planOf = (spec: ListeningInformerSpec, at: number): InformerPlan => ({
  ...spec,
  reflector: {
    channel: `watch/${spec.resource}`, timer: `informer/${spec.resource}`, resource: spec.resource, firstId: ID_RANGE * (at + 1),
    ...(spec.namespace === undefined ? {} : { namespace: spec.namespace }),
    ...(spec.labelSelector === undefined ? {} : { labelSelector: spec.labelSelector }),
    ...(spec.fieldSelector === undefined ? {} : { fieldSelector: spec.fieldSelector }),
  },
  schema: indexSchema(spec.indexes),
  resyncTimer: `resync/${spec.resource}`,
  channels: spec.listeners.map((listener) => listenerChannel(spec.resource, listener)),
});

/** One informer a resource. Throws on a resource that comes twice. */
export const informerSet = (specs: readonly ListeningInformerSpec[], client: ApiClient): InformerSet => {
  const plans = specs.map(planOf);
  const byResource = new Map(plans.map(({ resource }, at) => [resource, at] as const));
  invariant(byResource.size === plans.length, 'Expected one informer a resource. Instead, received two. Hint: merge their listeners and indexes.');
  return {
    plans, client, byResource,
    byChannel: new Map(plans.map(({ reflector }, at) => [reflector.channel, at] as const)),
    byTimer: new Map(plans.flatMap(({ reflector, resyncTimer }, at) => [[reflector.timer, at], [resyncTimer, at]] as const)),
  };
};

export const newInformers = (set: InformerSet): Informers => set.plans.map((plan) =>
  ({ reflector: newReflector(), indexer: emptyIndexer(plan.schema), synced: false, unsynced: plan.listeners }));

const withInformer = (informers: Informers, at: number, informer: Informer): Informers => {
  if (informers[at] === informer) return informers;
  const copy = informers.slice();
  copy[at] = informer;
  return copy;
};

const notify = (plan: InformerPlan, notifications: readonly Notification[], env: Env, effects: readonly Effect[], life: number): readonly Effect[] => {
  if (notifications.length === 0 || plan.channels.length === 0) return effects;
  const body: NotifyBody = { kind: 'notify', notifications, life };
  const all = effects.slice();
  for (const channel of plan.channels) all.push(send(env.self, channel, body));
  return all;
};

const absorb = (informer: Informer, plan: InformerPlan, { reflector, change, effects }: Reflection, env: Env, life: number): readonly [Informer, readonly Effect[]] => {
  if (change === undefined) {
    const { indexer, synced, unsynced } = informer;
    return [reflector === informer.reflector ? informer : { reflector, indexer, synced, unsynced }, effects];
  }
  const { indexer, notifications } = applyChange(informer.indexer, plan.schema, plan.resource, change, !informer.synced);
  const told = notify(plan, notifications, env, effects, life);
  if (change.kind !== 'replace') return [{ reflector, indexer, synced: informer.synced, unsynced: informer.unsynced }, told];
  const resync = plan.resyncMs === undefined || plan.resyncMs === 0 ? told : [...told, arm(plan.resyncTimer, plan.resyncMs)];
  const unsynced = !informer.synced && notifications.length === 0 ? [] : informer.unsynced;
  return [{ reflector, indexer, synced: true, unsynced }, resync];
};

const step = (set: InformerSet, informers: Informers, at: number, input: Input, env: Env, life: number): Informed => {
  const plan = set.plans[at] as InformerPlan;
  const informer = informers[at] as Informer;
  const [next, effects] = absorb(informer, plan, reflect(informer.reflector, plan.reflector, set.client, input, env), env, life);
  return { informers: withInformer(informers, at, next), effects };
};

const START: Input = { kind: 'start', durable: undefined };

/** Starts every reflector that is stopped. */
export const startInformers = (set: InformerSet, informers: Informers, env: Env, life = 0): Informed => {
  let next = informers;
  const effects: Effect[] = [];
  for (let at = 0; at < set.plans.length; at += 1) {
    const informed = step(set, next, at, START, env, life);
    next = informed.informers;
    effects.push(...informed.effects);
  }
  return { informers: next, effects };
};

/** Stops every reflector and forgets the stores; `startInformers` begins anew, under another `life`. */
export const stopInformers = (set: InformerSet, informers: Informers, env: Env): Informed => {
  const effects: Effect[] = [];
  const fresh = informers.map((informer, at) => {
    const plan = set.plans[at] as InformerPlan;
    const stopped = stopReflector(informer.reflector, plan.reflector, set.client, env);
    effects.push(...stopped.effects, ...(plan.resyncMs === undefined ? noEffects : [cancel(plan.resyncTimer)]));
    return { reflector: newReflector(stopped.reflector.sent), indexer: emptyIndexer(plan.schema), synced: false, unsynced: plan.listeners };
  });
  return { informers: fresh, effects };
};

const resync = (informers: Informers, plan: InformerPlan, at: number, env: Env, life: number): Informed => {
  const told = notify(plan, resyncOf((informers[at] as Informer).indexer, plan.resource), env, noEffects, life);
  return { informers, effects: [...told, arm(plan.resyncTimer, plan.resyncMs ?? 0)] };
};

/** Takes what concerns reflectors: messages and breaks on `watch/...`, timers; any other input changes nothing. */
export const informersInput = (set: InformerSet, informers: Informers, input: Input, env: Env, life = 0): Informed => {
  if (input.kind === 'timer') {
    const at = set.byTimer.get(input.key);
    if (at === undefined) return { informers, effects: noEffects };
    const plan = set.plans[at] as InformerPlan;
    return input.key === plan.resyncTimer ? resync(informers, plan, at, env, life) : step(set, informers, at, input, env, life);
  }
  const at = input.kind === 'start' ? undefined : set.byChannel.get(input.channel);
  return at === undefined ? { informers, effects: noEffects } : step(set, informers, at, input, env, life);
};

/** Called when a listener has handled a message: its first is the first list. */
export const listenerHandled = (set: InformerSet, informers: Informers, resource: ResourceId, listener: string): Informers => {
  const at = set.byResource.get(resource);
  const informer = at === undefined ? undefined : informers[at];
  if (at === undefined || informer === undefined || !informer.unsynced.includes(listener)) return informers;
  return withInformer(informers, at, { ...informer, unsynced: informer.unsynced.filter((name) => name !== listener) });
};

/** Whether the store has its first list and, where a listener is named, that listener has handled it. */
export const hasSynced = (set: InformerSet, informers: Informers, resource: ResourceId, listener?: string): boolean => {
  const informer = informers[set.byResource.get(resource) ?? -1];
  return informer !== undefined && informer.synced && (listener === undefined || !informer.unsynced.includes(listener));
};

/** What reconcilers may read now. */
export const cachesOf = (set: InformerSet, informers: Informers): Caches => ({
  lister: <T extends KubeObject>(resource: ResourceId): Lister<T> => {
    const at = set.byResource.get(resource);
    invariant(at !== undefined, () => `Expected an informer for ${resource}. Instead, found none in this process. Hint: declare it among its informers.`);
    // Why sound: a store holds the objects of its resource only.
    return listerOf((informers[at] as Informer).indexer, (set.plans[at] as InformerPlan).schema) as unknown as Lister<T>;
  },
});

/** Where the cache of a resource stands; '' without one. */
export const revisionOf = (set: InformerSet, informers: Informers, resource: ResourceId): string =>
  informers[set.byResource.get(resource) ?? -1]?.indexer.resourceVersion ?? '';

/** The informers that several parties ask for, one a resource, indexes merged. The same index under one name must be the same function. */
export const mergeInformerSpecs = (
  wanted: readonly { readonly listener: string; readonly resource: ResourceId; readonly handles: boolean; readonly indexes?: Readonly<Record<string, IndexFunction>> }[],
): readonly ListeningInformerSpec[] => {
  const merged = new Map<ResourceId, { resource: ResourceId; listeners: string[]; indexes: Record<string, IndexFunction> }>();
  for (const { listener, resource, handles, indexes } of wanted) {
    const spec = merged.get(resource) ?? { resource, listeners: [], indexes: {} };
    if (handles && !spec.listeners.includes(listener)) spec.listeners.push(listener);
    Object.assign(spec.indexes, indexes);
    merged.set(resource, spec);
  }
  return [...merged.values()];
};
