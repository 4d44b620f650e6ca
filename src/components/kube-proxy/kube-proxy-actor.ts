/**
 * The kube-proxy of one node: Services and EndpointSlices in, the node's Service rules out, as long as its container's process runs.
 * Models: cmd/kube-proxy/app/server.go Run, pkg/proxy/config/config.go, pkg/proxy/iptables/proxier.go syncProxyRules, pkg/proxy/runner
 * Not modelled: the periodic full sync (nothing but a sync changes the rules here), the node informer, health checks. A stopped kube-proxy leaves its
 *   rules in place, as the real one does.
 */
import type { EndpointSlice, Service } from '../../api/types.ts';
import { unreachable } from '../../base/assert.ts';
import type { PersistentMap } from '../../base/persistent-map.ts';
import { emptyMap } from '../../base/persistent-map.ts';
import { canonicalInformers } from '../../client/canonical.ts';
import type { Notification } from '../../client/caches.ts';
import { keyOf, splitKey } from '../../client/caches.ts';
import type { InformerSet, Informers, NotifyBody } from '../../client/informers.ts';
import { cachesOf, hasSynced, informerSet, informersInput, listenerHandled, newInformers, startInformers, stopInformers } from '../../client/informers.ts';
import type { ApiClient } from '../../client/requests.ts';
import type { Actor, ActorId, Effect, Env, Input } from '../../kernel/transition.ts';
import { arm, cancel, noEffects, send } from '../../kernel/transition.ts';
import type { ServiceRules, ToNetwork } from '../../protocol/network.ts';
import type { ToProcess } from '../../protocol/process.ts';
import type { ProxyPhase } from './machine.ts';
import { proxyChart } from './machine.ts';
import { rulesOfService, serviceOfSlice } from './service-rules.ts';

export interface KubeProxyOptions {
  readonly id: ActorId;
  readonly node: string;
  readonly apiservers: readonly ActorId[];
  readonly network: ActorId;
}

export interface KubeProxyState {
  readonly phase: ProxyPhase;
  /** Containers whose process this is: two for a moment while a rollout replaces the pod. */
  readonly containers: readonly string[];
  /** How often the process was started: notifications of an earlier life are not for this one. */
  readonly life: number;
  readonly informers: Informers;
  /** By Service key. */
  readonly rules: PersistentMap<ServiceRules>;
  /** Services whose rules are out of date. */
  readonly changed: PersistentMap<true>;
  readonly lastSyncMs: number;
}

/** --iptables-min-sync-period. */
const MIN_SYNC_PERIOD_MS = 1000;
const SYNC_TIMER = 'sync';
const LISTENER = 'proxier';
const BY_SERVICE = 'service';
const SERVICES = 'services';
const SLICES = 'endpointslices.discovery.k8s.io';
const NOT_OURS = '!service.kubernetes.io/headless,!service.kubernetes.io/service-proxy-name';

interface Process { readonly options: KubeProxyOptions; readonly set: InformerSet }

type Moved = readonly [KubeProxyState, readonly Effect[]];
type ProxyEvent = Parameters<typeof proxyChart.next>[1];

const processOf = (options: KubeProxyOptions): Process => {
  const client: ApiClient = { servers: options.apiservers, credential: { kind: 'token', token: 'sa:kube-system:kube-proxy' }, userAgent: 'kube-proxy' };
  return {
    options,
    set: informerSet([
      { resource: SERVICES, labelSelector: NOT_OURS, listeners: [LISTENER] },
      {
        resource: SLICES, labelSelector: NOT_OURS, listeners: [LISTENER],
        indexes: { [BY_SERVICE]: (object) => { const service = serviceOfSlice(object as EndpointSlice); return service === undefined ? [] : [service]; } },
      },
    ], client),
  };
};

/** Brings the rules of the changed Services up to date and writes the node's whole rule set. */
const sync = (state: KubeProxyState, { options, set }: Process, env: Env): Moved => {
  const caches = cachesOf(set, state.informers);
  const services = caches.lister<Service>(SERVICES);
  const slices = caches.lister<EndpointSlice>(SLICES);
  const rules = state.changed.keys().reduce((all, key) => {
    const { namespace, name } = splitKey(key);
    const service = services.get(namespace, name);
    const own = service === undefined ? [] : rulesOfService(service, slices.byIndex(BY_SERVICE, key), options.node);
    return own.length === 0 ? all.delete(key) : all.set(key, own);
  }, state.rules);
  const body: ToNetwork = { kind: 'rules', node: options.node, rules: rules.values().flat() };
  return [{ ...state, rules, changed: emptyMap<true>(), lastSyncMs: env.nowMs }, [send(options.network, 'rules', body)]];
};

type Action = ReturnType<typeof proxyChart.next>['actions'][number];

