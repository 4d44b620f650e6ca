import { isLeft, isRight } from 'fp-ts/Either';
import { describe, expect, it } from 'vitest';
import { parseOverlay, profileOf, resolveBehavior } from '../../src/components/container-runtime/behavior.ts';
import { containerRuntimeActor } from '../../src/components/container-runtime/container-runtime-actor.ts';
import type { RuntimeOptions } from '../../src/components/container-runtime/container-runtime-actor.ts';
import type { RuntimeState } from '../../src/components/container-runtime/state.ts';
import { networkActor } from '../../src/components/network/network-actor.ts';
import { timedChooser } from '../../src/kernel/choosers/timed.ts';
import { run } from '../../src/kernel/run.ts';
import type { Actor, Effect, Input } from '../../src/kernel/transition.ts';
import { createWorld, hosted } from '../../src/kernel/world.ts';
import type { World } from '../../src/kernel/world.ts';
import type { ContainerBehavior, CriAnswer, CriCall, FromRuntime } from '../../src/protocol/cri.ts';

interface Asker { readonly answers: readonly CriAnswer[]; readonly events: readonly string[]; readonly asked: number }

/** Stands for the kubelet: sends on what it is told to ask, and keeps what it hears. */
const asker: Actor<Asker, unknown> = {
  id: 'kubelet/n1', initial: { answers: [], events: [], asked: 0 },
  transition: (state, input: Input): readonly [Asker, readonly Effect[]] => {
    if (input.kind === 'start') return [state, [
      { kind: 'send', to: 'container-runtime/n1', channel: 'cri-events', body: { kind: 'cri-watch' } },
      { kind: 'send', to: 'network', channel: 'cni', body: { kind: 'node-up', node: 'n1', address: '10.0.0.1', podCidr: '10.244.1.0/24' } },
    ]];
    if (input.kind !== 'message') return [state, []];
    const body = input.body as FromRuntime | { readonly kind: 'ask'; readonly call: CriCall };
    if (body.kind === 'ask') return [{ ...state, asked: state.asked + 1 }, [{ kind: 'send', to: 'container-runtime/n1', channel: 'cri', body: { kind: 'cri-call', id: state.asked, call: body.call } }]];
    if (body.kind === 'cri-answer') return [{ ...state, answers: [...state.answers, body.answer] }, []];
    return [{ ...state, events: [...state.events, `${body.event} ${body.container?.state ?? ''} ${body.container?.exitCode ?? ''}`] }, []];
  },
};

const worldOf = (options: Partial<RuntimeOptions> = {}): World => {
  const world = createWorld({ seed: 's', startMs: 0, latencyMs: () => 0, lagMs: 0, actors: [
    hosted(asker), hosted(networkActor({ id: 'network' })),
    hosted(containerRuntimeActor({ id: 'container-runtime/n1', node: 'n1', kubelet: 'kubelet/n1', network: 'network', pullMs: { min: 100, max: 100 }, ...options }))] });
  run(world, timedChooser(), { maxSteps: 100 });
  return world;
};

const call = (world: World, asked: CriCall, until = Infinity): CriAnswer | undefined => {
  world.take({ kind: 'inject', to: 'kubelet/n1', channel: 'ask', body: { kind: 'ask', call: asked } });
  const before = world.stateOf<Asker>('kubelet/n1').answers.length;
  run(world, { name: 'until', choose: (offered) => (world.nowMs >= until ? undefined : timedChooser().choose(offered)) },
    { maxSteps: 1000, until: (now) => now.stateOf<Asker>('kubelet/n1').answers.length > before });
  return world.stateOf<Asker>('kubelet/n1').answers[before];
};

const server: ContainerBehavior = { startDelayMs: 0, exitCode: 0, readyAfterMs: 500, stopDelayMs: 200 };
const sandboxConfig = { podNamespace: 'default', podName: 'web', podUid: 'u1', attempt: 0, hostNetwork: false };

const started = (world: World, behavior: Partial<ContainerBehavior> = {}): string => {
  const sandbox = call(world, { kind: 'run-pod-sandbox', config: sandboxConfig });
  call(world, { kind: 'pull-image', image: 'nginx:1' });
  const created = call(world, { kind: 'create-container', sandboxId: sandbox?.kind === 'sandbox' ? sandbox.sandbox.id : '', config: { name: 'c', image: 'nginx:1', attempt: 0, spec: { name: 'c' }, behavior: { ...server, ...behavior } } });
  const id = created?.kind === 'container' ? created.container.id : '';
  call(world, { kind: 'start-container', containerId: id });
  return id;
};
const rest = (world: World): void => { run(world, timedChooser(), { maxSteps: 1000 }); };
const containerOf = (world: World, id: string) => world.stateOf<RuntimeState>('container-runtime/n1').containers.get(id)?.status;

