/**
 * Hosts controllers inside one actor, as kube-controller-manager runs them in one process: shared informers, one queue per controller, workers.
 * Models: cmd/kube-controller-manager/app/controllermanager.go `Run`, `StartControllers`; client-go/tools/cache `WaitForNamedCacheSync`
 * Not modelled: the start jitter between controllers, health endpoints, client-side rate limits.
 */
import type { Actor, Effect, Env, Input } from '../kernel/transition.ts';
import { arm, cancel, noEffects } from '../kernel/transition.ts';
import type { Answer } from './controller.ts';
import { canonicalHostState } from './host/canonical.ts';
import { hostChart } from './host/machine.ts';
import type { HostAction, HostEvent } from './host/machine.ts';
import type { ChannelRoute, ControllerHostOptions, ControllerPlan, HostPlan, QueuePlan, TimerRoute } from './host/host-plan.ts';
import { hostPlan, queueNamed } from './host/host-plan.ts';
import { eventAnswered, eventTimer, recordIn, runOps } from './host/host-ops.ts';
import type { HostState, Tag, Turn } from './host/host-state.ts';
import { change, contextOf, controllerOf, issueIn, newHostState, setController, setMemory, touch, updateQueue } from './host/host-state.ts';
import type { WorkBody } from './host/host-workers.ts';
import { lookAfterQueues, syncAnswered, work } from './host/host-workers.ts';
import type { Informed, NotifyBody } from './informers.ts';
import { hasSynced, informersInput, listenerHandled, startInformers, stopInformers } from './informers.ts';
import type { ElectionInput } from './leader-election/leader-election.ts';
import { elect, ELECTION_CHANNEL, ELECTION_TIMERS } from './leader-election/leader-election.ts';
import { isRequestTimer, settle } from './requests.ts';
import { add, addDue } from './workqueue/workqueue.ts';

export type { ControllerHostOptions } from './host/host-plan.ts';
export type { HostState } from './host/host-state.ts';

const RESTART_TIMER = 'restart';
/** Why: a process that lost the lead exits, and its kubelet starts the static pod's container anew. */
const RESTART_MS = 10_000;

const absorb = (turn: Turn, { informers, effects }: Informed): void => {
  for (const effect of effects) turn.effects.push(effect);
  if (informers !== turn.state.informers) change(turn, { informers });
};

const areSynced = (turn: Turn, plan: ControllerPlan): boolean => {
  const { plan: { informers: set }, state: { informers } } = turn;
  return plan.resources.every((resource) => hasSynced(set, informers, resource, plan.handled.includes(resource) ? plan.controller.name : undefined));
};

const startPeriodic = (turn: Turn, plan: ControllerPlan, at: number): void => {
  const periodic = plan.controller.periodic?.[at];
  if (periodic === undefined) return;
  updateQueue(turn, queueNamed(plan, periodic.queue), (queue) => add(queue, periodic.key));
  turn.effects.push(arm(plan.periodicTimers[at] as string, periodic.everyMs));
};

const startController = (turn: Turn, plan: ControllerPlan): void => {
  setController(turn, plan, { ...controllerOf(turn, plan), started: true });
  for (const queue of plan.queues) touch(turn, queue);
  const change = plan.controller.start?.(controllerOf(turn, plan).memory, contextOf(turn, plan));
  if (change !== undefined) {
    setMemory(turn, plan, change.memory);
    runOps(turn, plan, change.ops);
  }
  plan.periodicTimers.forEach((_, at) => startPeriodic(turn, plan, at));
};

/** Starts each controller whose caches have synced and whose handlers have seen the first lists. */
const startSynced = (turn: Turn): void => {
  for (const plan of turn.plan.controllers) {
    if (!controllerOf(turn, plan).started && areSynced(turn, plan)) startController(turn, plan);
  }
};

const run = (turn: Turn): void => {
  absorb(turn, startInformers(turn.plan.informers, turn.state.informers, turn.env, turn.state.life));
  startSynced(turn);
};

/** Losing the lead ends the process: all that is volatile goes, and nothing that is still under way concerns the next life. */
const exit = (turn: Turn): void => {
  const { plan, state, env } = turn;
  const { informers, effects } = stopInformers(plan.informers, state.informers, env);
  const timers = [...plan.timers.keys(), ...ELECTION_TIMERS].map(cancel);
  turn.effects.push(...effects, ...timers, arm(RESTART_TIMER, RESTART_MS));
  turn.touched.length = 0;
  turn.state = {
    ...newHostState(plan), phase: state.phase, life: state.life + 1, informers,
    requests: { ...newHostState(plan).requests, nextId: state.requests.nextId, server: state.requests.server, broken: state.requests.broken },
  };
};

const campaign = (turn: Turn, input: ElectionInput): void => {
  const config = turn.plan.election;
  if (config === undefined) return;
  const { election, request, effects, outcome } = elect(turn.state.election, config, input, turn.env);
  change(turn, { election });
  turn.effects.push(...effects);
  if (request !== undefined) issueIn(turn, turn.plan.electionClient, ELECTION_CHANNEL, request, { kind: 'election' });
  if (outcome === 'stopped-leading') drive(turn, { type: 'lose' });
  if (outcome === 'became-leader') drive(turn, { type: 'lead' });
};

