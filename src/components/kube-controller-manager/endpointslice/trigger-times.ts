/**
 * When the change happened that made an endpoints write necessary, for those who measure how long programming the network takes.
 * Models: staging/src/k8s.io/endpointslice/util/trigger_time_tracker.go ComputeEndpointLastChangeTriggerTime
 */
import { getPodCondition } from '../../../api/pod-helpers.ts';
import type { Pod, Service } from '../../../api/types.ts';

/** What was seen at the last look: RFC 3339. */
export interface TriggerTimes {
  readonly service: string;
  /** By pod name. */
  readonly pods: Readonly<Record<string, string>>;
}

const podTime = (pod: Pod): string => getPodCondition(pod.status, 'Ready')?.lastTransitionTime ?? '';

/** The earliest change since the last look, undefined when there was none, and what to remember. */
export const lastChange = (before: TriggerTimes | undefined, service: Service, pods: readonly Pod[]): { readonly at: string | undefined; readonly times: TriggerTimes } => {
  const created = service.metadata.creationTimestamp ?? '';
  const seen = pods.map((pod) => [pod.metadata.name, podTime(pod)] as const).filter(([, time]) => time !== '');
  const times: TriggerTimes = { service: created, pods: Object.fromEntries(seen) };
  // Why: at the first look every pod is new, and says nothing of what brought the write about.
  if (before === undefined) return { at: created === '' ? undefined : created, times };
  const changes = seen.filter(([name, time]) => time > (before.pods[name] ?? '')).map(([, time]) => time);
  if (created > before.service) changes.push(created);
  return { at: changes.length === 0 ? undefined : changes.reduce((first, time) => (time < first ? time : first)), times };
};
