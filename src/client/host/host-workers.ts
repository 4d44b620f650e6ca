/**
 * The workers of hosted controllers: each takes a key in a step of its own, and follows the plan of its sync until the key is done.
 * Models: the worker loop of pkg/controller/<name>: `processNextWorkItem`, `handleErr`
 */
import type { ResourceId } from '../../api/resources.ts';
import { observe, send } from '../../kernel/transition.ts';
import { errorOf } from '../controller.ts';
import type { Answer, Plan } from '../controller.ts';
import { revisionOf } from '../informers.ts';
import { workerChart } from '../workers/machine.ts';
import type { WorkerAction, WorkerEvent } from '../workers/machine.ts';
import { addRateLimited, armTimer, done, forget, get, length, numRequeues } from '../workqueue/workqueue.ts';
import type { QueuePlan } from './host-plan.ts';
import { runOps } from './host-ops.ts';
import type { Sync, Turn } from './host-state.ts';
import { contextOf, controllerOf, issueIn, queueOf, setMemory, setQueue, touch, updateQueue } from './host-state.ts';

/** The body of a message on `worker/<controller>/<queue>`. */
export interface WorkBody {
  readonly kind: 'work';
  readonly life: number;
}

type AnyPlan = Plan<unknown, unknown>;

/** What an event of a worker comes with. */
interface Given {
  readonly plan?: AnyPlan;
  readonly position?: number;
  readonly answer?: Answer;
}

const NOTHING: Given = {};
const IDLE: Sync = { phase: workerChart.initial, requests: [], mode: 'parallel', stage: undefined, answers: [] };

const syncOf = (turn: Turn, queue: QueuePlan, key: string): Sync => queueOf(turn, queue).syncs.get(key) ?? IDLE;

const setSync = (turn: Turn, queue: QueuePlan, key: string, sync: Sync): void => {
  const state = queueOf(turn, queue);
  setQueue(turn, queue, { queue: state.queue, syncs: state.syncs.set(key, sync), called: state.called });
};

const cacheRevisions = (turn: Turn, resources: readonly ResourceId[]): Readonly<Record<ResourceId, string>> => {
  const revisions: Record<ResourceId, string> = {};
  for (const resource of resources) revisions[resource] = revisionOf(turn.plan.informers, turn.state.informers, resource);
  return revisions;
};

const reconcile = (turn: Turn, queue: QueuePlan, key: string): void => {
  const { controller: { controller, resources } } = queue;
  turn.effects.push(observe('reconcile', { controller: controller.name, queue: queue.spec.name, key, cacheRevisions: cacheRevisions(turn, resources) }));
  const { memory } = controllerOf(turn, queue.controller);
  follow(turn, queue, key, controller.reconcile(memory, queue.spec.name, key, contextOf(turn, queue.controller)));
};

const resume = (turn: Turn, queue: QueuePlan, key: string): void => {
  const { controller } = queue.controller;
  const { stage, answers } = syncOf(turn, queue, key);
  const given = answers.filter((answer): answer is Answer => answer !== undefined);
  const { memory } = controllerOf(turn, queue.controller);
  follow(turn, queue, key, controller.resume(memory, queue.spec.name, key, stage, given, contextOf(turn, queue.controller)));
};

/** Does what a plan says now; its requests and its end are the worker's business. */
const follow = (turn: Turn, queue: QueuePlan, key: string, plan: AnyPlan): void => {
  setMemory(turn, queue.controller, plan.memory);
  runOps(turn, queue.controller, plan.ops);
  switch (plan.kind) {
    case 'ask':
      drive(turn, queue, key, { type: 'ask' }, { plan });
      if (plan.requests.length === 0) drive(turn, queue, key, { type: 'answer', last: true }, NOTHING);
      return;
    case 'done': return drive(turn, queue, key, { type: 'succeed' }, { plan });
    case 'failed': return drive(turn, queue, key, { type: 'fail', giveUp: isTooOften(turn, queue, key) }, { plan });
    default: return plan satisfies never;
  }
};

const isTooOften = (turn: Turn, queue: QueuePlan, key: string): boolean =>
  queue.spec.maxRetries !== undefined && numRequeues(queueOf(turn, queue).queue, key) >= queue.spec.maxRetries;

const sendOne = (turn: Turn, queue: QueuePlan, key: string, position: number): void => {
  const request = syncOf(turn, queue, key).requests[position];
  if (request === undefined) return;
  const tag = { kind: 'sync', controller: queue.controller.at, queue: queue.at, key, position } as const;
  issueIn(turn, queue.controller.client, queue.controller.channel, request, tag);
};

