/** Deletes of pods without grace, which give up every promise about where the pod still runs. */
import type { StepRecord } from '../../kernel/step.ts';
import { requestIn } from '../api-traffic.ts';

/** `namespace/name` of the pod that somebody other than a kubelet asks to delete without grace. */
export const forcedDelete = (record: StepRecord): string | undefined => {
  const asked = requestIn(record);
  if (asked === undefined || asked.client.startsWith('kubelet/')) return undefined;
  const { verb, resource, namespace, name, options } = asked.request;
  if (verb !== 'delete' || resource !== 'pods' || options?.gracePeriodSeconds !== 0) return undefined;
  return `${namespace ?? ''}/${name ?? ''}`;
};
