import { describe, expect, it } from 'vitest';
import { formatTime } from '../../src/api/time.ts';
import type { KubeObject, UnknownObject } from '../../src/api/object.ts';
import { alreadyExists, notFound } from '../../src/api/status.ts';
import { newEventRecorder, recordEvent, recorderAnswered, recorderTimer } from '../../src/client/event-recorder.ts';
import type { EventRecorder, RecorderStep } from '../../src/client/event-recorder.ts';
import { isSeriesTimer, newSeriesRecorder, recordSeriesEvent, seriesAnswered, seriesTimer, seriesTimers } from '../../src/client/event-series-recorder.ts';
import { emptyLru, lruGet, lruSet } from '../../src/client/events/lru.ts';
import { START_MS, testEnv } from './harness.ts';

const web: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '352' } };
const config = { source: { component: 'deployment-controller' }, timer: 'events/deployment-controller' };
const record = (recorder: EventRecorder, message: string, nowMs = START_MS): RecorderStep =>
  recordEvent(recorder, config, { regarding: web, type: 'Normal', reason: 'ScalingReplicaSet', message }, testEnv(nowMs));
/** The server stores what was asked. */
const accept = (step: RecorderStep, nowMs = START_MS): RecorderStep => {
  const { request } = step;
  if (request === undefined) return step;
  const event = request.verb === 'create' ? request.body as UnknownObject : { ...step.recorder.write?.event, ...(request.body as object) } as unknown as UnknownObject;
  return recorderAnswered(step.recorder, config, { kind: 'object', code: 200, object: { ...event, metadata: { ...event.metadata, resourceVersion: '9' } } }, testEnv(nowMs));
};

