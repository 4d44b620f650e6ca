/** The part of an explanation that happens on a node: the kubelet, its container runtime, and the pod's network. */
import type { StepRecord } from '../../kernel/step.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { CriAnswer, CriCall } from '../../protocol/cri.ts';
import { describe } from '../../protocol/describe.ts';
import type { Message } from '../../protocol/message.ts';
import type { Subject } from '../subjects.ts';
import { subjectsOf } from '../subjects.ts';
import type { DraftLine, Flow } from './flow.ts';
import { inside, said } from './flow.ts';

const NODE_ACTORS = /^(?:kubelet|container-runtime)\/|^network$/;

const podIn = (body: Message): Subject | undefined => subjectsOf(body).find((subject) => subject.startsWith('pods '));

/** The pod that a step on a node is for: the one that its message names, or else the one that its cause is for. */
const podReader = (): ((record: StepRecord) => Subject | undefined) => {
  const pods = new Map<number, Subject>();
  return ({ index, actor, input, cause }) => {
    if (actor === undefined || !NODE_ACTORS.test(actor)) return undefined;
    const pod = (input?.kind === 'message' ? podIn(input.body as Message) : undefined) ?? pods.get(cause);
    if (pod !== undefined) pods.set(index, pod);
    return pod;
  };
};

/** `Pod default/web-0` from `pods default/web-0`. */
const shownPod = (subject: Subject): string => `Pod ${subject.slice('pods '.length)}`;

const callWords = (call: CriCall, pod: string, containerName: string): string | undefined => {
  switch (call.kind) {
    case 'run-pod-sandbox':
    case 'pull-image':
    case 'create-container': return describe({ kind: 'cri-call', id: 0, call });
    case 'stop-pod-sandbox': return `stop pod sandbox of ${pod}`;
    case 'remove-pod-sandbox': return `remove pod sandbox of ${pod}`;
    case 'start-container':
    case 'stop-container':
    case 'remove-container': return `${call.kind.replaceAll('-', ' ')} ${containerName}`;
    case 'list':
    case 'probe': return undefined;
    default: return call satisfies never;
  }
};

/** The answers that are news; that a call was carried out goes without saying. */
const answerWords = (answer: CriAnswer, call: CriCall, containerName: string): string | undefined => {
  switch (answer.kind) {
    case 'sandbox': return `sandbox ready${answer.sandbox.ip === undefined ? '' : ` with address ${answer.sandbox.ip}`}`;
    case 'image': return answer.present ? 'image is there already' : `image pulled in ${answer.tookMs} ms`;
    case 'container': return answer.container.state === 'running' ? `container ${answer.container.config.name} is running` : undefined;
    case 'probed': return `${call.kind === 'probe' ? call.probe : ''} probe of ${containerName} ${answer.success ? 'succeeded' : 'failed'}`;
    case 'error': return describe({ kind: 'cri-answer', id: 0, answer });
    case 'listed':
    case 'done': return undefined;
    default: return answer satisfies never;
  }
};

interface Asked { readonly call: CriCall; readonly containerId: string }

export const nodeLineReader = (flow: Flow): ((record: StepRecord) => readonly DraftLine[]) => {
  const podOf = podReader();
  const asked = new Map<string, Asked>();
  const containerNames = new Map<string, string>();
  const probeTold = new Map<string, string>();
  const nameOf = (containerId: string): string => containerNames.get(containerId) ?? containerId;

  const ofCall = (record: StepRecord, kubelet: ActorId, runtime: ActorId, id: number, call: CriCall, pod: string): readonly DraftLine[] => {
    const containerId = 'containerId' in call ? call.containerId : '';
    asked.set(`${kubelet} ${id}`, { call, containerId });
    const words = callWords(call, pod, nameOf(containerId));
    if (words === undefined) return [];
    const starts = call.kind === 'run-pod-sandbox' ? flow.recordAt.get(record.cause) : undefined;
    return [...starts === undefined ? [] : [inside(starts, `starts its worker for ${pod}`)], said(record, kubelet, runtime, words)];
  };

  const ofAnswer = (record: StepRecord, runtime: ActorId, kubelet: ActorId, id: number, answer: CriAnswer): readonly DraftLine[] => {
    const question = asked.get(`${kubelet} ${id}`);
    if (question === undefined) return [];
    if (answer.kind === 'container') containerNames.set(answer.container.id, answer.container.config.name);
    const words = answerWords(answer, question.call, nameOf(question.containerId));
    if (words === undefined) return [];
    if (answer.kind !== 'probed') return [said(record, runtime, kubelet, words)];
    // Why: a probe asks every few seconds; only a change of its answer is news.
    const probe = `${question.containerId} ${question.call.kind === 'probe' ? question.call.probe : ''}`;
    if (probeTold.get(probe) === words) return [];
    probeTold.set(probe, words);
    return [said(record, runtime, kubelet, words)];
  };

  return (record) => {
    const subject = podOf(record);
    const { input, actor } = record;
    if (input?.kind !== 'message' || actor === undefined || subject === undefined || !flow.followed.has(subject)) return [];
    const body = input.body as Message;
    switch (body.kind) {
      case 'cri-call': return ofCall(record, input.from, actor, body.id, body.call, shownPod(subject));
      case 'cri-answer': return ofAnswer(record, input.from, actor, body.id, body.answer);
      case 'cni-del': return [said(record, input.from, actor, `take down the network of ${subject.slice('pods '.length)}`)];
      case 'cni-add':
      case 'cni-answer': return [said(record, input.from, actor, describe(body))];
      default: return [];
    }
  };
};
