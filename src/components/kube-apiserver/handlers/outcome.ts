/**
 * What a write comes to once the current object is known, before anything is stored.
 * Models: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go (the update functions given to GuaranteedUpdate)
 */
import type { KubeObject } from '../../../api/object.ts';
import type { Status } from '../../../api/status.ts';
import type { PutAnswer } from '../state.ts';

export type Outcome =
  | { readonly kind: 'refused'; readonly status: Status }
  | { readonly kind: 'absent' }
  /** There is nothing to replace, and this kind may be made so. */
  | { readonly kind: 'create' }
  /** `pinned`: what follows must find the object as this put leaves it. */
  | { readonly kind: 'put'; readonly object: KubeObject; readonly answer: PutAnswer; readonly pinned?: boolean }
  /** Nothing to write. */
  | { readonly kind: 'unchanged'; readonly object: KubeObject; readonly answer: PutAnswer }
  | { readonly kind: 'remove'; readonly final: KubeObject }
  /** An eviction that a disruption budget has to pay for first. */
  | { readonly kind: 'charge'; readonly budget: KubeObject; readonly before: KubeObject };

export const refusal = (status: Status): Outcome => ({ kind: 'refused', status });
export const absentOutcome: Outcome = { kind: 'absent' };
export const putOutcome = (object: KubeObject, answer: PutAnswer = 'object'): Outcome => ({ kind: 'put', object, answer });