describe('event recorder', () => {
  it('creates an Event as client-go writes it', () => {
    const { request } = record(newEventRecorder(), 'Scaled up');
    expect(request).toMatchObject({ verb: 'create', resource: 'events', namespace: 'shop' });
    const now = formatTime(START_MS);
    expect(request?.body).toEqual({
      apiVersion: 'v1', kind: 'Event', metadata: { name: expect.stringMatching(/^web\.[0-9a-f]{16}$/) as unknown, namespace: 'shop' },
      involvedObject: { kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u1', apiVersion: 'apps/v1', resourceVersion: '352' },
      reason: 'ScalingReplicaSet', message: 'Scaled up', source: { component: 'deployment-controller' },
      firstTimestamp: now, lastTimestamp: now, count: 1, type: 'Normal', reportingComponent: 'deployment-controller', reportingInstance: '',
    });
  });
  it('names different Events of one instant differently', () => {
    const names = ['a', 'b', 'c'].map((message) => (record(newEventRecorder(), message).request?.body as KubeObject | undefined)?.metadata.name);
    expect(new Set(names).size).toBe(3);
  });
  it('does nothing where it is silent', () => {
    const recorder = newEventRecorder();
    const step = recordEvent(recorder, { ...config, isSilent: true }, { regarding: web, type: 'Normal', reason: 'ScalingReplicaSet', message: 'a' }, testEnv(START_MS));
    expect(step.recorder).toBe(recorder);
    expect(step).toMatchObject({ request: undefined, effects: [] });
  });
  it('writes one at a time, in order', () => {
    const first = record(newEventRecorder(), 'a');
    const second = record(first.recorder, 'b');
    expect(second.request).toBeUndefined();
    expect(accept({ ...second, request: first.request }).request?.body).toMatchObject({ message: 'b' });
  });
  it('counts a repeated Event by a patch', () => {
    const once = accept(record(newEventRecorder(), 'a')).recorder;
    const twice = record(once, 'a', START_MS + 5000);
    expect(twice.request).toMatchObject({ verb: 'patch', patchType: 'strategic', body: { count: 2, lastTimestamp: formatTime(START_MS + 5000), message: 'a' } });
    expect(record(accept(twice).recorder, 'a').request?.body).toMatchObject({ count: 3 });
  });
  it('creates it anew when the patched Event is gone', () => {
    const twice = record(accept(record(newEventRecorder(), 'a')).recorder, 'a');
    const gone = recorderAnswered(twice.recorder, config, { kind: 'refused', code: 404, status: notFound('', 'events', 'x') }, testEnv());
    expect(gone.request).toMatchObject({ verb: 'create', body: { count: 2, message: 'a' } });
    expect((gone.request?.body as KubeObject | undefined)?.metadata.resourceVersion).toBeUndefined();
  });
  it('combines similar Events from the tenth on', () => {
    let step = record(newEventRecorder(), 'm0');
    for (let i = 1; i < 11; i += 1) step = record(accept(step).recorder, `m${i}`);
    expect(step.request).toMatchObject({ verb: 'patch', body: { count: 2, message: '(combined from similar events): m10' } });
  });
  it('lets 25 Events about an object through, then one every five minutes', () => {
    let step: RecorderStep = { recorder: newEventRecorder(), request: undefined, effects: [] };
    let written = 0;
    for (let i = 0; i < 40; i += 1) {
      step = record(accept(step).recorder, 'same');
      if (step.request !== undefined) written += 1;
    }
    expect(written).toBe(25);
    expect(record(step.recorder, 'same', START_MS + 299_000).request).toBeUndefined();
    expect(record(step.recorder, 'same', START_MS + 301_000).request).toBeDefined();
  });
  it('tries again after connection trouble: at first within 10 s, then every 10 s, twelve times in all', () => {
    let step = record(newEventRecorder(), 'a');
    const delays: number[] = [];
    for (let tries = 1; tries <= 12; tries += 1) {
      step = recorderAnswered(step.recorder, config, { kind: 'unknown-outcome', message: 'EOF' }, testEnv());
      const [effect] = step.effects;
      if (effect?.kind === 'arm') delays.push(effect.afterMs);
      step = recorderTimer(step.recorder);
    }
    expect(delays).toHaveLength(11);
    expect(delays[0]).toBeLessThan(10_000);
    expect(new Set(delays.slice(1))).toEqual(new Set([10_000]));
    expect(step.recorder.write).toBeUndefined();
  });
  it('gives up an Event that the server refuses', () => {
    const step = record(newEventRecorder(), 'a');
    const refused = recorderAnswered(step.recorder, config, { kind: 'refused', code: 409, status: alreadyExists('', 'events', 'x') }, testEnv());
    expect([refused.recorder.write, refused.effects]).toEqual([undefined, []]);
  });
});

describe('event series recorder', () => {
  const scheduler = { reportingController: 'default-scheduler', reportingInstance: 'default-scheduler-node', timer: 'event-series' };
  const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop', uid: 'u2', resourceVersion: '360' } };
  const failed = { regarding: pod, type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note: '0/3 nodes are available' } as const;
  const first = recordSeriesEvent(newSeriesRecorder(), scheduler, failed, testEnv());

  it('creates an Event as kube-scheduler writes it', () => {
    expect(first.requests[0]?.request).toMatchObject({
      verb: 'create', resource: 'events.events.k8s.io', namespace: 'shop',
      body: {
        apiVersion: 'events.k8s.io/v1', eventTime: '2025-10-09T08:53:20.000000Z', reportingController: 'default-scheduler', reportingInstance: 'default-scheduler-node',
        action: 'Scheduling', reason: 'FailedScheduling', regarding: { kind: 'Pod', name: 'p', resourceVersion: '360' }, note: '0/3 nodes are available', type: 'Warning',
      },
    });
  });
  it('makes the second a series, whatever its note, and only counts from then on', () => {
    const second = recordSeriesEvent(first.recorder, scheduler, { ...failed, note: 'else' }, testEnv(START_MS + 1000));
    expect(second.requests).toMatchObject([{ request: { verb: 'patch', body: { series: { count: 2, lastObservedTime: '2025-10-09T08:53:21.000000Z' } } } }]);
    expect(recordSeriesEvent(second.recorder, scheduler, failed, testEnv()).requests).toEqual([]);
  });
  it('writes the last count six minutes after the last of a series, and forgets it', () => {
    let recorder = first.recorder;
    for (let i = 0; i < 3; i += 1) recorder = recordSeriesEvent(recorder, scheduler, failed, testEnv(START_MS + 1000)).recorder;
    const early = seriesTimer(recorder, scheduler, 'event-series/finish', testEnv(START_MS + 360_000));
    expect(early.requests).toEqual([]);
    const late = seriesTimer(early.recorder, scheduler, 'event-series/finish', testEnv(START_MS + 720_000));
    expect(late.requests).toMatchObject([{ request: { verb: 'patch', body: { series: { count: 4 } } } }]);
    const answered = seriesAnswered(late.recorder, scheduler, late.requests[0]?.write ?? 0, { kind: 'object', code: 200, object: pod }, testEnv());
    expect(answered.recorder.cache.size).toBe(0);
  });
  it('forgets single events after six minutes, and then rests', () => {
    const { recorder, effects, requests } = seriesTimer(first.recorder, scheduler, 'event-series/finish', testEnv(START_MS + 720_000));
    expect([recorder.cache.size, effects, requests]).toEqual([0, [], []]);
  });
  it('names a second object that had part in it, and keeps series with different ones apart', () => {
    const preempted = { regarding: pod, type: 'Normal', reason: 'Preempted', action: 'Preempting', note: 'Preempted' } as const;
    const step = recordSeriesEvent(newSeriesRecorder(), scheduler, { ...preempted, related: web }, testEnv());
    expect(step.requests[0]?.request.body).toMatchObject({ related: { kind: 'Deployment', name: 'web', uid: 'u1' } });
    expect(recordSeriesEvent(step.recorder, scheduler, preempted, testEnv()).requests).toMatchObject([{ request: { verb: 'create' } }]);
  });
  it('writes a running series again every half hour, though a look for ended ones falls into the same instant', () => {
    const { recorder } = recordSeriesEvent(first.recorder, scheduler, failed, testEnv(START_MS + 1_790_000));
    const finish = seriesTimer(recorder, scheduler, 'event-series/finish', testEnv(START_MS + 1_800_000));
    expect(finish.effects).toEqual([{ kind: 'arm', key: 'event-series/finish', afterMs: 360_000 }]);
    const refresh = seriesTimer(finish.recorder, scheduler, 'event-series/refresh', testEnv(START_MS + 1_800_000));
    expect(refresh.requests).toMatchObject([{ request: { verb: 'patch', body: { series: { count: 2 } } } }]);
    expect(refresh.effects).toEqual([{ kind: 'arm', key: 'event-series/refresh', afterMs: 1_800_000 }]);
  });
  it('has timers to be cancelled when the process ends: of its housekeeping and of every write under way', () => {
    expect(seriesTimers(first.recorder, scheduler)).toEqual(['event-series/finish', 'event-series/refresh', 'event-series/retry/1']);
    expect(isSeriesTimer(scheduler, 'event-series/retry/1')).toBe(true);
  });
  it('tries again 10 to 12.5 s after connection trouble', () => {
    const { recorder, effects: [effect] } = seriesAnswered(first.recorder, scheduler, 1, { kind: 'unknown-outcome', message: 'EOF' }, testEnv());
    expect(effect).toMatchObject({ kind: 'arm', key: 'event-series/retry/1' });
    expect(effect?.kind === 'arm' && effect.afterMs >= 10_000 && effect.afterMs <= 12_500).toBe(true);
    expect(seriesTimer(recorder, scheduler, 'event-series/retry/1', testEnv()).requests).toMatchObject([{ write: 1, request: { verb: 'create' } }]);
  });
});

describe('lru', () => {
  it('forgets what was used longest ago', () => {
    let lru = emptyLru<number>();
    for (const key of ['a', 'b', 'a', 'c']) lru = lruSet(lru, key, 1, 2);
    expect(['a', 'b', 'c'].map((key) => lruGet(lru, key))).toEqual([1, undefined, 1]);
  });
  it('stays small however often one key is used', () => {
    let lru = lruSet(emptyLru<number>(), 'cold', 1);
    for (let i = 0; i < 10_000; i += 1) lru = lruSet(lru, 'hot', i);
    expect(lru.uses.size).toBeLessThan(100);
  });
});
