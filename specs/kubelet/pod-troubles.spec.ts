import { describe, expect, it } from 'vitest';
import { eventsOf, isReady, makePod, nodeWorld, podOf, putPod, runFor, runtimeOf, runUntil } from './one-node.ts';

const BEHAVIOR = 'kubeloom.dev/behavior';
const waiting = (pod: ReturnType<typeof podOf>) => pod?.status?.containerStatuses?.[0]?.state?.waiting;

describe('a pod in trouble', () => {
  it('crashes: restarted at once, then after 10 s, 20 s and so on, and says so', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', {}, { [BEHAVIOR]: '{"crashAfterMs": 1000}' }));
    runUntil(world, () => waiting(podOf(world, 'web'))?.reason === 'CrashLoopBackOff');
    expect(waiting(podOf(world, 'web'))?.message).toBe('back-off 10s restarting failed container=c pod=web_default(uid-web)');
    expect(podOf(world, 'web')?.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 1, reason: 'Error' } } });
    expect(eventsOf(world, 'web')).toContain('Warning BackOff: Back-off restarting failed container c in pod web_default(uid-web)');
    runUntil(world, () => waiting(podOf(world, 'web'))?.message?.startsWith('back-off 20s') === true);
    expect(podOf(world, 'web')?.status?.phase).toBe('Running');
    runFor(world, 300_000);
    // Of dead containers only the last and the one before are kept.
    expect(runtimeOf(world).containers.size).toBeLessThanOrEqual(2);
  });

  it('is killed for its memory', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', { restartPolicy: 'Never' }, { [BEHAVIOR]: '{"crashAfterMs": 100, "oom": true, "runForMs": null}' }));
    runUntil(world, () => podOf(world, 'web')?.status?.phase === 'Failed');
    expect(podOf(world, 'web')?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
  });

  it('cannot pull its image: ErrImagePull, ImagePullBackOff, and once more when the back-off ends', () => {
    const world = nodeWorld({ runtime: { images: [{ image: 'broken', pullFailures: 2, pullError: 'not found' }] } });
    putPod(world, makePod('web', { containers: [{ name: 'c', image: 'broken:1' }] }));
    runUntil(world, () => waiting(podOf(world, 'web'))?.reason === 'ErrImagePull');
    expect(waiting(podOf(world, 'web'))?.message).toBe('not found');
    runUntil(world, () => waiting(podOf(world, 'web'))?.reason === 'ImagePullBackOff');
    expect(waiting(podOf(world, 'web'))?.message).toBe('Back-off pulling image "broken:1": ErrImagePull: not found');
    expect(eventsOf(world, 'web').slice(0, 5)).toEqual([
      'Normal Pulling: Pulling image "broken:1"', 'Warning Failed: Failed to pull image "broken:1": not found', 'Warning Failed: Error: ErrImagePull',
      'Normal BackOff: Back-off pulling image "broken:1"', 'Warning Failed: Error: ImagePullBackOff',
    ]);
    runUntil(world, () => isReady(podOf(world, 'web')));
  });

  it('may not pull its image', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', { containers: [{ name: 'c', image: 'local:1', imagePullPolicy: 'Never' }] }));
    runUntil(world, () => waiting(podOf(world, 'web'))?.reason === 'ErrImageNeverPull');
    expect(waiting(podOf(world, 'web'))?.message).toBe('Container image "local:1" is not present with pull policy of Never');
  });

  it('has a behaviour that nobody understands: a clear error', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', {}, { 'kubeloom.dev/behavior.c': '{"runFor": 5}' }));
    runUntil(world, () => waiting(podOf(world, 'web'))?.reason === 'CreateContainerError');
    expect(waiting(podOf(world, 'web'))?.message).toBe(
      'annotation kubeloom.dev/behavior.c: unknown field "runFor"; known are startDelayMs, exitCode, stopDelayMs, runForMs, readyAfterMs, crashAfterMs, unhealthyAfterMs, oom');
  });

  it('fails in an init container that may not be restarted', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', { restartPolicy: 'Never', initContainers: [{ name: 'init', image: 'busybox:1' }] }, { 'kubeloom.dev/behavior.init': '{"exitCode": 1}' }));
    runUntil(world, () => podOf(world, 'web')?.status?.phase === 'Failed');
    runFor(world, 5000);
    expect(runtimeOf(world).sandboxes.values()[0]?.status.state).toBe('not-ready');
  });

  it('becomes ready only when its readiness probe says so', () => {
    const world = nodeWorld();
    const readinessProbe = { httpGet: { port: 80, path: '/', scheme: 'HTTP' }, periodSeconds: 5, failureThreshold: 3, successThreshold: 1 };
    putPod(world, makePod('web', { containers: [{ name: 'c', image: 'nginx:1.27', readinessProbe }] }, { [BEHAVIOR]: '{"readyAfterMs": 7000}' }));
    runFor(world, 8000);
    expect(podOf(world, 'web')?.status).toMatchObject({ phase: 'Running', containerStatuses: [{ ready: false, started: true }] });
    expect(eventsOf(world, 'web').at(-1)).toBe('Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503');
    runUntil(world, () => isReady(podOf(world, 'web')));
    expect(world.nowMs - 1_767_225_600_000).toBeGreaterThan(11_000);
  });

  it('is restarted when its liveness probe has failed often enough', () => {
    const world = nodeWorld();
    const livenessProbe = { tcpSocket: { port: 80 }, periodSeconds: 10, failureThreshold: 2, successThreshold: 1 };
    putPod(world, makePod('web', { containers: [{ name: 'c', image: 'nginx:1.27', livenessProbe }] }, { [BEHAVIOR]: '{"readyAfterMs": 0, "unhealthyAfterMs": 25000}' }));
    runFor(world, 45_000);
    const events = eventsOf(world, 'web');
    expect(events).toContain('Warning Unhealthy: Liveness probe failed: dial tcp :80: connect: connection refused');
    expect(events).toContain('Normal Killing: Container c failed liveness probe, will be restarted');
    expect(podOf(world, 'web')?.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1, ready: true });
  });

  it('has not started until its startup probe succeeds, and the others wait for it', () => {
    const world = nodeWorld();
    const probe = { exec: { command: ['true'] }, periodSeconds: 3, failureThreshold: 10, successThreshold: 1 };
    putPod(world, makePod('web', { containers: [{ name: 'c', image: 'nginx:1.27', startupProbe: probe, readinessProbe: probe }] }, { [BEHAVIOR]: '{"readyAfterMs": 5000}' }));
    runFor(world, 6000);
    expect(podOf(world, 'web')?.status?.containerStatuses?.[0]).toMatchObject({ started: false, ready: false });
    runUntil(world, () => isReady(podOf(world, 'web')));
    expect(eventsOf(world, 'web').some((event) => event.includes('Readiness'))).toBe(false);
  });
});
