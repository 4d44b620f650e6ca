/**
 * Probes: one worker for each container and kind, with a timer while the container runs.
 * Models: pkg/kubelet/prober/{prober_manager,worker,prober}.go, prober/results
 * Not modelled: timeouts, the random delay of the first probes after a kubelet restart, and the ticks before a container runs: the first probe comes
 *   initialDelaySeconds after the start (or after the startup probe's success), then one every period.
 */
import type { Container, Pod, Probe } from '../../api/types.ts';
import { invariant } from '../../base/assert.ts';
import type { CriAnswer, CriContainerStatus } from '../../protocol/cri.ts';
import { probeChart } from './machine.ts';
import type { ProbeEvent } from './machine.ts';
import { findContainer, initContainersOf, isSidecar } from './pod/containers.ts';
import { latestContainer } from './pod/runtime-view.ts';
import type { ProbeFailure } from './pod/pod-actions.ts';
import type { KubeletState, ProbeKind, ProbeWorker } from './state.ts';
import type { ProbeVerdict } from './status/container-statuses.ts';
import { callRuntime, clearTimer, probeTimer, recordContainer, set, setTimer, viewOf } from './turn.ts';
import type { Turn } from './turn.ts';

const KINDS: readonly ProbeKind[] = ['startup', 'liveness', 'readiness'];
const TITLES = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' } as const;

const probeKey = (uid: string, container: string, kind: ProbeKind): string => `${uid}/${container}/${kind}`;

const FIELDS = { startup: 'startupProbe', liveness: 'livenessProbe', readiness: 'readinessProbe' } as const;

const specOf = (container: Container, kind: ProbeKind): Probe | undefined => container[FIELDS[kind]];

const probed = (pod: Pod): readonly Container[] => [...initContainersOf(pod).filter(isSidecar), ...pod.spec.containers];

const hasProbes = (pod: Pod): boolean => probed(pod).some((container) => KINDS.some((kind) => specOf(container, kind) !== undefined));

const setProbe = (turn: Turn, worker: ProbeWorker): void => {
  set(turn, { probes: turn.state.probes.set(probeKey(worker.uid, worker.container, worker.kind), worker) });
};

const podOf = (state: KubeletState, uid: string): Pod | undefined => state.workers.get(uid)?.pod;

const specFor = (turn: Turn, worker: ProbeWorker): Probe | undefined => {
  const pod = podOf(turn.state, worker.uid);
  const container = pod === undefined ? undefined : findContainer(pod, worker.container);
  return container === undefined ? undefined : specOf(container, worker.kind);
};

/** The result a container starts with: innocent until proven dead, unready until proven ready. */
const resultOf = (state: KubeletState, uid: string, container: string, kind: ProbeKind, containerId: string): 'success' | 'failure' | undefined => {
  const worker = state.probes.get(probeKey(uid, container, kind));
  return worker !== undefined && worker.containerId === containerId ? worker.result : undefined;
};

const isStarted = (state: KubeletState, uid: string, containerId: string, container: Container): boolean =>
  container.startupProbe === undefined || resultOf(state, uid, container.name, 'startup', containerId) === 'success';

/** Started: no startup probe, or it has succeeded. Ready: no readiness probe, or it says so. */
export const verdictOf = (state: KubeletState, uid: string, containerId: string, container: Container): ProbeVerdict => ({
  started: isStarted(state, uid, containerId, container),
  ready: container.readinessProbe === undefined || resultOf(state, uid, container.name, 'readiness', containerId) === 'success',
});

export const failureOf = (state: KubeletState, uid: string, containerId: string): ProbeFailure | undefined => {
  const name = viewOf(state, uid).containers.find(({ id }) => id === containerId)?.config.name ?? '';
  if (resultOf(state, uid, name, 'liveness', containerId) === 'failure') return 'liveness';
  return resultOf(state, uid, name, 'startup', containerId) === 'failure' ? 'startup' : undefined;
};

/** Whether the startup probe lets this one run: itself until it has succeeded, the others after that. */
const mayRun = (turn: Turn, worker: ProbeWorker, container: Container): boolean =>
  isStarted(turn.state, worker.uid, worker.containerId, container) !== (worker.kind === 'startup');

const firstDelayMs = (turn: Turn, worker: ProbeWorker): number => {
  const status = viewOf(turn.state, worker.uid).containers.find(({ id }) => id === worker.containerId);
  const dueMs = (status?.startedMs ?? turn.env.nowMs) + (specFor(turn, worker)?.initialDelaySeconds ?? 0) * 1000;
  return dueMs - turn.env.nowMs;
};

