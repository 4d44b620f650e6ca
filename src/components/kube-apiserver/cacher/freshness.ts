/**
 * Reads that wait until a watch cache is as fresh as they ask.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/cacher/watch_cache.go waitUntilFreshAndBlock, watch_progress.go
 */
import type { ResourceId } from '../../../api/resources.ts';
import type { Status } from '../../../api/status.ts';
import { timeoutError } from '../../../api/status.ts';
import type { Cacher, Job } from '../state.ts';
import { storedAs } from '../storage/codec.ts';
import type { Turn } from '../turn.ts';
import { armTimer, cacherOf, cancelTimer, park, setCacher, unpark } from '../turn.ts';
import { answerFromCache } from './cache-reads.ts';
import { isReady } from './store.ts';

export const FRESH_TIMER = 'fresh/';
const BLOCK_TIMEOUT_MS = 3000;

export const watchChannel = (resource: ResourceId): string => `watch/${resource}`;

/** Asks etcd to say how far the watch has come: what waits for freshness must not wait for the next change. */
export const askProgress = (turn: Turn, resource: ResourceId): void => {
  turn.effects.push({ kind: 'send', to: turn.settings.etcd, channel: watchChannel(resource), body: { kind: 'etcd-watch-progress', watchId: resource } });
};

/** Answers from the cache once it has reached `revision`. */
export const whenFresh = (turn: Turn, job: Job, revision: number, consistent: boolean): void => {
  const resource = storedAs(job.request.resource);
  const cacher = cacherOf(turn, resource);
  if (cacher.revision >= revision) return answerFromCache(turn, job, cacher);
  const key = park(turn, { kind: 'list', job, resource, revision, consistent });
  setCacher(turn, { ...cacher, waiting: [...cacher.waiting, key] });
  askProgress(turn, resource);
  return armTimer(turn, FRESH_TIMER + key, BLOCK_TIMEOUT_MS);
};

/** Answers those who waited long enough, in the order in which they came. */
export const wakeReads = (turn: Turn, cacher: Cacher): void => {
  const late: string[] = [];
  for (const key of cacher.waiting) {
    const parked = turn.state.parked.get(key);
    if (parked?.kind !== 'list') continue;
    if (parked.revision > cacher.revision || !isReady(cacher)) {
      late.push(key);
      continue;
    }
    unpark(turn, key);
    cancelTimer(turn, FRESH_TIMER + key);
    answerFromCache(turn, parked.job, cacher);
  }
  if (late.length !== cacher.waiting.length) setCacher(turn, { ...cacherOf(turn, cacher.resource), waiting: late });
};

/** The 504 of a read that asked for the future. */
export const tooLarge = (wanted: number, current: number): Status => {
  const status = timeoutError(`Too large resource version: ${wanted}, current: ${current}`, 1);
  return { ...status, details: { ...status.details, causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }] } };
};
