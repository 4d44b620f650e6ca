/**
 * The kubelet of one node: it runs the pods that bear its node's name, by its container runtime, and reports what became of them.
 * Models: pkg/kubelet/kubelet.go `syncLoop`; everything it knows is lost in a crash, and learnt again from the API and from the runtime.
 * Not modelled: static pods, volumes, eviction by node pressure, the kubelet's own server, certificates' rotation, runtime health in the Ready condition.
 */
import { invariant, unreachable } from '../../base/assert.ts';
import type { Pod } from '../../api/types.ts';
import type { Notification } from '../../client/caches.ts';
import type { Answer } from '../../client/controller.ts';
import { newEventRecorder, recorderAnswered, recorderTimer } from '../../client/event-recorder.ts';
import { cachesOf, hasSynced, informerSet, informersInput, listenerHandled, newInformers, startInformers } from '../../client/informers.ts';
import type { Informed, NotifyBody } from '../../client/informers.ts';
import { isRequestTimer, settle } from '../../client/requests.ts';
import type { ApiClient } from '../../client/requests.ts';
import { send } from '../../kernel/transition.ts';
import type { Actor, Effect, Env, Input } from '../../kernel/transition.ts';
import type { FromApiServer, ToApiServer } from '../../protocol/api.ts';
import type { FromRuntime, ToRuntime } from '../../protocol/cri.ts';
import type { ToNetwork } from '../../protocol/network.ts';
import { RELIST_TIMER, relistSoon, runtimeAnswered, runtimeEvent, runtimeLost } from './from-runtime.ts';
import { canonicalKubelet } from './canonical.ts';
import { leaseAnswered, LEASE_TIMER, renewLease } from './node/node-lease.ts';
import { checkNode, CHECK_TIMER, nodeAnswered, nodeMayHaveChanged, register, REGISTER_TIMER, reportNode, REPORT_TIMER, startNode } from './node/node-status.ts';
import { defaultPolicy } from './options.ts';
import type { KubeletOptions } from './options.ts';
import { preStopDone } from './pod/kill.ts';
import { answerWorker, dispatch, follow, podGone, podSeen, sweepOrphans } from './pod/pod-workers.ts';
import { postStartDone } from './pod/start-container.ts';
import { proceed } from './pod/sync-pod.ts';
import { probeDue } from './prober.ts';
import { initialKubeletState } from './state.ts';
import type { KubeletState, RequestTag } from './state.ts';
import { retryStatuses, statusAnswered, statusSeen, STATUS_TIMER } from './status/status-manager.ts';
import { followRuntime, followRecorder, set, writable } from './turn.ts';
import type { KubeletPlan, Turn } from './turn.ts';

export type { KubeletOptions } from './options.ts';

export type KubeletBody = FromApiServer | ToApiServer | FromRuntime | ToRuntime | ToNetwork | NotifyBody;

const LISTENER = 'kubelet';
const EVENTS_TIMER = 'events';

const planOf = (options: KubeletOptions): KubeletPlan => {
  const client: ApiClient = {
    servers: options.apiservers,
    credential: { kind: 'certificate', commonName: `system:node:${options.node}`, organizations: ['system:nodes'] },
    userAgent: 'kubelet',
  };
  const informers = informerSet([
    { resource: 'pods', fieldSelector: `spec.nodeName=${options.node}`, listeners: [LISTENER] },
    { resource: 'nodes', fieldSelector: `metadata.name=${options.node}`, listeners: [LISTENER] },
  ], client);
  return {
    options, policy: { ...defaultPolicy, ...options.policy }, client, informers,
    recorder: { source: { component: 'kubelet', host: options.node }, timer: EVENTS_TIMER, ...(options.events === false ? { isSilent: true } : {}) },
  };
};

/** Turns the first list of pods into one of the newest, where the policy says so. */
const freshList = (effect: Effect): Effect => {
  if (effect.kind !== 'send') return effect;
  const body = effect.body as ToApiServer;
  if (body.kind !== 'api-request' || body.request.verb !== 'list' || body.request.options?.resourceVersion !== '0') return effect;
  return { ...effect, body: { ...body, request: { ...body.request, options: { ...body.request.options, resourceVersion: '' } } } };
};

const followInformers = (turn: Turn, { informers, effects }: Informed): void => {
  if (informers !== turn.state.informers) writable(turn).informers = informers;
  turn.effects.push(...(turn.plan.policy.firstPodList === 'any' ? effects : effects.map(freshList)));
};

const start = (turn: Turn): void => {
  const { node, network, address, podCidr } = turn.plan.options;
  turn.effects.push(send(network, 'cni', { kind: 'node-up', node, address, podCidr }));
  startNode(turn);
  followRuntime(turn);
  followInformers(turn, startInformers(turn.plan.informers, turn.state.informers, turn.env));
};

const podNotified = (turn: Turn, notification: Notification): void => {
  const pod = notification.object as Pod;
  switch (notification.kind) {
    case 'add': return podSeen(turn, pod);
    case 'update': {
      const before = notification.before as Pod;
      // Why: a pod that was deleted and made again between two looks has the same key and another uid.
      if (before.metadata.uid !== pod.metadata.uid) podGone(turn, before);
      statusSeen(turn, pod);
      return podSeen(turn, pod);
    }
    case 'delete': return podGone(turn, pod);
    default: return unreachable(notification);
  }
};

/** Pods wait until the runtime has said what it has. */
const notified = (turn: Turn, { notifications }: NotifyBody): void => {
  const resource = notifications[0]?.resource ?? '';
  writable(turn).informers = listenerHandled(turn.plan.informers, turn.state.informers, resource, LISTENER);
  if (resource === 'nodes') return nodeMayHaveChanged(turn);
  if (turn.state.isReady) for (const notification of notifications) podNotified(turn, notification);
  return undefined;
};

