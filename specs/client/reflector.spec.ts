import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { expired, forbidden, notFound, tooManyRequests } from '../../src/api/status.ts';
import type { ReflectorSpec, Reflection, Reflector } from '../../src/client/reflector/reflector.ts';
import { newReflector, reflect, stopReflector } from '../../src/client/reflector/reflector.ts';
import type { ApiClient } from '../../src/client/requests.ts';
import type { Input } from '../../src/kernel/transition.ts';
import type { ApiAnswer, ApiRequest, ToApiServer, WatchEvent } from '../../src/protocol/api.ts';
import { START_MS, testEnv } from './harness.ts';

const spec: ReflectorSpec = { channel: 'watch/pods', timer: 'informer/pods', resource: 'pods', firstId: 0, fieldSelector: 'spec.nodeName=n1' };
const client: ApiClient = { servers: ['a', 'b'], credential: { kind: 'anonymous' } };
const pod = (name: string, resourceVersion: string): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'n', resourceVersion } });

/** Drives a reflector and keeps what it asked for. */
class Driver {
  reflector: Reflector = newReflector();
  last: Reflection = reflect(this.reflector, spec, client, { kind: 'timer', key: 'none' }, testEnv());
  nowMs = START_MS;
  input(input: Input): this {
    this.last = reflect(this.reflector, spec, client, input, testEnv(this.nowMs));
    this.reflector = this.last.reflector;
    return this;
  }
  start(): this { return this.input({ kind: 'start', durable: undefined }); }
  message(body: unknown): this { return this.input({ kind: 'message', from: 'a', channel: spec.channel, body }); }
  answer(answer: ApiAnswer): this { return this.message({ kind: 'api-answer', id: this.reflector.sent, answer }); }
  listed(resourceVersion: string, ...items: readonly KubeObject[]): this {
    return this.answer({ kind: 'list', code: 200, list: { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion }, items } });
  }
  event(event: WatchEvent): this { return this.message({ kind: 'api-watch-event', id: this.reflector.sent, event }); }
  ended(): this { return this.message({ kind: 'api-watch-end', id: this.reflector.sent }); }
  cut(peer: string): this { return this.input({ kind: 'disconnected', peer, channel: spec.channel }); }
  timer(): this { return this.input({ kind: 'timer', key: spec.timer }); }
  get asked(): readonly { readonly to: string; readonly request: ApiRequest }[] {
    return this.last.effects.flatMap((effect) => {
      const body = effect.kind === 'send' ? effect.body as ToApiServer : undefined;
      return effect.kind === 'send' && body?.kind === 'api-request' ? [{ to: effect.to, request: body.request }] : [];
    });
  }
  get delay(): number | undefined {
    const armed = this.last.effects.find((effect) => effect.kind === 'arm');
    return armed?.kind === 'arm' ? armed.afterMs : undefined;
  }
}

const refused = (status: ReturnType<typeof expired>): ApiAnswer => ({ kind: 'refused', code: status.code, status });
const watching = (): Driver => new Driver().start().listed('5', pod('p', '4'));

