/** The part of a runtime's state that may matter to the future: times relative to now, without the counter of network calls. */
import { mapFrom } from '../../base/persistent-map.ts';
import type { ContainerRecord, RuntimeState } from './state.ts';

/** Why running time counts only where the behaviour looks at it: two containers that run until stopped are alike whatever their age. */
const agesWith = (record: ContainerRecord): boolean => {
  const { readyAfterMs, unhealthyAfterMs } = record.status.config.behavior;
  return record.status.state === 'running' && (readyAfterMs !== undefined || unhealthyAfterMs !== undefined);
};

const canonicalContainer = (record: ContainerRecord, nowMs: number): unknown => {
  const { createdMs: _created, startedMs, finishedMs, ...status } = record.status;
  const cap = Math.max(status.config.behavior.readyAfterMs ?? 0, status.config.behavior.unhealthyAfterMs ?? 0);
  return {
    phase: record.phase,
    status,
    ...(agesWith(record) && startedMs !== undefined ? { ageMs: Math.min(cap, nowMs - startedMs) } : {}),
    ...(finishedMs === undefined ? {} : { finishedAgoMs: nowMs - finishedMs }),
    ...(record.upMs === undefined ? {} : { upInMs: record.upMs - nowMs }),
    ...(record.ending === undefined ? {} : { ending: { ...record.ending, dueMs: record.ending.dueMs - nowMs } }),
    starter: record.starter,
    stoppers: record.stoppers,
  };
};

export const canonicalRuntime = (state: RuntimeState, nowMs: number): unknown => ({
  sandboxes: mapFrom(state.sandboxes.entries().map(([id, { status: { createdMs: _created, ...status }, ...record }]) => [id, { ...record, status }] as const)),
  containers: mapFrom(state.containers.entries().map(([id, record]) => [id, canonicalContainer(record, nowMs)] as const)),
  images: state.images,
  pulls: mapFrom(state.pulls.entries().map(([image, pull]) => [image, { callers: pull.callers, forMs: nowMs - pull.startedMs }] as const)),
  attempts: state.attempts,
  cni: state.cni,
  isWatched: state.isWatched,
  ...(state.registryIsDown === true ? { registryIsDown: true } : {}),
});
