/** `spec.variants`, `faults`, `properties` and `expect` of a scenario file: what it is tried with, and what it is judged by. */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, right } from 'fp-ts/lib/Either.js';
import { variants as shippedVariants } from '../../cluster/variants.ts';
import { readExpectation } from '../expectation.ts';
import type { Place } from '../manifests/place.ts';
import type { Decoded, Decoder } from './decoder.ts';
import { expected, listOf, oneOf, refused, textOf } from './decoder.ts';

export interface Trials {
  /** Ids. */
  readonly variants?: readonly string[];
  /** As `--faults` takes them. */
  readonly faults?: string;
  /** Ids. */
  readonly properties?: readonly string[];
  /** Conditions that hold in the end. */
  readonly expect?: readonly string[];
}

/** What a file may name that only the caller knows, being of a higher layer. */
export interface Vocabulary {
  /** Ids. */
  readonly properties: readonly string[];
  /** Left: what is wrong with a fault plan. */
  readonly readFaults: (text: string) => Either<string, unknown>;
}

const idOf = (choices: readonly string[]): Decoder<string> => oneOf(choices);

export const variantIds: Decoder<readonly string[]> = listOf('a list of ids of variants', (place) => idOf(shippedVariants.map(({ id }) => id))(place));

/** Without a vocabulary any id is taken. */
export const propertyIds = (vocabulary: Vocabulary | undefined): Decoder<readonly string[]> =>
  listOf('a list of ids of properties', vocabulary === undefined ? textOf('the id of a property') : idOf(vocabulary.properties));

const faultText = (place: Place): Decoded<string> => {
  const { value } = place;
  if (typeof value === 'string') return right(value);
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
  return isList ? right(value.join(',')) : expected(place, 'faults such as crash:3@10, or a list of them');
};

export const faultsOf = (vocabulary: Vocabulary | undefined): Decoder<string> => (place) => {
  const text = faultText(place);
  if (isLeft(text)) return text;
  const plan = vocabulary?.readFaults(text.right);
  return plan !== undefined && isLeft(plan) ? refused(place, plan.left) : text;
};

export const expectations: Decoder<readonly string[]> = listOf('a list of conditions such as deployment/web=Available', (place) => {
  if (typeof place.value !== 'string') return expected(place, 'a condition such as deployment/web=Available');
  const condition = readExpectation(place.value);
  return isLeft(condition) ? refused(place, condition.left) : right(place.value);
});
