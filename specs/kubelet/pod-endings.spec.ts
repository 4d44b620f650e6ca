import { describe, expect, it } from 'vitest';
import { eventsOf, isReady, makePod, nodeWorld, podOf, putPod, runFor, runtimeOf, runUntil, tell, writesOf } from './one-node.ts';

const BEHAVIOR = 'kubeloom.dev/behavior';

/** The node has room for one of these; it takes its time to stop. */
const large = (name: string) => makePod(name, { containers: [{ name: 'c', image: 'nginx:1.27', resources: { requests: { cpu: '1500m' } } }] }, { [BEHAVIOR]: '{"stopDelayMs": 20000}' });

describe('the end of a pod', () => {
  it('of a deleted one: stopped within its grace, reported, deleted last, and nothing is left of it', () => {
    const world = nodeWorld();
    putPod(world, makePod('web'));
    runUntil(world, () => isReady(podOf(world, 'web')));
    tell(world, { kind: 'delete-pod', namespace: 'default', name: 'web', graceSeconds: 30 });
    runFor(world, 100);
    expect(eventsOf(world, 'web').at(-1)).toBe('Normal Killing: Stopping container c');
    expect(podOf(world, 'web')?.status?.phase).toBe('Running');
    runUntil(world, () => podOf(world, 'web') === undefined);
    runFor(world, 100);
    expect(writesOf(world).slice(-2)).toEqual(['patch pods/status web', 'delete pods web']);
    expect([runtimeOf(world).containers.size, runtimeOf(world).sandboxes.size]).toEqual([0, 0]);
  });

  it('without grace gives its room to the next pod at once, although it still runs', () => {
    const world = nodeWorld();
    putPod(world, large('first'));
    runUntil(world, () => isReady(podOf(world, 'first')));
    tell(world, { kind: 'forget', resource: 'pods', namespace: 'default', name: 'first' });
    putPod(world, large('second'));
    runUntil(world, () => isReady(podOf(world, 'second')));
    expect([...runtimeOf(world).containers.values()].filter(({ status }) => status.state === 'running')).toHaveLength(2);
  });

  it('keeps its room until its containers have stopped, if it has grace', () => {
    const world = nodeWorld();
    putPod(world, large('first'));
    runUntil(world, () => isReady(podOf(world, 'first')));
    tell(world, { kind: 'delete-pod', namespace: 'default', name: 'first', graceSeconds: 30 });
    putPod(world, large('second'));
    runUntil(world, () => podOf(world, 'first') === undefined);
    expect(podOf(world, 'second')?.status).toMatchObject({ phase: 'Failed', reason: 'OutOfcpu' });
  });

  it('is never reported before its containers have stopped', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', {}, { [BEHAVIOR]: '{"stopDelayMs": 20000}' }));
    runUntil(world, () => isReady(podOf(world, 'web')));
    tell(world, { kind: 'delete-pod', namespace: 'default', name: 'web', graceSeconds: 30 });
    runFor(world, 19_000);
    expect(podOf(world, 'web')?.status?.phase).toBe('Running');
    runUntil(world, () => podOf(world, 'web') === undefined);
    expect(world.nowMs - 1_767_225_600_000).toBeLessThan(22_000);
  });

  it('is reported too early by the variant that does not wait', () => {
    const world = nodeWorld({ kubelet: { policy: { terminalPhase: 'as-soon-as-known' } } });
    putPod(world, makePod('web', {}, { [BEHAVIOR]: '{"stopDelayMs": 20000}' }));
    runUntil(world, () => isReady(podOf(world, 'web')));
    tell(world, { kind: 'delete-pod', namespace: 'default', name: 'web', graceSeconds: 30 });
    runFor(world, 1000);
    expect(podOf(world, 'web')?.status?.phase).toBe('Failed');
    expect(runtimeOf(world).containers.values()[0]?.status.state).toBe('running');
  });

  it('comes by force when the grace period is over', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', {}, { [BEHAVIOR]: '{"stopDelayMs": 60000}' }));
    runUntil(world, () => isReady(podOf(world, 'web')));
    tell(world, { kind: 'delete-pod', namespace: 'default', name: 'web', graceSeconds: 5 });
    runUntil(world, () => podOf(world, 'web')?.status?.phase === 'Failed');
    expect(podOf(world, 'web')?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
    expect(podOf(world, 'web')?.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False', reason: 'PodFailed' });
  });

  it('comes sooner when the grace period is shortened', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', {}, { [BEHAVIOR]: '{"stopDelayMs": 60000}' }));
    runUntil(world, () => isReady(podOf(world, 'web')));
    tell(world, { kind: 'delete-pod', namespace: 'default', name: 'web', graceSeconds: 50 });
    runFor(world, 1000);
    tell(world, { kind: 'delete-pod', namespace: 'default', name: 'web', graceSeconds: 3 });
    runFor(world, 4000);
    expect(podOf(world, 'web')).toBeUndefined();
  });

  it('waits for the pre-stop hook', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', { containers: [{ name: 'c', image: 'nginx:1.27', lifecycle: { preStop: { sleep: { seconds: 4 } } } }] }));
    runUntil(world, () => isReady(podOf(world, 'web')));
    tell(world, { kind: 'delete-pod', namespace: 'default', name: 'web', graceSeconds: 30 });
    runFor(world, 4000);
    expect(runtimeOf(world).containers.values()[0]?.phase).toBe('running');
    runFor(world, 1000);
    expect(podOf(world, 'web')).toBeUndefined();
  });

  it('stops the sidecars after the containers', () => {
    const world = nodeWorld();
    putPod(world, makePod('web', { initContainers: [{ name: 's1', image: 'p:1', restartPolicy: 'Always' }, { name: 's2', image: 'p:1', restartPolicy: 'Always' }] }));
    runUntil(world, () => isReady(podOf(world, 'web')));
    tell(world, { kind: 'delete-pod', namespace: 'default', name: 'web', graceSeconds: 30 });
    runUntil(world, () => podOf(world, 'web') === undefined);
    runFor(world, 100);
    expect(eventsOf(world, 'web').filter((event) => event.includes('Killing'))).toEqual(['c', 's2', 's1'].map((name) => `Normal Killing: Stopping container ${name}`));
  });

  it('of one that was deleted before it started is Failed, then gone', () => {
    const world = nodeWorld();
    putPod(world, makePod('web'));
    runFor(world, 300);
    tell(world, { kind: 'delete-pod', namespace: 'default', name: 'web', graceSeconds: 30 });
    runUntil(world, () => podOf(world, 'web') === undefined);
    expect(eventsOf(world, 'web').some((event) => event.includes('Started'))).toBe(false);
    runFor(world, 5000);
    expect(runtimeOf(world).sandboxes.size).toBe(0);
  });

  it('of a task that succeeds is Succeeded', () => {
    const world = nodeWorld();
    putPod(world, makePod('job', { restartPolicy: 'Never' }));
    runUntil(world, () => podOf(world, 'job')?.status?.phase === 'Succeeded');
    const status = podOf(world, 'job')?.status;
    expect(status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed', startedAt: '2026-01-01T00:00:01Z', finishedAt: '2026-01-01T00:00:02Z' });
    expect(status?.conditions?.map(({ type, status: is, reason }) => `${type}=${is} ${reason ?? ''}`)).toEqual(
      ['PodReadyToStartContainers=False ', 'Initialized=True PodCompleted', 'Ready=False PodCompleted', 'ContainersReady=False PodCompleted', 'PodScheduled=True ']);
    expect(status?.podIP).toBe('10.244.1.2');
  });

  it('of a task that fails and is not restarted is Failed; with OnFailure it is restarted', () => {
    const world = nodeWorld();
    putPod(world, makePod('never', { restartPolicy: 'Never' }, { [BEHAVIOR]: '{"exitCode": 3}' }));
    putPod(world, makePod('retry', { restartPolicy: 'OnFailure' }, { [BEHAVIOR]: '{"exitCode": 3}' }));
    runFor(world, 7000);
    expect(podOf(world, 'never')?.status?.phase).toBe('Failed');
    expect(podOf(world, 'retry')?.status?.phase).toBe('Running');
    expect(podOf(world, 'retry')?.status?.containerStatuses?.[0]?.restartCount).toBe(1);
  });

  it('of one that was forgotten by force stops what runs and asks the API for nothing more', () => {
    const world = nodeWorld();
    putPod(world, makePod('web'));
    runUntil(world, () => isReady(podOf(world, 'web')));
    tell(world, { kind: 'forget', resource: 'pods', namespace: 'default', name: 'web' });
    runFor(world, 5000);
    expect([runtimeOf(world).containers.size, runtimeOf(world).sandboxes.size]).toEqual([0, 0]);
    expect(writesOf(world).includes('delete pods web')).toBe(false);
  });

  it('does not touch a pod of the same name that came after it', () => {
    const world = nodeWorld();
    putPod(world, makePod('web'));
    runUntil(world, () => isReady(podOf(world, 'web')));
    tell(world, { kind: 'forget', resource: 'pods', namespace: 'default', name: 'web' });
    putPod(world, { ...makePod('web'), metadata: { ...makePod('web').metadata, uid: 'uid-other' } });
    runFor(world, 5000);
    expect(podOf(world, 'web')?.metadata.uid).toBe('uid-other');
    expect(isReady(podOf(world, 'web'))).toBe(true);
    expect(runtimeOf(world).containers.size).toBe(1);
  });
});