/** The first time with a plan: sends all its requests, or the first. Later, in order: the next. */
const sendRequests = (turn: Turn, queue: QueuePlan, key: string, { plan, position }: Given): void => {
  const sync = syncOf(turn, queue, key);
  if (plan?.kind === 'ask') {
    const { requests, mode, stage } = plan;
    setSync(turn, queue, key, { phase: sync.phase, requests, mode, stage, answers: requests.map(() => undefined) });
    if (mode === 'in-order') return sendOne(turn, queue, key, 0);
    for (let at = 0; at < requests.length; at += 1) sendOne(turn, queue, key, at);
    return;
  }
  if (sync.mode === 'in-order') sendOne(turn, queue, key, (position ?? 0) + 1);
};

const keepAnswer = (turn: Turn, queue: QueuePlan, key: string, { position, answer }: Given): void => {
  if (position === undefined) return;
  const sync = syncOf(turn, queue, key);
  const answers = sync.answers.slice();
  answers[position] = answer;
  setSync(turn, queue, key, { phase: sync.phase, requests: sync.requests, mode: sync.mode, stage: sync.stage, answers });
};

const report = (turn: Turn, queue: QueuePlan, key: string, { plan }: Given): void => {
  if (plan?.kind !== 'failed') return;
  turn.effects.push(observe('sync-error', { controller: queue.controller.controller.name, queue: queue.spec.name, key, error: plan.error }));
};

const finish = (turn: Turn, queue: QueuePlan, key: string): void => {
  const state = queueOf(turn, queue);
  setQueue(turn, queue, { queue: done(state.queue, key), syncs: state.syncs.delete(key), called: state.called });
  touch(turn, queue);
};

const perform = (turn: Turn, queue: QueuePlan, key: string, action: WorkerAction, given: Given): void => {
  switch (action) {
    case 'reconcile': return reconcile(turn, queue, key);
    case 'send': return sendRequests(turn, queue, key, given);
    case 'keepAnswer': return keepAnswer(turn, queue, key, given);
    case 'resume': return resume(turn, queue, key);
    case 'forget': return updateQueue(turn, queue, (keys) => forget(keys, key));
    case 'requeue': return updateQueue(turn, queue, (keys) => addRateLimited(keys, queue.limits, key, turn.env.nowMs));
    case 'report': return report(turn, queue, key, given);
    case 'finish': return finish(turn, queue, key);
    default: return action satisfies never;
  }
};

const drive = (turn: Turn, queue: QueuePlan, key: string, event: WorkerEvent, given: Given): void => {
  const sync = syncOf(turn, queue, key);
  const { state, actions } = workerChart.next(sync.phase, event);
  const { requests, mode, stage, answers } = sync;
  if (state !== sync.phase) setSync(turn, queue, key, { phase: state, requests, mode, stage, answers });
  for (const action of actions) perform(turn, queue, key, action, given);
};

/** A worker was called: it takes the key that is first now. */
export const work = (turn: Turn, queue: QueuePlan): void => {
  const state = queueOf(turn, queue);
  const [key, keys] = get(state.queue);
  setQueue(turn, queue, { queue: keys, syncs: state.syncs, called: Math.max(0, state.called - 1) });
  touch(turn, queue);
  if (key !== undefined) drive(turn, queue, key, { type: 'take' }, NOTHING);
};

/** In order, a failure is the last answer; in parallel, the last is the one that was still missing. */
const isLast = ({ mode, requests, answers }: Sync, position: number, answer: Answer): boolean =>
  (mode === 'in-order'
    ? position === requests.length - 1 || errorOf(answer) !== undefined
    : answers.every((known, at) => at === position || known !== undefined));

/** An answer came for a sync. */
export const syncAnswered = (turn: Turn, queue: QueuePlan, key: string, position: number, answer: Answer): void => {
  const sync = queueOf(turn, queue).syncs.get(key);
  if (sync === undefined) return;
  drive(turn, queue, key, { type: 'answer', last: isLast(sync, position, answer) }, { position, answer });
};

/** Calls as many free workers as there are keys for, and arms the queue's timer. */
const lookAfter = (turn: Turn, queue: QueuePlan): void => {
  const state = queueOf(turn, queue);
  const [keys, timer] = armTimer(state.queue, queue.timer, turn.env.nowMs);
  turn.effects.push(...timer);
  const started = controllerOf(turn, queue.controller).started;
  const wanted = started ? Math.min(length(keys), queue.spec.workers - state.syncs.size) : 0;
  for (let called = state.called; called < wanted; called += 1) {
    turn.effects.push(send(turn.env.self, queue.channel, { kind: 'work', life: turn.state.life } satisfies WorkBody));
  }
  if (keys === state.queue && wanted <= state.called) return;
  setQueue(turn, queue, { queue: keys, syncs: state.syncs, called: Math.max(state.called, wanted) });
};

export const lookAfterQueues = (turn: Turn): void => {
  for (const queue of turn.touched) lookAfter(turn, queue);
};
