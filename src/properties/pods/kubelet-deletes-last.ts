/**
 * pods.kubelet-deletes-last: a bound pod leaves the store only after it was marked for deletion and its kubelet has stopped it, or after it has ended.
 * Models: pkg/registry/core/pod/strategy.go CheckGracefulDelete; pkg/kubelet/status/status_manager.go syncPod; the race recreated-victim, #25169
 */
import { isPodTerminal } from '../../api/pod-helpers.ts';
import type { Pod } from '../../api/types.ts';
import { APISERVER } from '../api-traffic.ts';
import { always, overChanges, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf, runningContainers } from './pod-names.ts';
import { forcedDelete } from './without-grace.ts';

export const kubeletDeletesLast = always({
  id: 'pods.kubelet-deletes-last',
  statement: 'A bound pod leaves the store only after it was marked for deletion and its kubelet has stopped it, or after it has ended.',
  source: 'https://github.com/kubernetes/kubernetes/issues/25169',
  assumes: ['the pod is not deleted without grace by anybody but its kubelet'],
}, () => {
  /** By name, and when: such a delete concerns the pod that has the name then. */
  const forced = new Map<string, number>();
  const judged = overChanges(['pods'], ({ before, after }, world): Verdict => {
    const pod = before as Pod | undefined;
    if (pod === undefined || after !== undefined || (pod.spec.nodeName ?? '') === '' || isPodTerminal(pod)) return undefined;
    const name = nameOf(pod);
    if (forced.delete(name)) return undefined;
    if (pod.metadata.deletionTimestamp === undefined) return violation('unmarked', `Pod ${name} is gone from the store without having been marked for deletion.`);
    const running = runningContainers(world, pod.spec.nodeName ?? '', pod.metadata.uid ?? '') ?? 0;
    return running === 0 ? 'pass' : violation('still running', `Pod ${name} is gone from the store and ${running} of its containers still run on ${pod.spec.nodeName ?? ''}.`);
  });
  return {
    interest: { resources: ['pods'], actors: [APISERVER] },
    step: (world, record) => {
      const name = forcedDelete(record);
      if (name !== undefined) forced.set(name, record.index);
      return judged.step?.(world, record);
    },
  };
});
