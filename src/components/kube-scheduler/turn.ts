/** What the parts of the scheduler do to a turn: ask the API server, record events, look into caches, change the queue. */
import { hashText } from '../../base/hash.ts';
import type { Pod } from '../../api/types.ts';
import type { Caches } from '../../client/caches.ts';
import { cachesOf } from '../../client/informers.ts';
import type { ApiClient } from '../../client/requests.ts';
import { issue } from '../../client/requests.ts';
import { arm } from '../../kernel/transition.ts';
import type { ApiRequest } from '../../protocol/api.ts';
import type { QueueContext, SchedulingQueue } from './queue/queue.ts';
import type { EventWrite, SeriesEvent } from './series-recorder.ts';
import { FINISH_MS, record, RETRY_MS } from './series-recorder.ts';
import type { SchedulerState, Tag, Turn } from './state.ts';

export const RETRY_TIMER = 'events/retry';
export const FINISH_TIMER = 'events/finish';

export const set = (turn: Turn, change: Partial<SchedulerState>): void => {
  turn.state = { ...turn.state, ...change };
};

const CHANNELS = 16;
/** Why several: requests of different pods are sent by different goroutines and may overtake one another; those of one pod may not. */
export const channelFor = (purpose: string, key: string): string => `${purpose}/${hashText(key) % CHANNELS}`;
export const isAnswerChannel = (channel: string): boolean => /^(?:bind|status|events|victims)\/\d+$/.test(channel);

export const ask = (turn: Turn, channel: string, request: ApiRequest, tag: Tag, client: ApiClient = turn.plan.client): void => {
  const [requests, effects] = issue(turn.state.requests, client, channel, request, tag);
  set(turn, { requests });
  turn.effects.push(...effects);
};

export const writeEvent = (turn: Turn, write: EventWrite): void => ask(turn, channelFor('events', write.request.name ?? ''), write.request, { kind: 'event', write });

export const recordEvent = (turn: Turn, event: SeriesEvent): void => {
  const { recorder, write } = record(turn.state.recorder, event, turn.plan.profile.schedulerName, turn.env);
  if (turn.state.recorder.known.size === 0) turn.effects.push(arm(FINISH_TIMER, FINISH_MS));
  set(turn, { recorder });
  if (write !== undefined) ask(turn, channelFor('events', event.regarding.metadata.name), write.request, { kind: 'event', write });
};

/** Writes that got no answer are tried again after a while. */
export const retryEventsLater = (turn: Turn): void => {
  if (turn.state.recorder.retries.length > 0) turn.effects.push(arm(RETRY_TIMER, RETRY_MS));
};

export const cachesIn = (turn: Turn): Caches => cachesOf(turn.plan.informers, turn.state.informers);
/** The pod as the informer has it. */
export const latestPod = (turn: Turn, pod: Pod): Pod | undefined => cachesIn(turn).lister<Pod>('pods').get(pod.metadata.namespace ?? '', pod.metadata.name);

export const queueContext = (turn: Turn): QueueContext => {
  const { preemptions } = turn.state;
  return {
    profile: turn.plan.profile, nowMs: turn.env.nowMs, backoff: turn.plan.backoff,
    preempting: (uid) => preemptions.size > 0 && preemptions.get(uid)?.phase === 'victims',
  };
};

export const updateQueue = (turn: Turn, change: (queue: SchedulingQueue, context: QueueContext) => SchedulingQueue): void => {
  const queue = change(turn.state.queue, queueContext(turn));
  if (queue !== turn.state.queue) set(turn, { queue });
};
