/** The state of a process that hosts controllers, and the turn: what one step has changed of it so far. */
import type { Mutable } from '../../base/mutable.ts';
import type { PersistentMap } from '../../base/persistent-map.ts';
import { emptyMap } from '../../base/persistent-map.ts';
import type { Effect, Env } from '../../kernel/transition.ts';
import type { ApiRequest } from '../../protocol/api.ts';
import type { Answer, ControllerContext } from '../controller.ts';
import type { EventRecorder } from '../event-recorder.ts';
import { newEventRecorder } from '../event-recorder.ts';
import type { Informers } from '../informers.ts';
import { cachesOf, newInformers } from '../informers.ts';
import type { Election } from '../leader-election/leader-election.ts';
import { newElection } from '../leader-election/leader-election.ts';
import type { ApiClient, Requests } from '../requests.ts';
import { issue, noRequests } from '../requests.ts';
import type { WorkerPhase } from '../workers/machine.ts';
import type { Workqueue } from '../workqueue/workqueue.ts';
import { newWorkqueue } from '../workqueue/workqueue.ts';
import type { ControllerPlan, HostPlan, QueuePlan } from './host-plan.ts';
import { hostChart } from './machine.ts';
import type { HostPhase } from './machine.ts';

/** A worker that is busy with a key. */
export interface Sync {
  readonly phase: WorkerPhase;
  readonly requests: readonly ApiRequest[];
  readonly mode: 'parallel' | 'in-order';
  readonly stage: unknown;
  /** By position of the request; undefined: not answered yet. */
  readonly answers: readonly (Answer | undefined)[];
}

export interface QueueState {
  readonly queue: Workqueue;
  /** The busy workers, by key. */
  readonly syncs: PersistentMap<Sync>;
  /** Free workers that were called by a message which has not arrived yet. */
  readonly called: number;
}

export interface ControllerState {
  readonly memory: unknown;
  readonly started: boolean;
  readonly queues: readonly QueueState[];
  readonly recorder: EventRecorder;
}

/** Where an answer goes; `controller` -1 is the process itself. */
export type Tag =
  | { readonly kind: 'sync'; readonly controller: number; readonly queue: number; readonly key: string; readonly position: number }
  | { readonly kind: 'event'; readonly controller: number }
  | { readonly kind: 'election' };

export interface HostState {
  readonly phase: HostPhase;
  /** One more each time the process exited by itself and was started again. */
  readonly life: number;
  readonly requests: Requests<Tag>;
  readonly informers: Informers;
  readonly election: Election;
  readonly recorder: EventRecorder;
  readonly controllers: readonly ControllerState[];
}

/** What one step has done so far. Why mutable: a step touches many parts, and nothing of it outlives the transition. */
export interface Turn {
  readonly plan: HostPlan;
  readonly env: Env;
  readonly effects: Effect[];
  /** Queues whose timer and workers are to be looked after at the end of the step. */
  readonly touched: QueuePlan[];
  /** The array of controllers that this step made, and so may write into; undefined while it has made none. */
  controllers: ControllerState[] | undefined;
  state: HostState;
  /** The state itself, once this step has made a copy of its own to write into. */
  own: Mutable<HostState> | undefined;
}

export const newControllerState = (plan: ControllerPlan): ControllerState => ({
  memory: plan.controller.initial, started: false, recorder: newEventRecorder(),
  queues: plan.queues.map(() => ({ queue: newWorkqueue(), syncs: emptyMap<Sync>(), called: 0 })),
});

export const newHostState = (plan: HostPlan): HostState => ({
  phase: hostChart.initial, life: 0, requests: noRequests<Tag>(), informers: newInformers(plan.informers), election: newElection(), recorder: newEventRecorder(),
  controllers: plan.controllers.map(newControllerState),
});

/** Changes some fields of the state. Why spelled out: see mutable.ts. */
export const change = (turn: Turn, fields: Partial<HostState>): void => {
  if (turn.own === undefined || turn.own !== turn.state) {
    const { phase, life, requests, informers, election, recorder, controllers } = turn.state;
    turn.state = turn.own = { phase, life, requests, informers, election, recorder, controllers };
  }
  Object.assign(turn.own, fields);
};

export const controllerOf = (turn: Turn, plan: ControllerPlan): ControllerState => turn.state.controllers[plan.at] as ControllerState;

export const setController = (turn: Turn, plan: ControllerPlan, controller: ControllerState): void => {
  if (turn.controllers === undefined || turn.controllers !== turn.state.controllers) {
    turn.controllers = turn.state.controllers.slice();
    change(turn, { controllers: turn.controllers });
  }
  turn.controllers[plan.at] = controller;
};

export const touch = (turn: Turn, plan: QueuePlan): void => {
  if (!turn.touched.includes(plan)) turn.touched.push(plan);
};

export const setMemory = (turn: Turn, plan: ControllerPlan, memory: unknown): void => {
  const controller = controllerOf(turn, plan);
  const { started, queues, recorder } = controller;
  if (memory !== controller.memory) setController(turn, plan, { memory, started, queues, recorder });
};

export const queueOf = (turn: Turn, plan: QueuePlan): QueueState => controllerOf(turn, plan.controller).queues[plan.at] as QueueState;

export const setQueue = (turn: Turn, plan: QueuePlan, queue: QueueState): void => {
  const controller = controllerOf(turn, plan.controller);
  if (controller.queues[plan.at] === queue) return;
  const queues = controller.queues.slice();
  queues[plan.at] = queue;
  const { memory, started, recorder } = controller;
  setController(turn, plan.controller, { memory, started, queues, recorder });
};

/** Changes the keys of a queue. */
export const updateQueue = (turn: Turn, plan: QueuePlan, change: (queue: Workqueue) => Workqueue): void => {
  const before = queueOf(turn, plan);
  const queue = change(before.queue);
  if (queue === before.queue) return;
  setQueue(turn, plan, { queue, syncs: before.syncs, called: before.called });
  touch(turn, plan);
};

export const contextOf = (turn: Turn, plan: ControllerPlan): ControllerContext => {
  const { env } = turn;
  return {
    nowMs: env.nowMs,
    random: (label, n) => env.random(`${plan.controller.name}/${label}`, n),
    caches: cachesOf(turn.plan.informers, turn.state.informers),
  };
};

export const issueIn = (turn: Turn, client: ApiClient, channel: string, request: ApiRequest, tag: Tag): void => {
  const [requests, effects] = issue(turn.state.requests, client, channel, request, tag);
  change(turn, { requests });
  turn.effects.push(...effects);
};
