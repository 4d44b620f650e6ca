/** What controllers ask for besides requests: additions to queues, Events, facts. */
import { observe } from '../../kernel/transition.ts';
import type { Op } from '../controller.ts';
import type { RecorderConfig, RecorderStep } from '../event-recorder.ts';
import { EVENTS_CHANNEL, recordEvent, recorderAnswered, recorderTimer } from '../event-recorder.ts';
import type { EventRecorder } from '../event-recorder.ts';
import type { Answer } from '../controller.ts';
import { add, addAfter, addRateLimited, forget } from '../workqueue/workqueue.ts';
import type { ControllerPlan } from './host-plan.ts';
import { queueNamed } from './host-plan.ts';
import type { Turn } from './host-state.ts';
import { change, controllerOf, issueIn, setController, updateQueue } from './host-state.ts';

/** `plan` undefined: the process's own recorder. */
const recorderOf = (turn: Turn, plan: ControllerPlan | undefined): readonly [EventRecorder, RecorderConfig] =>
  (plan === undefined ? [turn.state.recorder, turn.plan.recorder] : [controllerOf(turn, plan).recorder, plan.recorder]);

const keepRecorder = (turn: Turn, plan: ControllerPlan | undefined, { recorder, request, effects }: RecorderStep): void => {
  if (plan === undefined) change(turn, { recorder });
  else {
    const { memory, started, queues } = controllerOf(turn, plan);
    setController(turn, plan, { memory, started, queues, recorder });
  }
  turn.effects.push(...effects);
  if (request !== undefined) issueIn(turn, plan?.client ?? turn.plan.client, EVENTS_CHANNEL, request, { kind: 'event', controller: plan?.at ?? -1 });
};

export const recordIn = (turn: Turn, plan: ControllerPlan | undefined, event: Parameters<typeof recordEvent>[2]): void => {
  const [recorder, config] = recorderOf(turn, plan);
  keepRecorder(turn, plan, recordEvent(recorder, config, event, turn.env));
};

export const eventAnswered = (turn: Turn, plan: ControllerPlan | undefined, answer: Answer): void => {
  const [recorder, config] = recorderOf(turn, plan);
  keepRecorder(turn, plan, recorderAnswered(recorder, config, answer, turn.env));
};

export const eventTimer = (turn: Turn, plan: ControllerPlan | undefined): void => keepRecorder(turn, plan, recorderTimer(recorderOf(turn, plan)[0]));

const runOp = (turn: Turn, plan: ControllerPlan, op: Op): void => {
  switch (op.op) {
    case 'add': return updateQueue(turn, queueNamed(plan, op.queue), (queue) => add(queue, op.key));
    case 'add-after': return updateQueue(turn, queueNamed(plan, op.queue), (queue) => addAfter(queue, op.key, op.afterMs, turn.env.nowMs));
    case 'add-rate-limited': {
      const target = queueNamed(plan, op.queue);
      return updateQueue(turn, target, (queue) => addRateLimited(queue, target.limits, op.key, turn.env.nowMs));
    }
    case 'forget': return updateQueue(turn, queueNamed(plan, op.queue), (queue) => forget(queue, op.key));
    case 'event': return recordIn(turn, plan, op);
    case 'observe':
      turn.effects.push(observe(op.fact, op.data));
      return;
    default: return op satisfies never;
  }
};

export const runOps = (turn: Turn, plan: ControllerPlan, ops: readonly Op[]): void => {
  for (const op of ops) runOp(turn, plan, op);
};
