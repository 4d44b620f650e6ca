/**
 * Slow start: how many requests go out at once, one first and doubling while all succeed.
 * Models: pkg/controller/replicaset/replica_set.go slowStartBatch, pkg/controller/controller_utils.go SlowStartInitialBatchSize
 */

const SLOW_START_INITIAL_BATCH_SIZE = 1;

/** The size of the first batch of `count`; 0 when there is nothing to do. */
export const firstBatch = (count: number, initialBatchSize: number = SLOW_START_INITIAL_BATCH_SIZE): number => Math.min(count, initialBatchSize);

/** The size of the batch after one of `batchSize` that succeeded as a whole, with `remaining` still to do. */
export const nextBatch = (batchSize: number, remaining: number): number => Math.min(2 * batchSize, remaining);
