/**
 * Refusals that `src/api/status.ts` has no builder for.
 * Models: staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go, apiserver/pkg/endpoints/handlers/responsewriters/status.go ErrorToAPIStatus
 */
import type { Status } from '../../../api/status.ts';
import type { EtcdAnswer } from '../../../protocol/etcd.ts';

const failure = (code: number, reason: Status['reason'], message: string): Status =>
  ({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });

/** The URL is none of the server's. */
export const noSuchResource = (): Status => ({ ...failure(404, 'NotFound', 'the server could not find the requested resource'), details: {} });

/** What became of the call is unknown. */
export const storageFailure = (answer?: EtcdAnswer): Status =>
  failure(500, '', answer?.kind === 'error' ? answer.message : 'etcdserver: request timed out');

/** The 409 after the last try to generate a name. */
export const nameNotGenerated = (taken: Status): Status => ({
  ...taken,
  message: `${taken.message}, the server was not able to generate a unique name for the object`,
  details: { ...taken.details, retryAfterSeconds: 1 },
});

/** A list that continues from, or asks for, a revision that is gone. */
export const COMPACTED = 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the '
  + 'continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token '
  + 'results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

export const EXPIRED = 'The resourceVersion for the provided list is too old.';