const act = (state: KubeProxyState, process: Process, env: Env, action: Action): Moved => {
  switch (action) {
    case 'startInformers': {
      const life = state.life + 1;
      const { informers, effects } = startInformers(process.set, state.informers, env, life);
      return [{ ...state, informers, life }, effects];
    }
    case 'stopInformers': {
      const { informers, effects } = stopInformers(process.set, state.informers, env);
      return [{ ...state, informers, rules: emptyMap<ServiceRules>(), changed: emptyMap<true>() }, effects];
    }
    case 'armSync': return [state, [arm(SYNC_TIMER, state.lastSyncMs + MIN_SYNC_PERIOD_MS - env.nowMs)]];
    case 'disarmSync': return [state, [cancel(SYNC_TIMER)]];
    case 'sync': return sync(state, process, env);
    default: return unreachable(action);
  }
};

const move = (state: KubeProxyState, process: Process, env: Env, event: ProxyEvent): Moved => {
  const { state: phase, actions } = proxyChart.next(state.phase, event);
  return actions.reduce<Moved>(([current, effects], action) => {
    const [next, more] = act(current, process, env, action);
    return [next, [...effects, ...more]];
  }, [phase === state.phase ? state : { ...state, phase }, noEffects]);
};

const concerned = ({ resource, object }: Notification): string | undefined => (resource === SERVICES ? keyOf(object) : serviceOfSlice(object as EndpointSlice));

const notified = (state: KubeProxyState, process: Process, env: Env, body: NotifyBody): Moved => {
  const changed = body.notifications.reduce((all, notification) => {
    const service = concerned(notification);
    return service === undefined ? all : all.set(service, true);
  }, state.changed);
  const resource = body.notifications[0]?.resource;
  const informers = resource === undefined ? state.informers : listenerHandled(process.set, state.informers, resource, LISTENER);
  const next = changed === state.changed && informers === state.informers ? state : { ...state, changed, informers };
  return changed === state.changed ? filled(next, process, env) : filledOrChanged(next, process, env);
};

const isFilled = (state: KubeProxyState, { set }: Process): boolean =>
  [SERVICES, SLICES].every((resource) => hasSynced(set, state.informers, resource, LISTENER));

const filled = (state: KubeProxyState, process: Process, env: Env): Moved =>
  (state.phase === 'running.filling' && isFilled(state, process) ? move(state, process, env, { type: 'filled' }) : [state, noEffects]);

const filledOrChanged = (state: KubeProxyState, process: Process, env: Env): Moved =>
  (state.phase === 'running.filling' ? filled(state, process, env)
    : move(state, process, env, { type: 'changed', isDue: env.nowMs >= state.lastSyncMs + MIN_SYNC_PERIOD_MS }));

/** Lets the informers look at an input; the first lists may fill the caches. */
const informed = (state: KubeProxyState, process: Process, env: Env, input: Input): Moved => {
  const { informers, effects } = informersInput(process.set, state.informers, input, env, state.life);
  if (informers === state.informers) return [state, effects];
  const [next, more] = filled({ ...state, informers }, process, env);
  return [next, more.length === 0 ? effects : [...effects, ...more]];
};

const onMessage = (state: KubeProxyState, process: Process, env: Env, input: Input & { readonly kind: 'message' }): Moved => {
  const body = input.body as ToProcess | NotifyBody | { readonly kind: 'api-answer' };
  switch (body.kind) {
    case 'process-start': return move({ ...state, containers: [...state.containers, body.containerId] }, process, env, { type: 'started' });
    case 'process-stop': {
      const containers = state.containers.filter((id) => id !== body.containerId);
      const next = { ...state, containers };
      return containers.length > 0 ? [next, noEffects] : move(next, process, env, { type: 'stopped' });
    }
    case 'notify': return state.phase === 'absent' || body.life !== state.life ? [state, noEffects] : notified(state, process, env, body);
    default: return state.phase === 'absent' ? [state, noEffects] : informed(state, process, env, input);
  }
};

export const kubeProxyActor = (options: KubeProxyOptions): Actor<KubeProxyState> => {
  const process = processOf(options);
  const initial: KubeProxyState = {
    phase: proxyChart.initial, containers: [], life: 0, informers: newInformers(process.set), rules: emptyMap<ServiceRules>(), changed: emptyMap<true>(), lastSyncMs: 0,
  };
  return {
    id: options.id, initial,
    canonical: (state, nowMs) => ({ ...state, informers: canonicalInformers(state.informers), lastSyncMs: nowMs - state.lastSyncMs }),
    transition: (state, input, env) => {
      switch (input.kind) {
        case 'start': return [state, noEffects];
        case 'message': return onMessage(state, process, env, input);
        case 'timer': return input.key === SYNC_TIMER ? move(state, process, env, { type: 'due' }) : informed(state, process, env, input);
        case 'disconnected': return informed(state, process, env, input);
        default: return unreachable(input);
      }
    },
  };
};
