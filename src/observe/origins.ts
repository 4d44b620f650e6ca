/**
 * Which request a step follows from: the newest request to a kube-apiserver on its way from effect to cause. So an etcd transaction leads back
 * to the client that asked for the write.
 */
import type { StepRecord } from '../kernel/step.ts';
import type { ActorId } from '../kernel/transition.ts';
import type { ApiRequest, ToApiServer } from '../protocol/api.ts';
import { claimedUser } from './audit.ts';

export interface Origin {
  /** The step at which the server was given the request. */
  readonly step: number;
  readonly client: ActorId;
  /** As in `AuditEntry.user`. */
  readonly user: string;
  readonly request: ApiRequest;
}

const requestIn = ({ input, index }: StepRecord): Origin | undefined => {
  if (input?.kind !== 'message') return undefined;
  const body = input.body as ToApiServer;
  return body.kind === 'api-request' ? { step: index, client: input.from, user: claimedUser(body.credential), request: body.request } : undefined;
};

/** Given the records of a run one after another, answers each one's origin; undefined where no request is behind it, such as at a timer of the beginning. */
export const originReader = (): ((record: StepRecord) => Origin | undefined) => {
  const origins = new Map<number, Origin>();
  return (record) => {
    const origin = requestIn(record) ?? origins.get(record.cause);
    if (origin !== undefined) origins.set(record.index, origin);
    return origin;
  };
};
