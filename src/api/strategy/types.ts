/**
 * What the API server asks of each resource: how an object is prepared, checked and let go.
 * Models: staging/src/k8s.io/apiserver/pkg/registry/rest/{create,update,delete}.go
 */
import type { KubeObject } from '../object.ts';
import type { FieldErrors } from '../validation/field-error.ts';

/** What a strategy may know of the request. */
export interface StrategyContext {
  /** Virtual time, ms since the epoch. */
  readonly nowMs?: number;
  /** The name of who asks. */
  readonly user?: string;
}

export interface DeleteOptionsView { readonly gracePeriodSeconds?: number }

/**
 * The rules of one resource for objects of type T. Every function is pure and shares structure with what it was given.
 * The caller has filled the system fields (name, namespace, uid, creationTimestamp; on update see `carryOver`) beforehand.
 */
export interface StrategyOf<T extends KubeObject> {
  readonly prepareForCreate: (object: T, context: StrategyContext) => T;
  readonly prepareForUpdate: (now: T, before: T, context: StrategyContext) => T;
  readonly prepareForStatusUpdate: (now: T, before: T) => T;
  readonly validateCreate: (object: T) => FieldErrors;
  readonly validateUpdate: (now: T, before: T) => FieldErrors;
  readonly validateStatusUpdate: (now: T, before: T) => FieldErrors;
  /** The versioned defaults (`SetDefaults_*`); the same object when there is nothing to fill in. */
  readonly defaultsOf: (object: T) => T;
  /** A PUT without resourceVersion overwrites. */
  readonly allowUnconditionalUpdate: boolean;
  /** A PUT of an object that is not there creates it. */
  readonly allowCreateOnUpdate: boolean;
  /** The seconds of grace a delete is given; undefined when the kind is deleted at once. */
  readonly gracefulDeletion?: (object: T, options: DeleteOptionsView) => number | undefined;
  /** True for `spec.clusterIP`: the server has to allocate an address between prepare and validate. */
  readonly needsClusterIp?: (object: T) => boolean;
  /** The finalizer that a delete leaves by default: `orphan` for kinds whose dependents stay unless asked otherwise. */
  readonly defaultGarbageCollection: 'background' | 'orphan' | 'unsupported';
}

/** The rules of a resource whose kind is not statically known. */
export type Strategy = StrategyOf<KubeObject>;
