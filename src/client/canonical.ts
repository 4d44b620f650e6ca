/** The parts of a client that may matter to its future: no ids of requests, no positions in the log, which only count. */
import { memoised } from '../base/memo.ts';
import type { Informers } from './informers.ts';
import type { PendingRequest, Requests } from './requests.ts';

const canonicalRequest = <Tag>({ server, channel, request, tag, retries }: PendingRequest<Tag>): unknown => ({ server, channel, request, tag, retries });

/** By channel, in the order in which they were made. */
export const canonicalRequests: <Tag>(requests: Requests<Tag>) => unknown = memoised(({ server, broken, pending }: Requests<unknown>) => {
  const waiting: Record<string, unknown[]> = {};
  for (const request of [...pending.values()].sort((a, b) => a.id - b.id)) {
    (waiting[request.channel] ??= []).push(canonicalRequest(request));
  }
  return { server, broken, waiting };
});

const canonicalInformer = memoised(({ reflector: { phase, unavailable, server, broken, backOff, lively }, indexer, synced, unsynced }: Informers[number]) =>
  ({ phase, unavailable, server, broken, steps: backOff.backOff.steps, lively, objects: indexer.objects, synced, unsynced }));

export const canonicalInformers = memoised((informers: Informers) => informers.map(canonicalInformer));