describe('the runtime', () => {
  it('answers for a sandbox when its network is set up', () => {
    expect(call(worldOf(), { kind: 'run-pod-sandbox', config: sandboxConfig })).toMatchObject({ kind: 'sandbox', sandbox: { state: 'ready', ip: '10.244.1.2' } });
  });
  it('pulls in the time of the profile, and at once what is there', () => {
    const world = worldOf({ images: [{ image: 'slow', pullMs: 9000, sizeBytes: 7 }] });
    expect(call(world, { kind: 'pull-image', image: 'slow:1' })).toMatchObject({ kind: 'image', present: false, tookMs: 9000, sizeBytes: 7 });
    expect(call(world, { kind: 'pull-image', image: 'slow:1' })).toMatchObject({ kind: 'image', present: true, tookMs: 200 });
  });
  it('fails to pull what cannot be pulled', () => {
    const world = worldOf({ images: [{ image: 'example.com/*', pullFails: true }] });
    expect(call(world, { kind: 'pull-image', image: 'example.com/x:1' })).toMatchObject({ kind: 'error', message: expect.stringContaining('NotFound') as string });
  });
  it('runs a container until it ends by itself', () => {
    const world = worldOf();
    const id = started(world, { runForMs: 1000, exitCode: 4 });
    expect(containerOf(world, id)).toMatchObject({ state: 'running', startedMs: 100 });
    rest(world);
    expect(containerOf(world, id)).toMatchObject({ state: 'exited', finishedMs: 1100, exitCode: 4, reason: 'Error' });
    expect(world.stateOf<Asker>('kubelet/n1').events).toEqual(['started running ', 'stopped exited 4']);
  });
  it('begins a stream of events with where every container stands, and tells nobody while there is none', () => {
    const world = worldOf();
    started(world, { runForMs: 1000, exitCode: 4 });
    run(world, timedChooser(), { maxSteps: 10, until: (now) => now.stateOf<Asker>('kubelet/n1').events.length > 0 });
    world.take({ kind: 'reset', a: 'kubelet/n1', b: 'container-runtime/n1', channel: 'cri-events' });
    rest(world);
    expect(world.stateOf<Asker>('kubelet/n1').events).toEqual(['started running ']);
    world.take({ kind: 'crash', actor: 'kubelet/n1' });
    world.take({ kind: 'restart', actor: 'kubelet/n1' });
    rest(world);
    expect(world.stateOf<Asker>('kubelet/n1').events).toEqual(['stopped exited 4']);
  });
  it('stops a container in its own time, or kills it', () => {
    const world = worldOf();
    const id = started(world);
    expect(call(world, { kind: 'stop-container', containerId: id, timeoutMs: 1000 })).toMatchObject({ kind: 'container', container: { state: 'exited', exitCode: 0, finishedMs: 300 } });
    const other = worldOf();
    const slow = started(other, { stopDelayMs: 5000 });
    expect(call(other, { kind: 'stop-container', containerId: slow, timeoutMs: 1000 })).toMatchObject({ container: { exitCode: 137, finishedMs: 1100, reason: 'Error' } });
  });
  it('starts after the start delay', () => {
    const world = worldOf();
    expect(containerOf(world, started(world, { startDelayMs: 700 }))).toMatchObject({ state: 'running', startedMs: 800 });
  });
  it('answers probes by behaviour', () => {
    const world = worldOf();
    const id = started(world);
    expect(call(world, { kind: 'probe', containerId: id, probe: 'readiness' })).toMatchObject({ kind: 'probed', success: false });
    run(world, timedChooser(), { maxSteps: 10 });
  });
  it('kills what runs in a sandbox that is stopped, and forgets all of one that is removed', () => {
    const world = worldOf();
    const id = started(world);
    const sandboxId = containerOf(world, id)?.sandboxId ?? '';
    call(world, { kind: 'stop-pod-sandbox', sandboxId });
    expect(containerOf(world, id)).toMatchObject({ state: 'exited', exitCode: 137 });
    call(world, { kind: 'remove-pod-sandbox', sandboxId });
    expect(containerOf(world, id)).toBeUndefined();
  });
  it('keeps its containers over a crash of its own', () => {
    const world = worldOf();
    const id = started(world, { runForMs: 1000 });
    world.take({ kind: 'crash', actor: 'container-runtime/n1' });
    world.take({ kind: 'restart', actor: 'container-runtime/n1' });
    expect(containerOf(world, id)?.state).toBe('running');
    rest(world);
    expect(containerOf(world, id)).toMatchObject({ state: 'exited', finishedMs: 1100 });
  });
});

describe('behaviours', () => {
  const config = (annotations: Readonly<Record<string, string>>) => ({ name: 'c', image: 'i', attempt: 0, spec: { name: 'c' }, behavior: server, annotations });
  it('lie over each other: the default, the profile, the pod\'s, the container\'s', () => {
    const resolved = resolveBehavior(config({ 'kubeloom.dev/behavior': '{"exitCode": 2, "stopDelayMs": 9}', 'kubeloom.dev/behavior.c': '{"exitCode": 3}', 'kubeloom.dev/behavior.d': '{"exitCode": 4}' }), { image: 'i', behavior: { startDelayMs: 5 } });
    expect(isRight(resolved) && resolved.right).toEqual({ startDelayMs: 5, exitCode: 3, readyAfterMs: 500, stopDelayMs: 9 });
  });
  it('lose a field to null', () => {
    const resolved = resolveBehavior(config({ 'kubeloom.dev/behavior': '{"readyAfterMs": null}' }), undefined);
    expect(isRight(resolved) && resolved.right).toEqual({ startDelayMs: 0, exitCode: 0, stopDelayMs: 200 });
  });
  it.each([
    ['nonsense', 'expected a JSON object such as {"runForMs": 5000}, found "nonsense"'],
    ['[]', 'expected a JSON object such as {"runForMs": 5000}, found "[]"'],
    ['{"exitCode": 300}', 'field "exitCode" must be an integer from 0 to 255, not 300'],
    ['{"runForMs": "5s"}', 'field "runForMs" must be a number of milliseconds, 0 or more, not "5s"'],
    ['{"exitCode": null}', 'field "exitCode" must be an integer from 0 to 255, not null'],
  ])('refuse %s', (text, why) => {
    const parsed = parseOverlay(text);
    expect(isLeft(parsed) && parsed.left).toBe(why);
  });
  it.each(['docker.io/library/nginx:1.27', 'nginx', 'gcr.io/team/nginx@sha256:00'])('of an image are found by its last part: %s', (image) => {
    expect(profileOf([{ image: 'other' }, { image: 'nginx' }], image)?.image).toBe('nginx');
  });
});
