/**
 * The API's refusals as values: `Status` with upstream's code, reason and message.
 * Models: staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go
 */

export type StatusReason =
  | 'BadRequest' | 'Unauthorized' | 'Forbidden' | 'NotFound' | 'MethodNotAllowed' | 'AlreadyExists' | 'Conflict' | 'Gone'
  | 'Expired' | 'Invalid' | 'UnsupportedMediaType' | 'TooManyRequests' | 'InternalError' | 'ServiceUnavailable' | 'Timeout'
  | 'ServerTimeout' | '';

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** A `metav1.Status` of failure. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly status: 'Failure';
  readonly code: number;
  readonly reason: StatusReason;
  readonly message: string;
  readonly details?: StatusDetails;
}

const status = (code: number, reason: StatusReason, message: string, details?: StatusDetails): Status => ({
  kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, ...(details === undefined ? {} : { details }),
});

/** `pods` in the core group, `deployments.apps` elsewhere: how messages name a resource. */
const qualifiedResource = (group: string, resource: string): string => (group === '' ? resource : `${resource}.${group}`);

const named = (group: string, resource: string, name: string): StatusDetails => ({ name, kind: resource, ...(group === '' ? {} : { group }) });

export const notFound = (group: string, resource: string, name: string): Status =>
  status(404, 'NotFound', `${qualifiedResource(group, resource)} "${name}" not found`, named(group, resource, name));

export const alreadyExists = (group: string, resource: string, name: string): Status =>
  status(409, 'AlreadyExists', `${qualifiedResource(group, resource)} "${name}" already exists`, named(group, resource, name));

export const conflict = (group: string, resource: string, name: string, why: string): Status =>
  status(409, 'Conflict', `Operation cannot be fulfilled on ${qualifiedResource(group, resource)} "${name}": ${why}`, named(group, resource, name));

/** The `why` of an update whose resourceVersion is stale. */
export const OPTIMISTIC_LOCK = 'the object has been modified; please apply your changes to the latest version and try again';

export const forbidden = (group: string, resource: string, name: string, why: string): Status =>
  status(403, 'Forbidden',
    name === '' ? `${qualifiedResource(group, resource)} is forbidden: ${why}` : `${qualifiedResource(group, resource)} "${name}" is forbidden: ${why}`,
    named(group, resource, name));

/** Invalid: `causes` are field errors in upstream's words, in order. `kind` is the kind, not the resource. */
export const invalid = (group: string, kind: string, name: string, causes: readonly StatusCause[]): Status => {
  const parts = causes.map((c) => `${c.field ?? ''}: ${c.message}`);
  const joined = parts.length === 1 ? parts[0] : `[${parts.join(', ')}]`;
  const qualified = group === '' ? kind : `${kind}.${group}`;
  return status(422, 'Invalid', `${qualified} "${name}" is invalid: ${joined}`, { name, kind, ...(group === '' ? {} : { group }), causes });
};

export const badRequest = (why: string): Status => status(400, 'BadRequest', why);
export const unauthorized = (): Status => status(401, 'Unauthorized', 'Unauthorized');
/** The 410 of a list or watch from a compacted or forgotten revision. */
export const expired = (why: string): Status => status(410, 'Expired', why);
export const methodNotSupported = (group: string, resource: string, verb: string): Status =>
  status(405, 'MethodNotAllowed', `${verb} is not supported on resources of kind "${qualifiedResource(group, resource)}"`, named(group, resource, ''));
export const tooManyRequests = (why: string, retryAfterSeconds: number): Status =>
  status(429, 'TooManyRequests', why, retryAfterSeconds === 0 ? {} : { retryAfterSeconds });
export const timeoutError = (why: string, retryAfterSeconds: number): Status =>
  status(504, 'Timeout', `Timeout: ${why}`, { retryAfterSeconds });

/** True of a value that is a refusal rather than an object. */
export const isStatus = (value: unknown): value is Status =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'Status';
