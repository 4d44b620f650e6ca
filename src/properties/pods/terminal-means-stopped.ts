/**
 * pods.terminal-means-stopped: when a pod becomes Succeeded or Failed, none of its containers runs any more.
 * Models: pkg/kubelet/kubelet.go SyncTerminatedPod, pkg/kubelet/status; the race early-terminal-phase, #104560 #106884
 * A pod that the pod garbage collector fails because its node is gone is nobody's to stop, and is not judged.
 */
import { getPodCondition, isPodTerminal } from '../../api/pod-helpers.ts';
import type { Pod } from '../../api/types.ts';
import { isAtWork, makes, or, removesPods } from '../applies.ts';
import { always, overChanges, violation } from '../monitors.ts';
import { nameOf, runningContainers } from './pod-names.ts';

const isOrphaned = (pod: Pod): boolean => getPodCondition(pod.status, 'DisruptionTarget')?.reason === 'DeletionByPodGC';

export const terminalMeansStopped = always({
  id: 'pods.terminal-means-stopped',
  statement: 'When a pod becomes Succeeded or Failed, none of its containers runs any more.',
  source: 'https://github.com/kubernetes/kubernetes/issues/104560',
  appliesTo: or(makes(isAtWork), removesPods),
}, () => overChanges(['pods'], ({ before, after }, world) => {
  const pod = after as Pod | undefined;
  if (pod === undefined || !isPodTerminal(pod) || before === undefined || isPodTerminal(before as Pod) || isOrphaned(pod)) return undefined;
  const running = runningContainers(world, pod.spec.nodeName ?? '', pod.metadata.uid ?? '');
  if (running === undefined) return undefined;
  return running === 0 ? 'pass' : violation('still running', `Pod ${nameOf(pod)} is ${pod.status?.phase ?? ''} and ${running} of its containers still run on ${pod.spec.nodeName ?? ''}.`);
}));
