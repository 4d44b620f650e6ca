/**
 * When a run is over, as a user says it: `settled`, a duration, or a condition of one object, in the words of `kubectl wait`.
 * Models: staging/src/k8s.io/kubectl/pkg/cmd/wait
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, isRight, left, right } from 'fp-ts/lib/Either.js';
import { parseGoDuration } from '../api/cron-duration.ts';
import type { KubeObject } from '../api/object.ts';
import type { ResourceInfo } from '../api/resources.ts';
import { resourceByAlias } from '../api/resources.ts';
import { readObject } from '../cluster/store-view.ts';
import type { World } from '../kernel/world.ts';
import type { Until } from './run-scenario.ts';

const EXPECTED = 'Expected "settled", a duration such as 90s, or a condition such as deployment/web=Available, pod/hello=Ready or job/migrate=deleted.';

type Test = (object: KubeObject | undefined) => boolean;

const hasCondition = (object: KubeObject | undefined, type: string): boolean => {
  const { conditions } = (object as { readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } } | undefined)?.status ?? {};
  return (conditions ?? []).some((condition) => condition.type.toLowerCase() === type.toLowerCase() && condition.status === 'True');
};

const testOf = (what: string): Test => {
  if (what === 'created') return (object) => object !== undefined;
  if (what === 'deleted') return (object) => object === undefined;
  return (object) => hasCondition(object, what);
};

/** `deleted` holds only of an object that was seen before. */
const whenOnceSeen = (test: Test, what: string): Test => {
  let isSeen = what !== 'deleted';
  return (object) => {
    isSeen ||= object !== undefined;
    return isSeen && test(object);
  };
};

export interface Condition {
  readonly info: ResourceInfo;
  readonly namespace: string | undefined;
  readonly name: string;
  /** `created`, `deleted`, or the type of a condition. */
  readonly what: string;
}

const objectOf = (world: World, { info, namespace, name }: Condition): KubeObject | undefined => readObject(world, info.id, namespace, name);

/** Whether it holds now: `deleted` means that there is no such object. */
export const holdsNow = (world: World, condition: Condition): boolean => testOf(condition.what)(objectOf(world, condition));

/** Such as `deployment/web=Available`. `namespace`: of an object of a namespaced kind. Undefined: not of that form. Left: the unknown kind. */
export const parseCondition = (text: string, namespace: string): Either<string, Condition> | undefined => {
  const found = /^([^/=\s]+)\/([^/=\s]+)=(\S+)$/.exec(text);
  if (found === null) return undefined;
  const [, kind, name, what] = found as unknown as readonly [string, string, string, string];
  const info = resourceByAlias(kind);
  return info === undefined ? left(kind) : right({ info, namespace: info.namespaced ? namespace : undefined, name, what });
};

const untilOf = (text: string, condition: Condition): Until => {
  const test = whenOnceSeen(testOf(condition.what), condition.what);
  return { kind: 'condition', text, holds: (world: World) => test(objectOf(world, condition)) };
};

/** `namespace`: of an object of a namespaced kind. Errors: what was expected instead. */
export const parseUntil = (text: string, namespace: string): Either<string, Until> => {
  if (text === 'settled') return right({ kind: 'settled' });
  const ms = parseGoDuration(text);
  if (isRight(ms)) return right({ kind: 'duration', ms: ms.right });
  const condition = parseCondition(text, namespace);
  if (condition === undefined) return left(`${EXPECTED} Instead, received "${text}".`);
  return isLeft(condition) ? left(`${EXPECTED} Instead, received the unknown kind "${condition.left}".`) : right(untilOf(text, condition.right));
};