describe('reflector', () => {
  it('lists any version first', () => {
    expect(new Driver().start().asked).toEqual([{ to: 'a', request: { verb: 'list', resource: 'pods', options: { resourceVersion: '0', fieldSelector: 'spec.nodeName=n1' } } }]);
  });
  it('replaces the store and watches from the list on, for 5 to 10 minutes, with bookmarks', () => {
    const driver = watching();
    expect(driver.last.change).toMatchObject({ kind: 'replace', resourceVersion: '5' });
    const [{ request } = { request: undefined }] = driver.asked;
    expect(request).toMatchObject({ verb: 'watch', options: { resourceVersion: '5', allowWatchBookmarks: true, fieldSelector: 'spec.nodeName=n1' } });
    expect(request?.options?.timeoutSeconds).toBeGreaterThanOrEqual(300);
    expect(request?.options?.timeoutSeconds).toBeLessThan(600);
  });
  it('says what changed, and follows the resourceVersion of events and bookmarks', () => {
    const driver = watching();
    expect(driver.event({ type: 'ADDED', object: pod('q', '6') }).last.change).toEqual({ kind: 'add', object: pod('q', '6'), resourceVersion: '6' });
    expect(driver.event({ type: 'MODIFIED', object: pod('q', '7') }).last.change).toMatchObject({ kind: 'update' });
    expect(driver.event({ type: 'DELETED', object: pod('q', '8') }).last.change).toMatchObject({ kind: 'delete' });
    expect(driver.event({ type: 'BOOKMARK', object: pod('', '12') }).last.change).toEqual({ kind: 'bookmark', resourceVersion: '12' });
    expect(driver.ended().asked).toMatchObject([{ request: { verb: 'watch', options: { resourceVersion: '12' } } }]);
  });
  it('watches again from the last version when the server ends a watch', () => {
    const driver = watching();
    driver.nowMs += 300_000;
    expect(driver.ended().asked).toMatchObject([{ request: { verb: 'watch', options: { resourceVersion: '5' } } }]);
  });
  it('lists again after a watch that ended at once and brought nothing', () => {
    const driver = watching().ended();
    expect(driver.reflector.phase).toBe('backing-off');
    expect(driver.timer().asked).toMatchObject([{ request: { verb: 'list', options: { resourceVersion: '5' } } }]);
  });
  it('lists not older than it stood, after a back-off, when its version has expired', () => {
    const driver = watching().event({ type: 'ERROR', status: expired('too old resource version') });
    expect(driver.delay).toBeGreaterThanOrEqual(800);
    expect(driver.delay).toBeLessThan(1600);
    expect(driver.timer().asked).toMatchObject([{ request: { verb: 'list', options: { resourceVersion: '5' } } }]);
  });
  it('lists the newest at once when the version to list is expired or too large, and any later list by version again', () => {
    const driver = watching().event({ type: 'ERROR', status: expired('too old') }).timer().answer(refused(expired('too old')));
    expect(driver.asked).toMatchObject([{ request: { verb: 'list', options: { resourceVersion: '' } } }]);
    driver.listed('40').event({ type: 'ERROR', status: expired('too old') }).timer();
    expect(driver.asked).toMatchObject([{ request: { options: { resourceVersion: '40' } } }]);
    driver.answer({ kind: 'refused', code: 504, status: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 504, reason: 'Timeout', message: 'Timeout: Too large resource version: 40, current: 3' } });
    expect(driver.asked).toMatchObject([{ request: { verb: 'list', options: { resourceVersion: '' } } }]);
  });
  it('resumes at once, on the next server, when a watch that was of use breaks', () => {
    const driver = watching().event({ type: 'ADDED', object: pod('q', '6') }).cut('a');
    expect(driver.asked).toMatchObject([{ to: 'b', request: { verb: 'watch', options: { resourceVersion: '6' } } }]);
  });
  it('backs off and resumes while no server takes the watch: 0.8 s doubling to 30 s, with jitter', () => {
    const driver = watching();
    const delays: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      driver.cut(driver.reflector.server ?? '');
      delays.push(driver.delay ?? 0);
      driver.timer();
      expect(driver.asked).toMatchObject([{ request: { verb: 'watch', options: { resourceVersion: '5' } } }]);
    }
    [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000].forEach((base, i) => {
      expect(delays[i]).toBeGreaterThanOrEqual(base);
      expect(delays[i]).toBeLessThan(2 * base);
    });
  });
  it('backs off and resumes after a watch refused with 429', () => {
    const driver = watching().answer(refused(tooManyRequests('slow down', 0)));
    expect(driver.reflector.phase).toBe('waiting');
    expect(driver.timer().asked).toMatchObject([{ request: { verb: 'watch', options: { resourceVersion: '5' } } }]);
  });
  it('backs off and lists again after any other refusal', () => {
    const driver = watching().answer(refused(forbidden('', 'pods', '', 'no')));
    expect(driver.timer().asked).toMatchObject([{ request: { verb: 'list' } }]);
  });
  it('takes a resource that is not served as empty, so that nobody waits for it', () => {
    const driver = new Driver().start().answer(refused(notFound('', 'pods', '')));
    expect(driver.last.change).toEqual({ kind: 'replace', objects: [], resourceVersion: '' });
    expect(driver.reflector.phase).toBe('backing-off');
  });
  it('begins the back-off anew after two quiet minutes', () => {
    const driver = watching().cut('a').timer();
    driver.nowMs += 121_000;
    driver.reflector = { ...driver.reflector, watchedSinceMs: driver.nowMs };
    expect(driver.cut('b').delay).toBeLessThan(1600);
  });
  it('takes no notice of an earlier request\'s messages', () => {
    const driver = watching();
    const before = driver.reflector;
    expect(driver.message({ kind: 'api-watch-end', id: 1 }).reflector).toBe(before);
  });
  it('stops its watch', () => {
    const { reflector, effects } = stopReflector(watching().reflector, spec, client, testEnv());
    expect(reflector.phase).toBe('stopped');
    expect(effects).toEqual([{ kind: 'send', to: 'a', channel: 'watch/pods', body: { kind: 'api-watch-stop', id: 2 } }]);
  });
});
