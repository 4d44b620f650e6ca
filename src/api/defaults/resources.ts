/**
 * Quantities as the server stores them: canonical text, no finer than a milli.
 * Models: pkg/apis/core/v1/defaults.go SetDefaults_ResourceList, apimachinery/pkg/api/resource Quantity.MarshalJSON
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { sortedEntries } from '../../base/order.ts';
import { formatQuantity, newMilliQuantity, parseQuantity, quantityMilliValue } from '../quantity.ts';
import type { ResourceList, ResourceRequirements } from '../types.ts';
import { change } from './fill.ts';

const MILLI_SCALE = -3;

const canonicalQuantity = (text: string | number): string => {
  const parsed = parseQuantity(String(text));
  if (isLeft(parsed)) return String(text);
  const q = parsed.right;
  const tooFine = q.scale < MILLI_SCALE && q.unscaled % 10n ** BigInt(MILLI_SCALE - q.scale) !== 0n;
  return formatQuantity(tooFine ? newMilliQuantity(quantityMilliValue(q), q.format) : q);
};

/** The list with every quantity canonical; the same list when all were. */
export const canonicalList = (list: ResourceList): ResourceList => {
  const entries = sortedEntries(list).map(([name, text]) => [name, canonicalQuantity(text)] as const);
  return entries.every(([name, text]) => list[name] === text) ? list : Object.fromEntries(entries);
};

export const canonicalResources = (resources: ResourceRequirements): ResourceRequirements =>
  change(change(resources, 'limits', canonicalList), 'requests', canonicalList);
