/**
 * What a Job's pod failure policy says of a failed pod, and what its success policy says of its indexes.
 * Models: pkg/controller/job/pod_failure_policy.go matchPodFailurePolicy; success_policy.go matchSuccessPolicy
 */
import type { Job, Pod, PodFailurePolicyRule } from '../../../api/types.ts';
import { keyOf } from '../../../client/caches.ts';
import type { Intervals } from './intervals.ts';
import { countIndexes, parseIntervals } from './intervals.ts';

export type FailureAction = 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';

export interface FailureVerdict {
  /** Why the whole Job fails, if it does. */
  readonly jobFailure: string | undefined;
  readonly isCounted: boolean;
  readonly action: FailureAction | undefined;
}

const NO_MATCH: FailureVerdict = { jobFailure: undefined, isCounted: true, action: undefined };

/** What the rule found, in words; undefined: it does not apply. */
const matchExitCodes = (pod: Pod, rule: NonNullable<PodFailurePolicyRule['onExitCodes']>): string | undefined => {
  for (const container of [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]) {
    const exitCode = container.state?.terminated?.exitCode ?? 0;
    if (exitCode === 0 || (rule.containerName !== undefined && rule.containerName !== container.name)) continue;
    const isListed = rule.values.includes(exitCode);
    if (rule.operator === 'In' ? isListed : rule.operator === 'NotIn' && !isListed) {
      return `Container ${container.name} for pod ${keyOf(pod)} failed with exit code ${exitCode}`;
    }
  }
  return undefined;
};

const matchConditions = (pod: Pod, patterns: NonNullable<PodFailurePolicyRule['onPodConditions']>): string | undefined => {
  const found = (pod.status?.conditions ?? []).find((one) => patterns.some((pattern) => pattern.type === one.type && pattern.status === one.status));
  return found === undefined ? undefined : `Pod ${keyOf(pod)} has condition ${found.type}`;
};

const match = (pod: Pod, rule: PodFailurePolicyRule): string | undefined => {
  if (rule.onExitCodes !== undefined) return matchExitCodes(pod, rule.onExitCodes);
  return rule.onPodConditions === undefined ? undefined : matchConditions(pod, rule.onPodConditions);
};

/** The first rule that applies decides; without one a failure counts. */
export const failureVerdict = (job: Job, pod: Pod): FailureVerdict => {
  const rules = job.spec.podFailurePolicy?.rules ?? [];
  for (const [index, rule] of rules.entries()) {
    const found = match(pod, rule);
    if (found === undefined) continue;
    switch (rule.action) {
      case 'FailJob': return { jobFailure: `${found} matching ${rule.action} rule at index ${index}`, isCounted: true, action: 'FailJob' };
      case 'Ignore': return { jobFailure: undefined, isCounted: false, action: 'Ignore' };
      case 'FailIndex': case 'Count': return { jobFailure: undefined, isCounted: true, action: rule.action };
      default: continue;
    }
  }
  return NO_MATCH;
};

const overlap = (a: Intervals, b: Intervals): number =>
  a.reduce((sum, x) => sum + b.reduce((part, y) => part + Math.max(0, Math.min(x.last, y.last) - Math.max(x.first, y.first) + 1), 0), 0);

/** The message of the first rule that the succeeded indexes meet. */
export const successMatch = (job: Job, succeeded: Intervals): string | undefined => {
  if (succeeded.length === 0) return undefined;
  const at = (job.spec.successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && countIndexes(succeeded) >= succeededCount;
    const required = parseIntervals(succeededIndexes, job.spec.completions ?? 0);
    if (required.length === 0) return false;
    const met = overlap(required, succeeded);
    return met === countIndexes(required) || (succeededCount !== undefined && met >= succeededCount);
  });
  return at < 0 ? undefined : `Matched rules at index ${at}`;
};