const announce = (turn: Turn): void => {
  const { lease, identity } = turn.state.election;
  if (lease !== undefined) recordIn(turn, undefined, { regarding: lease, type: 'Normal', reason: 'LeaderElection', message: `${identity} became leader` });
};

const perform = (turn: Turn, action: HostAction): void => {
  switch (action) {
    case 'campaign': return campaign(turn, { kind: 'start' });
    case 'announce': return announce(turn);
    case 'run': return run(turn);
    case 'exit': return exit(turn);
    default: return action satisfies never;
  }
};

const drive = (turn: Turn, event: HostEvent): void => {
  const { state: phase, actions } = hostChart.next(turn.state.phase, event);
  if (phase !== turn.state.phase) change(turn, { phase });
  for (const action of actions) perform(turn, action);
};

const start = (turn: Turn): void => drive(turn, { type: 'start', elects: turn.plan.election !== undefined });

const handleNotifications = (turn: Turn, plan: ControllerPlan, resource: string, { notifications }: NotifyBody): void => {
  const context = contextOf(turn, plan);
  for (const notification of notifications) {
    const { memory, ops } = plan.controller.handle(controllerOf(turn, plan).memory, notification, context);
    setMemory(turn, plan, memory);
    runOps(turn, plan, ops);
  }
  const informers = listenerHandled(turn.plan.informers, turn.state.informers, resource, plan.controller.name);
  if (informers === turn.state.informers) return;
  change(turn, { informers });
  startSynced(turn);
};

const handleAnswer = (turn: Turn, tag: Tag, answer: Answer): void => {
  switch (tag.kind) {
    case 'sync': {
      const queue = turn.plan.controllers[tag.controller]?.queues[tag.queue];
      return queue === undefined ? undefined : syncAnswered(turn, queue, tag.key, tag.position, answer);
    }
    case 'event': return eventAnswered(turn, turn.plan.controllers[tag.controller], answer);
    case 'election': return campaign(turn, { kind: 'answer', answer });
    default: return tag satisfies never;
  }
};

const settleIn = (turn: Turn, input: Input): void => {
  const { requests, settled, effects } = settle(turn.state.requests, input);
  if (requests !== turn.state.requests) change(turn, { requests });
  turn.effects.push(...effects);
  for (const { tag, answer } of settled) handleAnswer(turn, tag, answer);
};

const informIn = (turn: Turn, input: Input): void => {
  const before = turn.state.informers;
  absorb(turn, informersInput(turn.plan.informers, before, input, turn.env, turn.state.life));
  if (turn.state.controllers.some((controller) => !controller.started)) startSynced(turn);
};

const routeMessage = (turn: Turn, route: ChannelRoute | undefined, input: Input & { readonly kind: 'message' }): void => {
  if (route === undefined) return informIn(turn, input);
  switch (route.kind) {
    case 'notify': {
      const body = input.body as NotifyBody;
      return body.life === turn.state.life ? handleNotifications(turn, route.controller, route.resource, body) : undefined;
    }
    case 'work': return (input.body as WorkBody).life === turn.state.life ? work(turn, route.queue) : undefined;
    case 'answer': return settleIn(turn, input);
    default: return route satisfies never;
  }
};

const queueDue = (turn: Turn, queue: QueuePlan): void => updateQueue(turn, queue, (keys) => addDue(keys, turn.env.nowMs));

const routeTimer = (turn: Turn, route: TimerRoute | undefined, input: Input & { readonly kind: 'timer' }): void => {
  if (route === undefined) {
    if (isRequestTimer(input.key)) return settleIn(turn, input);
    return ELECTION_TIMERS.includes(input.key) ? campaign(turn, input) : informIn(turn, input);
  }
  switch (route.kind) {
    case 'queue': return queueDue(turn, route.queue);
    case 'periodic': return startPeriodic(turn, route.controller, route.at);
    case 'recorder': return eventTimer(turn, route.controller);
    default: return route satisfies never;
  }
};

const takeInput = (turn: Turn, input: Input): void => {
  if (turn.state.phase === 'exited') {
    if (input.kind === 'timer' && input.key === RESTART_TIMER) start(turn);
    return;
  }
  switch (input.kind) {
    case 'start': return start(turn);
    case 'message': return routeMessage(turn, turn.plan.channels.get(input.channel), input);
    case 'timer': return routeTimer(turn, turn.plan.timers.get(input.key), input);
    case 'disconnected':
      settleIn(turn, input);
      return informIn(turn, input);
    default: return input satisfies never;
  }
};

const transitionOf = (plan: HostPlan) => (state: HostState, input: Input, env: Env): readonly [HostState, readonly Effect[]] => {
  const turn: Turn = { plan, env, effects: [], touched: [], controllers: undefined, state, own: undefined };
  takeInput(turn, input);
  lookAfterQueues(turn);
  return [turn.state, turn.effects.length === 0 ? noEffects : turn.effects];
};

/** The actor of a process that runs these controllers. */
export const controllerHostActor = (options: ControllerHostOptions): Actor<HostState> => {
  const plan = hostPlan(options);
  return { id: options.id, initial: newHostState(plan), transition: transitionOf(plan), canonical: canonicalHostState };
};
