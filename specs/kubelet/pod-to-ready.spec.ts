import { describe, expect, it } from 'vitest';
import { apiOf, eventsOf, isReady, makePod, nodeWorld, podOf, putPod, runFor, runUntil, writesOf } from './one-node.ts';

describe('a pod that is bound to the node', () => {
  it('is run, and reported Running and Ready', () => {
    const world = nodeWorld();
    runFor(world, 100);
    putPod(world, makePod('web'));
    runUntil(world, () => isReady(podOf(world, 'web')));
    runFor(world, 100);
    const status = podOf(world, 'web')?.status;
    expect(status).toMatchObject({ phase: 'Running', podIP: '10.244.1.2', hostIP: '10.0.0.1', observedGeneration: 1, startTime: '2026-01-01T00:00:00Z' });
    expect(status?.conditions?.map(({ type, status: is }) => `${type}=${is}`)).toEqual(
      ['PodReadyToStartContainers=True', 'Initialized=True', 'Ready=True', 'ContainersReady=True', 'PodScheduled=True']);
    expect(status?.containerStatuses).toMatchObject([{ name: 'c', ready: true, started: true, restartCount: 0, state: { running: { startedAt: '2026-01-01T00:00:01Z' } } }]);
  });

  it('has its start told in events', () => {
    const world = nodeWorld();
    putPod(world, makePod('web'));
    runUntil(world, () => isReady(podOf(world, 'web')));
    runFor(world, 100);
    expect(eventsOf(world, 'web')).toEqual([
      'Normal Pulling: Pulling image "nginx:1.27"',
      expect.stringMatching(/^Normal Pulled: Successfully pulled image "nginx:1\.27" in 1\.002s \(1\.002s including waiting\)\. Image size: \d+ bytes\.$/),
      'Normal Created: Created container: c',
      'Normal Started: Started container c',
    ]);
  });

  it('is written twice: waiting, then running', () => {
    const world = nodeWorld();
    putPod(world, makePod('web'));
    runFor(world, 9000);
    expect(writesOf(world).filter((write) => write.includes('pods'))).toEqual(['patch pods/status web', 'patch pods/status web']);
  });

  it('costs nothing when it is idle and has no probes', () => {
    const world = nodeWorld();
    putPod(world, makePod('web'));
    runFor(world, 60_000);
    const before = world.stepCount;
    runFor(world, 3_600_000);
    // Twelve node reports and 353 to 360 lease renewals, each a timer, a request and an answer; a report also comes back by the watch.
    expect(world.stepCount - before).toBeLessThan(1200);
  });

  it('pulls no image that is there', () => {
    const world = nodeWorld({ runtime: { images: [{ image: 'nginx:1.27', present: true }] } });
    putPod(world, makePod('web'));
    runUntil(world, () => isReady(podOf(world, 'web')));
    runFor(world, 100);
    expect(eventsOf(world, 'web')[0]).toBe('Normal Pulled: Container image "nginx:1.27" already present on machine');
  });

  it('initialises in order, one container after the other, then runs the rest', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', { initContainers: [{ name: 'first', image: 'busybox:1' }, { name: 'side', image: 'proxy:1', restartPolicy: 'Always' }, { name: 'second', image: 'busybox:1' }] }));
    runUntil(world, () => isReady(podOf(world, 'web')));
    runFor(world, 100);
    expect(eventsOf(world, 'web').filter((event) => event.includes('Started'))).toEqual(
      ['first', 'side', 'second', 'c'].map((name) => `Normal Started: Started container ${name}`));
    expect(podOf(world, 'web')?.status?.initContainerStatuses?.map(({ name, ready, state }) => [name, ready, Object.keys(state ?? {})])).toEqual(
      [['first', true, ['terminated']], ['side', true, ['running']], ['second', true, ['terminated']]]);
  });

  it('shows PodInitializing until its init containers are done', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', { initContainers: [{ name: 'init', image: 'busybox:1' }] }));
    runFor(world, 1500);
    const status = podOf(world, 'web')?.status;
    expect(status?.phase).toBe('Pending');
    expect(status?.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(status?.conditions?.find(({ type }) => type === 'Initialized')).toMatchObject(
      { status: 'False', reason: 'ContainersNotInitialized', message: 'containers with incomplete status: [init]' });
  });

  it('waits for a readiness gate', () => {
    const world = nodeWorld();
    const pod = makePod('web', { readinessGates: [{ conditionType: 'example.com/ok' }] });
    putPod(world, pod);
    runFor(world, 5000);
    expect(podOf(world, 'web')?.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject(
      { status: 'False', reason: 'ReadinessGatesNotReady', message: 'corresponding condition of pod readiness gate "example.com/ok" does not exist.' });
    const now = podOf(world, 'web') ?? pod;
    putPod(world, { ...now, status: { ...now.status, conditions: [...(now.status?.conditions ?? []), { type: 'example.com/ok', status: 'True' }] } });
    runUntil(world, () => isReady(podOf(world, 'web')));
    expect(podOf(world, 'web')?.status?.conditions?.some(({ type }) => type === 'example.com/ok')).toBe(true);
  });

  it('waits for its post-start hook before the next container', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', { containers: [
      { name: 'a', image: 'nginx:1.27', lifecycle: { postStart: { exec: { command: ['sh', '-c', 'sleep 7'] } } } }, { name: 'b', image: 'nginx:1.27' }] }));
    runFor(world, 7000);
    expect(eventsOf(world, 'web').at(-1)).toBe('Normal Started: Started container a');
    runFor(world, 2000);
    expect(eventsOf(world, 'web').at(-1)).toBe('Normal Started: Started container b');
  });

  it('runs as many as the node has room for and rejects the rest in words', () => {
    const world = nodeWorld();
    runFor(world, 1000);
    const asking = (name: string, cpu: string) => makePod(name, { containers: [{ name: 'c', image: 'nginx:1.27', resources: { requests: { cpu } } }] });
    putPod(world, asking('a', '1500m'));
    putPod(world, asking('b', '1'));
    runFor(world, 5000);
    expect(isReady(podOf(world, 'a'))).toBe(true);
    expect(podOf(world, 'b')?.status).toMatchObject({
      phase: 'Failed', reason: 'OutOfcpu', message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 1000, used: 1500, capacity: 2000",
    });
    expect(eventsOf(world, 'b')).toEqual(["Warning OutOfcpu: Node didn't have enough resource: cpu, requested: 1000, used: 1500, capacity: 2000"]);
    putPod(world, makePod('c', { nodeSelector: { disk: 'ssd' } }));
    runFor(world, 1000);
    expect(podOf(world, 'c')?.status).toMatchObject(
      { phase: 'Failed', reason: 'NodeAffinity', message: "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector" });
    expect(apiOf(world).written.some(({ verb }) => verb === 'delete')).toBe(false);
  });
});