const perform = (turn: Turn, worker: ProbeWorker, action: string): void => {
  const key = probeKey(worker.uid, worker.container, worker.kind);
  switch (action) {
    case 'begin': return setTimer(turn, probeTimer(key), firstDelayMs(turn, worker));
    case 'again': {
      // Why: a startup probe that has succeeded never runs again.
      const isOver = worker.kind === 'startup' && worker.result === 'success';
      return isOver ? undefined : setTimer(turn, probeTimer(key), (specFor(turn, worker)?.periodSeconds ?? 10) * 1000);
    }
    case 'probe': return callRuntime(turn, { kind: 'probe', containerId: worker.containerId, probe: worker.kind }, { kind: 'probe', key });
    case 'disarm': return clearTimer(turn, probeTimer(key));
    case 'conclude': return undefined;
    default: invariant(false, `kubelet: unknown probe action ${action}`);
  }
};

/** True when a conclusion was reached. */
const move = (turn: Turn, worker: ProbeWorker, event: ProbeEvent): boolean => {
  const { state: phase, actions } = probeChart.next(worker.phase, event);
  const next = phase === worker.phase ? worker : { ...worker, phase };
  setProbe(turn, next);
  for (const action of actions) perform(turn, next, action);
  return actions.includes('conclude');
};

const fresh = (uid: string, container: string, kind: ProbeKind): ProbeWorker =>
  ({ phase: probeChart.initial, uid, container, kind, containerId: '', result: undefined, run: 0, lastSucceeded: undefined });

const follow = (turn: Turn, uid: string, container: Container, kind: ProbeKind, status: CriContainerStatus | undefined): void => {
  const key = probeKey(uid, container.name, kind);
  const known = turn.state.probes.get(key) ?? fresh(uid, container.name, kind);
  if (known.containerId !== '' && (status?.state !== 'running' || status.id !== known.containerId)) move(turn, known, { type: 'STOPPED' });
  if (status?.state !== 'running') return;
  const now = turn.state.probes.get(key) ?? known;
  const current = now.containerId === status.id ? now : { ...fresh(uid, container.name, kind), phase: now.phase, containerId: status.id };
  if (current.phase === 'waiting' && mayRun(turn, current, container)) move(turn, current, { type: 'RUNNING' });
  else if (current !== now) setProbe(turn, current);
};

/** Brings a pod's probe workers in line with what runs. `dying`: only readiness goes on while a pod terminates. */
export const followContainers = (turn: Turn, uid: string, dying: boolean): void => {
  const pod = podOf(turn.state, uid);
  if (pod === undefined || !hasProbes(pod)) return;
  for (const container of probed(pod)) {
    const status = latestContainer(viewOf(turn.state, uid), container.name);
    for (const kind of KINDS) {
      if (specOf(container, kind) === undefined) continue;
      follow(turn, uid, container, kind, dying && kind !== 'readiness' ? undefined : status);
    }
  }
};

export const forgetProbes = (turn: Turn, uid: string): void => {
  const pod = podOf(turn.state, uid);
  if (pod === undefined || !hasProbes(pod)) return;
  for (const container of probed(pod)) {
    for (const kind of KINDS) {
      const key = probeKey(uid, container.name, kind);
      if (!turn.state.probes.has(key)) continue;
      clearTimer(turn, probeTimer(key));
      set(turn, { probes: turn.state.probes.delete(key) });
    }
  }
};

export const probeDue = (turn: Turn, key: string): void => {
  const worker = turn.state.probes.get(key);
  if (worker !== undefined) move(turn, worker, { type: 'TICK' });
};

const threshold = (spec: Probe | undefined, success: boolean): number => (success ? spec?.successThreshold ?? 1 : spec?.failureThreshold ?? 3);

/** The pod's uid when the result of the probe has changed and the pod wants a sync. */
export const probeAnswered = (turn: Turn, key: string, answer: CriAnswer): string | undefined => {
  const worker = turn.state.probes.get(key);
  if (worker?.phase !== 'probing') return undefined;
  if (answer.kind !== 'probed') {
    move(turn, worker, { type: 'QUIET' });
    return undefined;
  }
  const spec = specFor(turn, worker);
  const pod = podOf(turn.state, worker.uid);
  if (!answer.success && pod !== undefined) {
    recordContainer(turn, pod, worker.container, 'Warning', 'Unhealthy', `${TITLES[worker.kind]} probe failed: ${answer.output}`);
  }
  const run = worker.lastSucceeded === answer.success ? worker.run + 1 : 1;
  const reached = run >= threshold(spec, answer.success);
  const result = reached ? (answer.success ? 'success' : 'failure') : worker.result;
  const counted: ProbeWorker = { ...worker, run, lastSucceeded: answer.success, result };
  const concluded = move(turn, counted, { type: 'RESULT', reached });
  if (!concluded || result === worker.result) return undefined;
  // Why: a container condemned by a probe is not probed again; its successor is.
  if (result === 'failure' && worker.kind !== 'readiness') move(turn, turn.state.probes.get(key) ?? counted, { type: 'HOLD' });
  if (result === 'success' && worker.kind === 'startup') followContainers(turn, worker.uid, false);
  return worker.uid;
};
