/** The part of an explanation that goes through kube-apiserver: requests, and what etcd did with them. */
import type { StepRecord } from '../../kernel/step.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { ApiRequest } from '../../protocol/api.ts';
import type { Message } from '../../protocol/message.ts';
import type { Origin } from '../origins.ts';
import type { Subject } from '../subjects.ts';
import { subjectsOf } from '../subjects.ts';
import { answerWords, bindingTarget, etcdCallWords, nameOf, notStoredWords, outcome, requestWords, speaker, storedWords } from './api-words.ts';
import type { DraftLine, Flow } from './flow.ts';
import { USER_CLIENT, inside, said } from './flow.ts';
import { standingOf } from './object-words.ts';

/** What is written about objects, heartbeats, and the Endpoints of old, which nothing here reads. */
const UNTOLD: readonly string[] = ['events', 'events.events.k8s.io', 'leases.coordination.k8s.io', 'endpoints'];

const concerns = (flow: Flow, origin: Origin): boolean => {
  if (UNTOLD.includes(origin.request.resource)) return false;
  const named = subjectsOf({ kind: 'api-request', id: 0, credential: { kind: 'anonymous' }, request: origin.request });
  return [...named, ...(flow.stored.get(origin.step) ?? []).map(({ subject }) => subject)].some((subject) => flow.followed.has(subject));
};

const isWrite = ({ verb }: ApiRequest): boolean => !['get', 'list', 'watch'].includes(verb);

/** Reads one record after another. Each client's first write is told with etcd's part, later ones in one line, and a status that reads as before not at all. */
export const apiLineReader = (flow: Flow): ((record: StepRecord) => readonly DraftLine[]) => {
  const hasWritten = new Set<ActorId>();
  /** Requests told with etcd's part. */
  const inFull = new Set<number>();
  const toldStored = new Set<number>();
  const standings = new Map<Subject, string>();

  const isOldNews = ({ step, request }: Origin): boolean => {
    const revisions = flow.stored.get(step) ?? [];
    const isSame = revisions.every(({ subject, object }) => object !== undefined && standings.get(subject) === standingOf(object));
    for (const { subject, object } of revisions) if (object !== undefined) standings.set(subject, standingOf(object));
    return request.subresource === 'status' && revisions.length > 0 && isSame;
  };

  const ofRequest = (record: StepRecord, server: ActorId, origin: Origin): readonly DraftLine[] => {
    if (!concerns(flow, origin) || (!isWrite(origin.request) && origin.client !== USER_CLIENT)) return [];
    const { client, request } = origin;
    if (!isWrite(request)) return [said(record, client, server, `${requestWords(flow, origin)} (${answerWords(flow.answers.get(origin.step))})`)];
    const isFirst = request.subresource !== 'status' && !hasWritten.has(client);
    const picks = request.subresource === 'binding' ? flow.recordAt.get(record.cause) : undefined;
    if (isFirst && flow.stored.has(origin.step)) inFull.add(origin.step);
    if (isFirst) hasWritten.add(client);
    if (isOldNews(origin)) return [];
    return [
      ...picks === undefined ? [] : [inside(picks, `picks ${bindingTarget(request)}${flow.nodes === undefined || flow.nodes === 1 ? '' : ` of ${flow.nodes} nodes`} for ${nameOf(flow, origin)}`)],
      said(record, client, server, `${speaker(origin)}${requestWords(flow, origin)}${inFull.has(origin.step) ? '' : outcome(flow, origin)}`),
    ];
  };

  /** The request behind a step of etcd's, if etcd's part in it is told. */
  const toldInFull = ({ index }: StepRecord): Origin | undefined => {
    const origin = flow.originAt.get(index);
    return origin !== undefined && inFull.has(origin.step) ? origin : undefined;
  };

  /** The answer and the watch tell of a revision, in any order: the first of them is told. */
  const ofStored = (record: StepRecord, from: ActorId, to: ActorId, revision: number): readonly DraftLine[] => {
    const origin = toldInFull(record);
    if (origin === undefined || toldStored.has(revision)) return [];
    toldStored.add(revision);
    return [said(record, from, to, storedWords(flow, origin, revision))];
  };

  return (record) => {
    const { input, actor, step } = record;
    if (input?.kind !== 'message' || actor === undefined || step.kind !== 'deliver') return [];
    const body = input.body as Message;
    switch (body.kind) {
      case 'api-request': {
        const origin = flow.originAt.get(record.index);
        return origin === undefined ? [] : ofRequest(record, actor, origin);
      }
      case 'etcd-call': {
        const origin = toldInFull(record);
        return origin === undefined || body.call.kind !== 'txn' ? [] : [said(record, input.from, actor, etcdCallWords(body.call, nameOf(flow, origin)))];
      }
      case 'etcd-answer': {
        const origin = toldInFull(record);
        if (origin === undefined || body.answer.kind !== 'txn') return [];
        return body.answer.succeeded ? ofStored(record, input.from, actor, body.answer.revision) : [said(record, input.from, actor, notStoredWords(flow, origin))];
      }
      case 'etcd-events': return body.events.length > 0 ? ofStored(record, input.from, actor, body.revision) : [];
      case 'api-answer': {
        const origin = flow.originAt.get(record.index);
        return origin?.client === USER_CLIENT && actor === USER_CLIENT && inFull.has(origin.step) ? [said(record, input.from, actor, answerWords(body.answer))] : [];
      }
      default: return [];
    }
  };
};
