/** What an explanation is made from: the records of a run's part, which objects are the user's, and what came of each request. */
import type { KubeObject } from '../../api/object.ts';
import { resourceById, resourceByKind } from '../../api/resources.ts';
import type { StepRecord } from '../../kernel/step.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { ApiAnswer, FromApiServer } from '../../protocol/api.ts';
import type { ToUser, UserCommand } from '../../protocol/user.ts';
import type { Origin } from '../origins.ts';
import { originReader } from '../origins.ts';
import type { ObjectRevision } from '../revisions.ts';
import { revisionReader } from '../revisions.ts';
import type { Subject } from '../subjects.ts';
import { subjectOf } from '../subjects.ts';

/** The client whose requests are the user's own. */
export const USER_CLIENT = 'kubectl';

/** One step of an explanation. */
export interface FlowLine {
  /** The step of the run that it tells of. */
  readonly step: number;
  readonly atMs: number;
  readonly from: ActorId;
  /** Empty: a moment inside `from`. */
  readonly to: readonly ActorId[];
  readonly text: string;
}

/** `news` is told only when something follows from it. */
export interface DraftLine extends FlowLine {
  readonly kind: 'said' | 'news';
  /** Lines of one key are told as one, with all their receivers. */
  readonly mergeKey?: string;
}

export interface ExplainOptions {
  /** How many nodes the cluster has. */
  readonly nodes?: number;
}

export interface Flow extends ExplainOptions {
  readonly records: readonly StepRecord[];
  readonly recordAt: ReadonlyMap<number, StepRecord>;
  readonly originAt: ReadonlyMap<number, Origin>;
  /** By the step of the request. */
  readonly stored: ReadonlyMap<number, readonly ObjectRevision[]>;
  readonly answers: ReadonlyMap<number, ApiAnswer>;
  /** The user's objects and what they own. */
  readonly followed: ReadonlySet<Subject>;
}

const place = (namespaced: boolean, namespace: string | undefined): string | undefined => (namespaced ? namespace ?? 'default' : undefined);

const targetOf = (command: UserCommand): Subject | undefined => {
  switch (command.kind) {
    case 'apply':
    case 'create':
    case 'replace': {
      const { apiVersion, kind, metadata } = command.object;
      const info = resourceByKind(apiVersion, kind);
      return info === undefined ? undefined : subjectOf(info.id, place(info.namespaced, metadata.namespace), metadata.name);
    }
    case 'cordon':
    case 'uncordon': return subjectOf('nodes', undefined, command.node);
    case 'request': return command.request.name === undefined ? undefined : subjectOf(command.request.resource, command.request.namespace, command.request.name);
    default: {
      const { resource, namespace, name } = command.target;
      return subjectOf(resource, place(resourceById(resource)?.namespaced === true, namespace), name);
    }
  }
};

/** The commands that a step hands to the user. */
export const commandsIn = ({ step }: StepRecord): readonly UserCommand[] => {
  if (step.kind !== 'inject') return [];
  const body = step.body as ToUser;
  switch (body.kind) {
    case 'user-command': return [body.command];
    case 'user-agenda': return body.entries.map(({ command }) => command);
    default: return [];
  }
};

/** An object belongs to the flow when an owner of it does; Endpoints have no owner and go by their Service's name. */
const isOwnedByFollowed = (object: KubeObject, followed: ReadonlySet<Subject>): boolean => {
  const { namespace, name, ownerReferences = [] } = object.metadata;
  if (object.kind === 'Endpoints') return followed.has(subjectOf('services', namespace, name));
  return ownerReferences.some((owner) => {
    const info = resourceByKind(owner.apiVersion, owner.kind);
    return info !== undefined && followed.has(subjectOf(info.id, info.namespaced ? namespace : undefined, owner.name));
  });
};

const answerIn = ({ input, step }: StepRecord): ApiAnswer | undefined => {
  if (input?.kind !== 'message' || step.kind !== 'deliver') return undefined;
  const body = input.body as FromApiServer;
  return body.kind === 'api-answer' ? body.answer : undefined;
};

export const readFlow = (records: readonly StepRecord[], options: ExplainOptions = {}): Flow => {
  const originOf = originReader();
  const revisionsIn = revisionReader();
  const originAt = new Map<number, Origin>();
  const stored = new Map<number, ObjectRevision[]>();
  const answers = new Map<number, ApiAnswer>();
  const followed = new Set<Subject>();
  for (const record of records) {
    const origin = originOf(record);
    if (origin !== undefined) originAt.set(record.index, origin);
    for (const target of commandsIn(record).map(targetOf)) if (target !== undefined) followed.add(target);
    for (const revision of revisionsIn(record)) {
      const { object, subject } = revision;
      if (object !== undefined && isOwnedByFollowed(object, followed)) followed.add(subject);
      if (origin !== undefined) stored.set(origin.step, [...stored.get(origin.step) ?? [], revision]);
    }
    const answer = answerIn(record);
    if (answer !== undefined && origin !== undefined && origin.client === record.actor) answers.set(origin.step, answer);
  }
  return { ...options, records, recordAt: new Map(records.map((record) => [record.index, record])), originAt, stored, answers, followed };
};

/** An inner moment of an actor. */
export const inside = ({ index, nowMs, actor }: StepRecord, text: string): DraftLine => ({ kind: 'said', step: index, atMs: nowMs, from: actor ?? '', to: [], text });

/** What a delivery brought. */
export const said = ({ index, nowMs }: StepRecord, from: ActorId, to: ActorId, text: string): DraftLine => ({ kind: 'said', step: index, atMs: nowMs, from, to: [to], text });
