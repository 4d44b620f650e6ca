/**
 * The keys of the objects that share one value of an index: a sorted array while few, a persistent set when many.
 * Why keys only: an object that changes without changing its index values leaves every index as it is.
 * Invariant: the representation depends on the number of keys only, so equal contents are equal values.
 */
import { lowerBound } from '../base/order.ts';
import type { PersistentMap } from '../base/persistent-map.ts';
import { mapFrom } from '../base/persistent-map.ts';

/** An array ascends. */
export type Bucket = readonly string[] | PersistentMap<true>;

/** Up to so many keys an array is copied at every change: about 100 ns. */
export const FEW = 64;

export const emptyBucket: Bucket = [];

const isFew = (bucket: Bucket): bucket is readonly string[] => Array.isArray(bucket);

export const sizeOfBucket = (bucket: Bucket): number => (isFew(bucket) ? bucket.length : bucket.size);

/** Ascending. */
export const keysOfBucket = (bucket: Bucket): readonly string[] => (isFew(bucket) ? bucket : bucket.keys());

/** Of keys that ascend and are unique. */
export const bucketOf = (keys: readonly string[]): Bucket => (keys.length <= FEW ? keys : mapFrom(keys.map((key) => [key, true] as const)));

export const putInBucket = (bucket: Bucket, key: string): Bucket => {
  if (!isFew(bucket)) return bucket.set(key, true);
  const at = lowerBound(bucket, key);
  return bucket[at] === key ? bucket : bucketOf(bucket.toSpliced(at, 0, key));
};

export const dropFromBucket = (bucket: Bucket, key: string): Bucket => {
  if (!isFew(bucket)) {
    const left = bucket.delete(key);
    return left.size > FEW ? left : left.keys();
  }
  const at = lowerBound(bucket, key);
  return bucket[at] === key ? bucket.toSpliced(at, 1) : bucket;
};
