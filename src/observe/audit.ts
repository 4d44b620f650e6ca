/**
 * What was asked of kube-apiserver and what it answered, as its audit log tells it, read off the records of a run.
 * Models: staging/src/k8s.io/apiserver/pkg/apis/audit/types.go (level RequestResponse, stage ResponseComplete)
 * Not modelled: watches, which complete only when they end.
 */
import type { Observable } from 'rxjs';
import { mergeMap } from 'rxjs';
import type { StepRecord } from '../kernel/step.ts';
import type { ActorId } from '../kernel/transition.ts';
import type { ApiAnswer, ApiRequest, Credential, FromApiServer, ToApiServer } from '../protocol/api.ts';

export interface AuditEntry {
  /** The step that answered. */
  readonly step: number;
  readonly atMs: number;
  readonly client: ActorId;
  /** As authentication would name it, such as `system:serviceaccount:kube-system:replicaset-controller`. */
  readonly user: string;
  readonly request: ApiRequest;
  readonly answer: ApiAnswer;
}

/** The user that a credential claims to be; whether it is believed is the server's business. */
export const claimedUser = (credential: Credential): string => {
  switch (credential.kind) {
    case 'certificate': return credential.commonName;
    case 'token': {
      const [, namespace, name] = credential.token.split(':');
      return `system:serviceaccount:${namespace}:${name}`;
    }
    case 'anonymous': return 'system:anonymous';
    default: return credential satisfies never;
  }
};

interface Asked { readonly request: ApiRequest; readonly credential: Credential }

const keyFor = (server: ActorId, client: ActorId, id: number): string => `${server} ${client} ${id}`;

/** Reads one record after another; answers the requests that it completes. Ids are unique within an incarnation of a client, so newer ones replace older. */
export const auditReader = (): ((record: StepRecord) => readonly AuditEntry[]) => {
  const open = new Map<string, Asked>();
  return ({ actor, input, effects, index, nowMs }) => {
    if (actor === undefined) return [];
    if (input?.kind === 'message') {
      const body = input.body as ToApiServer;
      if (body.kind === 'api-request' && body.request.verb !== 'watch') open.set(keyFor(actor, input.from, body.id), { request: body.request, credential: body.credential });
    }
    const entries: AuditEntry[] = [];
    for (const effect of effects) {
      if (effect.kind !== 'send') continue;
      const body = effect.body as FromApiServer;
      if (body.kind !== 'api-answer') continue;
      const key = keyFor(actor, effect.to, body.id);
      const asked = open.get(key);
      if (asked === undefined) continue;
      open.delete(key);
      entries.push({ step: index, atMs: nowMs, client: effect.to, user: claimedUser(asked.credential), request: asked.request, answer: body.answer });
    }
    return entries;
  };
};

/** The audit log of a run, in the order in which the server finished the requests. */
export const auditOf = (records: Observable<StepRecord>): Observable<AuditEntry> => {
  const read = auditReader();
  return records.pipe(mergeMap(read));
};
