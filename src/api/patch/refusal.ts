/**
 * How a patch is refused from deep within its recursion.
 * Models: staging/src/k8s.io/apimachinery/pkg/util/mergepatch/errors.go
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';
import type { JsonMap } from './json-value.ts';
import { goText, goTypeOf } from './json-value.ts';

/** Never leaves this folder: `refusable` turns it into a value. */
class PatchRefusal extends Error {}

export const refuse = (message: string): never => {
  throw new PatchRefusal(message);
};

/** What `body` answers, or the message it refused with. Broken invariants pass through. */
export const refusable = <A>(body: () => A): Either<string, A> => {
  try {
    return right(body());
  } catch (thrown) {
    if (thrown instanceof PatchRefusal) return left(thrown.message);
    throw thrown;
  }
};

const GO_TYPE_NAMES = {
  map: 'map[string]interface {}', slice: '[]interface {}', string: 'string', bool: 'bool', int64: 'int64', float64: 'float64', nil: '<nil>',
} as const;

export const refuseArgument = (expected: 'map' | 'slice', value: unknown): never =>
  refuse(`expected a ${GO_TYPE_NAMES[expected]}, but received a ${GO_TYPE_NAMES[goTypeOf(value)]}`);

export const refuseNoMergeKey = (map: JsonMap, mergeKey: string): never =>
  refuse(`map: ${goText(map)} does not contain declared merge key: ${mergeKey}`);

export const refusePatchType = (type: unknown, map: JsonMap): never =>
  refuse(`unknown patch type: ${goText(type)} in map: ${goText(map)}`);

export const refuseDeletionList = (): never => refuse('invalid patch format of primitive list');
export const refuseElementOrder = (): never => refuse('invalid patch format of setElementOrder list');
export const refuseRetainKeys = (): never => refuse('invalid patch format of retainKeys');
export const refuseListOfLists = (): never => refuse('lists of lists are not supported');
