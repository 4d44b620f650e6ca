/**
 * What the container runtime answers and tells, handed to whoever asked.
 * Models: pkg/kubelet/pleg/evented.go, pkg/kubelet/kubelet.go `syncLoopIteration` (plegCh)
 */
import { mapFrom } from '../../base/persistent-map.ts';
import { unreachable } from '../../base/assert.ts';
import type { CriAnswer, FromRuntime } from '../../protocol/cri.ts';
import { imagePulled } from './image-puller.ts';
import { isFinished } from './machine.ts';
import { nodeIsReady, nodeMayHaveChanged } from './node/node-status.ts';
import { answerWorker, dispatch, isCancelled, sweepOrphans, unavailable } from './pod/pod-workers.ts';
import { notBefore, viewsOf, withContainerSeen } from './pod/runtime-view.ts';
import { containerCreated, containerStarted, imageReady, isPulling } from './pod/start-container.ts';
import { containerStopped, proceed, sandboxAnswered, sandboxStopped } from './pod/sync-pod.ts';
import type { Progress } from './pod/sync-pod.ts';
import { followContainers, probeAnswered } from './prober.ts';
import type { CriTag } from './state.ts';
import { set, setTimer, setView, viewOf, writable } from './turn.ts';
import type { Turn } from './turn.ts';

export const RELIST_TIMER = 'relist';
const RELIST_MS = 1000;

/** A container's start has come to an end, or waits on. */
const go = (turn: Turn, uid: string, progress: 'waits' | 'over'): Progress => (progress === 'over' ? proceed(turn, uid) : 'waits');

const pulled = (turn: Turn, startedMs: number, answer: CriAnswer): void => {
  const result = imagePulled(turn, startedMs, answer, (uid) => turn.state.workers.get(uid)?.pod);
  nodeMayHaveChanged(turn);
  if (result === undefined) return;
  const { uid, container } = result.request;
  answerWorker(turn, uid, (worker) => (isPulling(worker, container) ? go(turn, uid, imageReady(turn, uid, container, result.failure)) : 'waits'));
};

const listed = (turn: Turn, answer: Extract<CriAnswer, { readonly kind: 'listed' }>, beginPods: (turn: Turn) => void): void => {
  const views = viewsOf(answer.sandboxes, answer.containers);
  const merged = [...views].map(([uid, view]) => [uid, notBefore(view, viewOf(turn.state, uid))] as const);
  set(turn, { views: mapFrom(merged), images: mapFrom(answer.images.map((image) => [image, turn.state.images.get(image) ?? image] as const)) });
  if (!turn.state.isReady) {
    set(turn, { isReady: true });
    nodeIsReady(turn);
    return beginPods(turn);
  }
  for (const [uid, worker] of turn.state.workers.entries()) {
    if (isFinished(worker.phase)) continue;
    followContainers(turn, uid, false);
    dispatch(turn, uid, { type: 'WORK' });
  }
  // Why: a removal that was under way when the runtime went may not have happened.
  return turn.state.isSwept ? sweepOrphans(turn) : undefined;
};

const take = (turn: Turn, tag: CriTag, answer: CriAnswer, beginPods: (turn: Turn) => void): void => {
  switch (tag.kind) {
    case 'sandbox': return answerWorker(turn, tag.uid, (worker) => sandboxAnswered(turn, worker, answer));
    case 'stop-sandbox': return answerWorker(turn, tag.uid, (worker) => sandboxStopped(turn, worker, tag.sandboxId ?? '', answer));
    case 'create': return answerWorker(turn, tag.uid, (worker) => go(turn, tag.uid, containerCreated(turn, tag.uid, tag.container, answer, isCancelled(worker))));
    case 'start': return answerWorker(turn, tag.uid, (worker) => go(turn, tag.uid, containerStarted(turn, tag.uid, tag.container, answer, isCancelled(worker))));
    case 'stop': return answerWorker(turn, tag.uid, (worker) => containerStopped(turn, worker, tag.containerId, answer));
    case 'pull': return pulled(turn, tag.startedMs, answer);
    case 'probe': {
      const uid = probeAnswered(turn, tag.key, answer);
      return uid === undefined ? undefined : dispatch(turn, uid, { type: 'WORK' });
    }
    case 'list': return answer.kind === 'listed' ? listed(turn, answer, beginPods) : relistSoon(turn);
    case 'cleanup': return undefined;
    default: return unreachable(tag);
  }
};

export const runtimeAnswered = (turn: Turn, { id, answer }: Extract<FromRuntime, { readonly kind: 'cri-answer' }>, beginPods: (turn: Turn) => void): void => {
  const tag = turn.state.calls.get(String(id));
  if (tag === undefined) return;
  const state = writable(turn);
  state.calls = state.calls.delete(String(id));
  take(turn, tag, answer, beginPods);
};

export const runtimeEvent = (turn: Turn, { podUid, container }: Extract<FromRuntime, { readonly kind: 'cri-event' }>): void => {
  if (container === undefined) return;
  const before = viewOf(turn.state, podUid);
  const after = withContainerSeen(before, container);
  if (after === before) return;
  setView(turn, podUid, after);
  dispatch(turn, podUid, { type: 'WORK' });
};

/** Events may have been lost. */
export const relistSoon = (turn: Turn): void => setTimer(turn, RELIST_TIMER, RELIST_MS);

/** Calls under way have failed, as far as one can know; the runtime is listed again a second later. */
export const runtimeLost = (turn: Turn): void => {
  const lost = turn.state.calls.entries();
  set(turn, { calls: mapFrom([]) });
  relistSoon(turn);
  for (const [, tag] of lost) if (tag.kind !== 'list') take(turn, tag, unavailable, () => {});
};
