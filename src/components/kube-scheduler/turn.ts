/** What the parts of the scheduler do to a turn: ask the API server, record events, look into caches, change the queue. */
import { hashText } from '../../base/hash.ts';
import type { Pod } from '../../api/types.ts';
import type { Caches } from '../../client/caches.ts';
import { recordSeriesEvent } from '../../client/event-series-recorder.ts';
import type { SeriesRecordedEvent, SeriesRecorderStep } from '../../client/event-series-recorder.ts';
import { cachesOf } from '../../client/informers.ts';
import type { ApiClient } from '../../client/requests.ts';
import { issue } from '../../client/requests.ts';
import type { ApiRequest } from '../../protocol/api.ts';
import type { QueueContext, SchedulingQueue } from './queue/queue.ts';
import type { SchedulerState, Tag, Turn } from './state.ts';
import { copyOf } from './state.ts';

export const set = (turn: Turn, change: Partial<SchedulerState>): void => {
  if (turn.own === undefined || turn.own !== turn.state) turn.state = turn.own = copyOf(turn.state);
  Object.assign(turn.own, change);
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

export const recorderStep = (turn: Turn, { recorder, requests, effects }: SeriesRecorderStep): void => {
  set(turn, { recorder });
  turn.effects.push(...effects);
  for (const { write, request } of requests) {
    ask(turn, channelFor('events', recorder.writes.get(String(write))?.event.regarding.name ?? ''), request, { kind: 'event', write });
  }
};

export const recordEvent = (turn: Turn, event: SeriesRecordedEvent): void =>
  recorderStep(turn, recordSeriesEvent(turn.state.recorder, turn.plan.recorder, event, turn.env));

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
