/**
 * The `conditions` lists that most statuses carry: at most one of each type.
 * Models: apimachinery/pkg/api/meta/conditions.go `FindStatusCondition`, `IsStatusConditionTrue`, `SetStatusCondition`, `RemoveStatusCondition`
 */
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string;
}

export const findCondition = <C extends Pick<Condition, 'type'>>(conditions: readonly C[] | undefined, type: string): C | undefined =>
  conditions?.find((condition) => condition.type === type);

export const isConditionTrue = (conditions: readonly Condition[] | undefined, type: string): boolean => findCondition(conditions, type)?.status === 'True';

/** In the place of the condition of its type, or last. */
export const withCondition = <C extends Condition>(conditions: readonly C[] | undefined, condition: C): readonly C[] => {
  const before = findCondition(conditions, condition.type);
  if (conditions === undefined || before === undefined) return [...conditions ?? [], condition];
  return conditions.map((one) => (one === before ? condition : one));
};

/** The very list when it has none of the type. */
export const withoutCondition = <C extends Condition>(conditions: readonly C[], type: string): readonly C[] =>
  (findCondition(conditions, type) === undefined ? conditions : conditions.filter((condition) => condition.type !== type));

/** When the condition came to have its status: it moves with the status only. */
export const transitionTime = (before: Condition | undefined, status: string, now: string): string =>
  (before?.status === status ? before.lastTransitionTime ?? now : now);
