/**
 * pods.kubelet-deletes-last: a kubelet removes from the store only pods that were marked for deletion, and a pod that it runs leaves the store only after
 * its containers have stopped.
 * Models: pkg/registry/core/pod/strategy.go CheckGracefulDelete; pkg/kubelet/status/status_manager.go syncPod; the race recreated-victim, #25169 #29522
 */
import type { Pod } from '../../api/types.ts';
import type { World } from '../../kernel/world.ts';
import { exchangesOf } from '../api-traffic.ts';
import type { Exchange } from '../api-traffic.ts';
import { removesPods } from '../applies.ts';
import { changesOf } from '../changes.ts';
import { always, firstViolation, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { nameOf, runningContainers } from './pod-names.ts';
import { forcedDelete } from './without-grace.ts';

const isKubeletsDelete = ({ client, request }: Exchange): boolean => client.startsWith('kubelet/') && request.verb === 'delete' && request.resource === 'pods';

const deletedUid = ({ answer }: Exchange): string | undefined => {
  if (answer.kind === 'object') return answer.object.metadata.uid;
  return answer.kind === 'done' ? answer.status.details?.uid : undefined;
};

const judgeRemoval = (pod: Pod, world: World): Verdict => {
  const node = pod.spec.nodeName ?? '';
  const running = node === '' ? undefined : runningContainers(world, node, pod.metadata.uid ?? '');
  if (running === undefined) return undefined;
  return running === 0 ? 'pass' : violation('still running', `Pod ${nameOf(pod)} is gone from the store and ${running} of its containers still run on ${node}.`);
};

export const kubeletDeletesLast = always({
  id: 'pods.kubelet-deletes-last',
  statement: 'A kubelet removes from the store only pods that were marked for deletion, and a pod leaves the store only after its containers have stopped.',
  source: 'https://github.com/kubernetes/kubernetes/issues/25169',
  assumes: ['for the second part: the pod is not deleted without grace by anybody but its kubelet'],
  appliesTo: removesPods,
}, () => {
  /** By name: such a delete concerns the pod that has the name then. */
  const forced = new Set<string>();
  /** The uids of those that went unmarked, which only somebody else's delete may do. */
  const unmarked = new Map<string, string>();
  const judgeDelete = (exchange: Exchange): Verdict => {
    if (!isKubeletsDelete(exchange)) return undefined;
    const uid = deletedUid(exchange);
    const name = uid === undefined ? undefined : unmarked.get(uid);
    if (name !== undefined) return violation('unmarked', `Pod ${name} (${uid ?? ''}) was removed by ${exchange.client}, although nobody had marked it for deletion.`);
    return uid === undefined ? undefined : 'pass';
  };
  const noteRemoval = (pod: Pod, world: World): Verdict => {
    const name = nameOf(pod);
    if (pod.metadata.deletionTimestamp === undefined) unmarked.set(pod.metadata.uid ?? '', name);
    return forced.delete(name) ? undefined : judgeRemoval(pod, world);
  };
  return {
    interest: { resources: ['pods'], requests: true, exchanges: true },
    step: (world, record): Verdict => {
      const name = forcedDelete(record);
      if (name !== undefined) forced.add(name);
      const removed = changesOf(world, record).filter(({ resource, before, after }) => resource === 'pods' && before !== undefined && after === undefined);
      return firstViolation([...removed.map(({ before }) => noteRemoval(before as Pod, world)), ...exchangesOf(world, record).map(judgeDelete)]);
    },
  };
});
