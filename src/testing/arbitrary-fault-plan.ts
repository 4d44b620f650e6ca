/** Fault plans to draw: which faults may happen in a run, how often and how many of each. */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { faultKinds } from '../explore/faults/fault-plan.ts';
import type { FaultKind, FaultPlan } from '../explore/faults/fault-plan.ts';

export interface FaultPlanConstraints {
  /** Default: every kind there is. */
  readonly kinds?: readonly FaultKind[];
  /** Of each kind in one run. Default: 3. */
  readonly maxLimit?: number;
  /** Of a thousand steps, how many are one kind of fault. Default: 50. */
  readonly maxPerThousand?: number;
}

/** Each kind at most once. Shrinks towards no faults. */
export const arbitraryFaultPlan = ({ kinds = faultKinds, maxLimit = 3, maxPerThousand = 50 }: FaultPlanConstraints = {}): Arbitrary<FaultPlan> =>
  fc.subarray([...kinds]).chain((chosen) => fc.tuple(...chosen.map((kind) => fc.record({
    kind: fc.constant(kind), perThousand: fc.integer({ min: 1, max: Math.max(1, maxPerThousand) }), limit: fc.integer({ min: 1, max: Math.max(1, maxLimit) }),
  }))));
