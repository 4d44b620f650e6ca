/** What a scenario expects of its end, as a property: `expect:deployment/web=Available`, in the words of `kubectl wait`. */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left } from 'fp-ts/lib/Either.js';
import { eventually, violation } from '../properties/monitors.ts';
import type { Property } from '../properties/property.ts';
import type { Condition } from './until.ts';
import { holdsNow, parseCondition } from './until.ts';

const PREFIX = 'expect:';
const DEFAULT_NAMESPACE = 'default';

export const expectationId = (text: string): string => `${PREFIX}${text}`;

/** `[NAMESPACE/]KIND/NAME=CONDITION`; without a namespace, `default`. Errors: what was expected instead. */
export const readExpectation = (text: string): Either<string, Condition> => {
  const named = /^([^/=\s]+)\/([^/=\s]+\/.*)$/.exec(text);
  const condition = named === null ? parseCondition(text, DEFAULT_NAMESPACE) : parseCondition(named[2] as string, named[1] as string);
  const example = 'Expected a condition such as deployment/web=Available, shop/job/migrate=Complete or pod/hello=deleted.';
  if (condition === undefined) return left(`${example} Instead, received "${text}".`);
  return isLeft(condition) ? left(`${example} Instead, received the unknown kind "${condition.left}".`) : condition;
};

const expectation = (text: string, condition: Condition): Property => eventually({
  id: expectationId(text), statement: `Once faults have stopped and the user is done, ${text} holds.`, source: 'the scenario file',
}, () => ({
  interest: {},
  end: (world) => (holdsNow(world, condition) ? 'pass' : violation(`not ${text}`, `${text} does not hold in the end.`)),
}));

/** Undefined for the id of another property, and for a condition that does not read. */
export const expectationNamed = (id: string): Property | undefined => {
  if (!id.startsWith(PREFIX)) return undefined;
  const text = id.slice(PREFIX.length);
  const condition = readExpectation(text);
  return isLeft(condition) ? undefined : expectation(text, condition.right);
};
