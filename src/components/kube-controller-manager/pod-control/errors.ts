/**
 * What a controller reads from the answers to its requests: kinds of refusals, and several errors as one.
 * Models: apimachinery/pkg/api/errors/errors.go (IsNotFound, HasStatusCause, ...), apimachinery/pkg/util/errors NewAggregate
 */
import type { StatusReason } from '../../../api/status.ts';
import type { Answer } from '../../../client/controller.ts';
import { refusalOf } from '../../../client/controller.ts';

/** The cause that kube-apiserver gives when it refuses a create because the namespace is going away. */
const NAMESPACE_TERMINATING_CAUSE = 'NamespaceTerminating';

export const isRefusedAs = (answer: Answer, reason: StatusReason): boolean => refusalOf(answer)?.reason === reason;

export const isNotFound = (answer: Answer): boolean => isRefusedAs(answer, 'NotFound');

const hasStatusCause = (answer: Answer, cause: string): boolean =>
  refusalOf(answer)?.details?.causes?.some((one) => one.reason === cause) === true;

export const isNamespaceTerminating = (answer: Answer): boolean => hasStatusCause(answer, NAMESPACE_TERMINATING_CAUSE);

/** As Go prints an aggregate: one error alone, several in brackets, each text once. Undefined when there is none. */
export const aggregate = (errors: readonly string[]): string | undefined => {
  if (errors.length === 0) return undefined;
  const distinct = [...new Set(errors)];
  return distinct.length <= 1 ? distinct[0] : `[${distinct.join(', ')}]`;
};
