/**
 * Image pulls: whether one is needed, one at a time for the node, with a back-off for each pod and image.
 * Models: pkg/kubelet/images/image_manager.go `EnsureImageExists`, puller.go `serialImagePuller`
 * Not modelled: pull secrets, parallel pulls, image garbage collection (what the kubelet pulled stays), registry QPS.
 */
import { invariant } from '../../base/assert.ts';
import { imageTag } from '../../api/defaults/pod.ts';
import type { Container, Pod } from '../../api/types.ts';
import { backOffNext, delayOf, isInBackOffSinceUpdate } from '../../client/back-off.ts';
import type { CriAnswer } from '../../protocol/cri.ts';
import { goDuration, quoted } from './go-text.ts';
import { imagePullerChart } from './machine.ts';
import type { PullerEvent } from './machine.ts';
import { PULL_BACK_OFF } from './options.ts';
import type { PullRequest } from './state.ts';
import { callRuntime, recordContainer, set } from './turn.ts';
import type { Turn } from './turn.ts';

export type ImageOutcome =
  | { readonly kind: 'present' }
  | { readonly kind: 'pulling' }
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string; readonly untilMs: number | undefined };

const backOffKey = (uid: string, image: string): string => `${uid}_${image}`;

const move = (turn: Turn, event: PullerEvent): void => {
  const { state: phase, actions } = imagePullerChart.next(turn.state.puller.phase, event);
  set(turn, { puller: { ...turn.state.puller, phase } });
  for (const action of actions) {
    invariant(action === 'pullNext', `kubelet: unknown puller action ${action}`);
    pullNext(turn);
  }
};

const pullNext = (turn: Turn): void => {
  const { puller } = turn.state;
  const request = puller.queue.head;
  invariant(request !== undefined, 'kubelet: the image puller was told to pull and nothing is queued');
  set(turn, { puller: { ...puller, current: request, queue: puller.queue.shift() } });
  callRuntime(turn, { kind: 'pull-image', image: request.image }, { kind: 'pull', image: request.image, startedMs: turn.env.nowMs });
};

const policyOf = (container: Container): string => container.imagePullPolicy ?? (imageTag(container.image ?? '') === 'latest' ? 'Always' : 'IfNotPresent');

const inBackOff = (turn: Turn, pod: Pod, container: Container, image: string): ImageOutcome => {
  const key = backOffKey(pod.metadata.uid ?? '', image);
  const text = `Back-off pulling image ${quoted(image)}`;
  recordContainer(turn, pod, container.name, 'Normal', 'BackOff', text);
  const last = turn.state.pullErrors.get(key);
  const entry = turn.state.pullBackOffs.get(key);
  return {
    kind: 'failed', reason: 'ImagePullBackOff', message: last === undefined ? text : `${text}: ${last}`,
    untilMs: (entry?.updatedMs ?? turn.env.nowMs) + delayOf(turn.state.pullBackOffs, key),
  };
};

/** Sees to it that the image of a container is there. A pull that begins is answered by `imagePulled`. */
export const ensureImage = (turn: Turn, pod: Pod, container: Container): ImageOutcome => {
  const image = container.image ?? '';
  const uid = pod.metadata.uid ?? '';
  const policy = policyOf(container);
  const isPresent = turn.state.images.has(image);
  if (isPresent && policy !== 'Always') {
    recordContainer(turn, pod, container.name, 'Normal', 'Pulled', `Container image ${quoted(image)} already present on machine`);
    return { kind: 'present' };
  }
  if (policy === 'Never') {
    const message = `Container image ${quoted(image)} is not present with pull policy of Never`;
    recordContainer(turn, pod, container.name, 'Warning', 'ErrImageNeverPull', message);
    return { kind: 'failed', reason: 'ErrImageNeverPull', message, untilMs: undefined };
  }
  const key = backOffKey(uid, image);
  if (isInBackOffSinceUpdate(turn.state.pullBackOffs, PULL_BACK_OFF, key, turn.env.nowMs)) return inBackOff(turn, pod, container, image);
  recordContainer(turn, pod, container.name, 'Normal', 'Pulling', `Pulling image ${quoted(image)}`);
  const request: PullRequest = { uid, container: container.name, image, askedMs: turn.env.nowMs };
  set(turn, { pullErrors: turn.state.pullErrors.delete(key), puller: { ...turn.state.puller, queue: turn.state.puller.queue.push(request) } });
  move(turn, { type: 'REQUEST' });
  return { kind: 'pulling' };
};

export type PullResult = { readonly request: PullRequest; readonly failure: string | undefined };

/** The pull that ran is over; the next one begins. The result is for the pod worker that asked, if it still waits. */
export const imagePulled = (turn: Turn, startedMs: number, answer: CriAnswer, podOf: (uid: string) => Pod | undefined): PullResult | undefined => {
  const request = turn.state.puller.current;
  if (request === undefined) return undefined;
  set(turn, { puller: { ...turn.state.puller, current: undefined } });
  const pod = podOf(request.uid);
  const failure = answer.kind === 'image' ? undefined : answer.kind === 'error' ? answer.message : 'unexpected answer';
  if (answer.kind === 'image') {
    set(turn, { images: turn.state.images.set(request.image, answer.imageRef) });
    const took = goDuration(turn.env.nowMs - startedMs);
    const waited = goDuration(turn.env.nowMs - request.askedMs);
    const text = `Successfully pulled image ${quoted(request.image)} in ${took} (${waited} including waiting). Image size: ${answer.sizeBytes} bytes.`;
    if (pod !== undefined) recordContainer(turn, pod, request.container, 'Normal', 'Pulled', text);
  } else if (pod !== undefined) {
    const key = backOffKey(request.uid, request.image);
    recordContainer(turn, pod, request.container, 'Warning', 'Failed', `Failed to pull image ${quoted(request.image)}: ${failure ?? ''}`);
    turn.state = {
      ...turn.state,
      pullBackOffs: backOffNext(turn.state.pullBackOffs, PULL_BACK_OFF, key, turn.env.nowMs, turn.env.nowMs, 0),
      pullErrors: turn.state.pullErrors.set(key, `ErrImagePull: ${failure ?? ''}`),
    };
  }
  move(turn, { type: 'PULLED', more: turn.state.puller.queue.size > 0 });
  return { request, failure };
};