/** The runtime has been listed: the pods that the cache has are looked at, in the order of their creation. */
const beginPods = (turn: Turn): void => {
  const pods = cachesOf(turn.plan.informers, turn.state.informers).lister<Pod>('pods').list();
  for (const pod of pods) podSeen(turn, pod);
};

const sweepOnce = (turn: Turn): void => {
  if (turn.state.isSwept || !turn.state.isReady || !hasSynced(turn.plan.informers, turn.state.informers, 'pods', LISTENER)) return;
  set(turn, { isSwept: true });
  sweepOrphans(turn);
};

const requestAnswered = (turn: Turn, tag: RequestTag, answer: Answer): void => {
  switch (tag.kind) {
    case 'status-get': case 'status-patch': case 'status-delete': return statusAnswered(turn, tag, answer);
    case 'node-create': case 'node-get': case 'node-register-patch': case 'node-status-patch': return nodeAnswered(turn, tag.kind, answer);
    case 'lease-get': case 'lease-create': case 'lease-update': return leaseAnswered(turn, tag.kind, answer);
    case 'event': return followRecorder(turn, recorderAnswered(turn.state.recorder, turn.plan.recorder, answer, turn.env));
    default: return unreachable(tag);
  }
};

const settleRequests = (turn: Turn, input: Input): void => {
  const { requests, settled, effects } = settle(turn.state.requests, input);
  if (requests !== turn.state.requests) writable(turn).requests = requests;
  turn.effects.push(...effects);
  for (const { tag, answer } of settled) requestAnswered(turn, tag, answer);
};

const handleMessage = (turn: Turn, input: Extract<Input<KubeletBody>, { readonly kind: 'message' }>): void => {
  const { body } = input;
  switch (body.kind) {
    case 'notify': return notified(turn, body);
    case 'cri-answer': return runtimeAnswered(turn, body, beginPods);
    case 'cri-event': return runtimeEvent(turn, body);
    case 'api-answer': case 'api-watch-event': case 'api-watch-end':
      if (input.channel.startsWith('watch/')) return followInformers(turn, informersInput(turn.plan.informers, turn.state.informers, input, turn.env));
      return settleRequests(turn, input);
    default: invariant(false, `kubelet: unexpected message ${body.kind}`);
  }
};

const podTimer = (turn: Turn, what: string, rest: string): void => {
  const space = rest.indexOf(' ');
  const [uid, which] = space < 0 ? [rest, ''] : [rest.slice(0, space), rest.slice(space + 1)];
  switch (what) {
    case 'worker': return dispatch(turn, uid, { type: 'RETRY' });
    case 'probe': return probeDue(turn, rest);
    case 'pre-stop': return answerWorker(turn, uid, (worker) => {
      preStopDone(turn, worker, which);
      return 'waits';
    });
    case 'post-start': return postStartDone(turn, uid, which) === 'over' ? follow(turn, uid, proceed(turn, uid)) : undefined;
    default: invariant(false, `kubelet: unknown timer ${what} ${rest}`);
  }
};

const handleTimer = (turn: Turn, input: Extract<Input, { readonly kind: 'timer' }>): void => {
  const { key } = input;
  if (isRequestTimer(key)) return settleRequests(turn, input);
  if (turn.plan.informers.byTimer.has(key)) return followInformers(turn, informersInput(turn.plan.informers, turn.state.informers, input, turn.env));
  switch (key) {
    case LEASE_TIMER: return renewLease(turn);
    case CHECK_TIMER: return checkNode(turn);
    case REPORT_TIMER: return reportNode(turn);
    case REGISTER_TIMER: return register(turn);
    case STATUS_TIMER: return retryStatuses(turn, ({ metadata: { namespace = '', name } }) => cachesOf(turn.plan.informers, turn.state.informers).lister<Pod>('pods').get(namespace, name));
    case EVENTS_TIMER: return followRecorder(turn, recorderTimer(turn.state.recorder));
    case RELIST_TIMER: return followRuntime(turn);
    default: {
      const space = key.indexOf(' ');
      return podTimer(turn, key.slice(0, space), key.slice(space + 1));
    }
  }
};

const handleDisconnected = (turn: Turn, input: Extract<Input, { readonly kind: 'disconnected' }>): void => {
  if (input.peer === turn.plan.options.runtime) return input.channel === 'cri' ? runtimeLost(turn) : relistSoon(turn);
  settleRequests(turn, input);
  return followInformers(turn, informersInput(turn.plan.informers, turn.state.informers, input, turn.env));
};

const handle = (turn: Turn, input: Input<KubeletBody>): void => {
  switch (input.kind) {
    case 'start': return start(turn);
    case 'message': return handleMessage(turn, input);
    case 'timer': return handleTimer(turn, input);
    case 'disconnected': return handleDisconnected(turn, input);
    default: return unreachable(input);
  }
};

export const kubeletActor = (options: KubeletOptions): Actor<KubeletState, KubeletBody> => {
  const plan = planOf(options);
  return {
    id: options.id,
    initial: initialKubeletState(newInformers(plan.informers), newEventRecorder()),
    canonical: canonicalKubelet,
    transition: (state, input: Input<KubeletBody>, env: Env) => {
      const turn: Turn = { plan, env, state, own: undefined, effects: [] };
      handle(turn, input);
      sweepOnce(turn);
      return [turn.state, turn.effects as Effect<KubeletBody>[]];
    },
  };
};
