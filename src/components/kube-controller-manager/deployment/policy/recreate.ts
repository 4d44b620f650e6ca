/**
 * When the Recreate strategy may start the new pods: once none of the old ones can still be running.
 * Models: pkg/controller/deployment/recreate.go scaleDownOldReplicaSetsForRecreate, oldPodsRunning
 */
import { isPodTerminal } from '../../../../api/pod-helpers.ts';
import type { Pod, ReplicaSet } from '../../../../api/types.ts';
import { activeReplicaSets, actualReplicas } from './replica-sets.ts';
import type { Resize } from './rolling.ts';

export const emptyOld = (old: readonly ReplicaSet[]): readonly Resize[] => activeReplicaSets(old).map((rs) => ({ rs, to: 0 }));

/** `podsOf`: all pods of a ReplicaSet, those being deleted included. */
export const oldPodsRunning = (old: readonly ReplicaSet[], podsOf: (rs: ReplicaSet) => readonly Pod[]): boolean =>
  actualReplicas(old) > 0 || old.some((rs) => podsOf(rs).some((pod) => !isPodTerminal(pod)));
