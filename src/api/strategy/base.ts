/**
 * The common strategies: plain objects, and objects with a spec that is the user's and a status that is a component's.
 * Models: the PrepareForCreate and PrepareForUpdate that pkg/registry/<group>/<kind>/strategy.go have in common.
 */
import type { KubeObject } from '../object.ts';
import { applyDefaults } from '../defaults/apply-defaults.ts';
import { semanticEqual } from '../validation/deep-equal.ts';
import type { FieldErrors } from '../validation/field-error.ts';
import { validateObjectMetaUpdate } from '../validation/metadata.ts';
import { bumpedWhen, keepMeta, withGeneration, withMeta } from './metadata.ts';
import type { Strategy, StrategyOf } from './types.ts';

interface Fields { readonly [field: string]: unknown }
const fieldsOf = (object: KubeObject): Fields => object as unknown as Fields;

/** The object with another value of a top-level field; without the field when the value is undefined. */
export const withField = <T extends KubeObject>(object: T, field: string, value: unknown): T => {
  if (fieldsOf(object)[field] === value) return object;
  if (value !== undefined) return { ...object, [field]: value };
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== field)) as unknown as T;
};

export interface Checks<T extends KubeObject> {
  readonly create: (object: T) => FieldErrors;
  readonly update: (now: T, before: T) => FieldErrors;
  readonly statusUpdate?: (now: T, before: T) => FieldErrors;
}

/** Checks of a kind whose update is checked as a new object, after its metadata. */
export const checksOf = <T extends KubeObject>(create: (object: T) => FieldErrors, update: (now: T, before: T) => FieldErrors = () => []): Checks<T> => ({
  create,
  update: (now, before) => [...validateObjectMetaUpdate(now.metadata, before.metadata), ...create(now), ...update(now, before)],
});

/** A kind without status or generation: ConfigMap, Secret, Role. */
export const plainStrategy = <T extends KubeObject>(checks: Checks<T>): StrategyOf<T> => ({
  prepareForCreate: (object) => object,
  prepareForUpdate: (now) => now,
  prepareForStatusUpdate: (now) => now,
  validateCreate: checks.create,
  validateUpdate: checks.update,
  validateStatusUpdate: checks.statusUpdate ?? ((now, before) => validateObjectMetaUpdate(now.metadata, before.metadata)),
  defaultsOf: applyDefaults,
  allowUnconditionalUpdate: true,
  allowCreateOnUpdate: false,
  defaultGarbageCollection: 'background',
});

/** A status write keeps everything but status; labels and annotations may move, what identifies the object may not. */
const onlyStatus = <T extends KubeObject>(now: T, before: T): T => {
  return withField(withMeta(now, keepMeta(now.metadata, before.metadata, 'generation')), 'spec', fieldsOf(before)['spec']);
};

/** A kind with spec and status; `generation` is 1 on create and moves with the spec when `counted`. */
export const specStrategy = <T extends KubeObject>(checks: Checks<T>, counted: boolean): StrategyOf<T> => ({
  ...plainStrategy(checks),
  prepareForCreate: (object) => {
    const fresh = withField(object, 'status', {});
    return counted ? withGeneration(fresh, 1) : fresh;
  },
  prepareForUpdate: (now, before) => {
    const kept = withField(now, 'status', fieldsOf(before)['status']);
    return counted ? bumpedWhen(!semanticEqual(fieldsOf(now)['spec'], fieldsOf(before)['spec']), kept, before) : kept;
  },
  prepareForStatusUpdate: onlyStatus,
});

/** A strategy of a known kind as one of any kind: the registry's resource id guarantees that only its kind comes in. */
export const erased = <T extends KubeObject>(strategy: StrategyOf<T>): Strategy => strategy as unknown as Strategy;
