/** The properties that a run of a cluster is judged by: those that are shipped, and that everything comes to stand at its desired state. */
import { invariant } from '../base/assert.ts';
import { shippedProperties } from '../properties/index.ts';
import type { Property } from '../properties/index.ts';
import { converges } from './converges.ts';

/** `converges` first. Ids are unique. */
export const allProperties: readonly Property[] = [converges, ...shippedProperties.filter(({ id }) => id !== converges.id)];

/** Those that a single run can break. */
export const breakableProperties: readonly Property[] = allProperties.filter(({ kind }) => kind !== 'sometimes');

export const findProperty = (id: string): Property | undefined => allProperties.find((property) => property.id === id);

/** Throws when there is none. */
export const propertyOf = (id: string): Property => {
  const property = findProperty(id);
  invariant(property !== undefined, () => `Expected the id of a property. Instead, received "${id}". There are: ${allProperties.map((one) => one.id).join(', ')}`);
  return property;
};
