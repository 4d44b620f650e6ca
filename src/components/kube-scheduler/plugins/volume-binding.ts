/**
 * VolumeBinding, as far as refusing pods whose claims do not exist or still wait for an immediate binding.
 * Models: pkg/scheduler/framework/plugins/volumebinding/volume_binding.go PreFilter, podHasPVCs
 * Not modelled: binding and provisioning at scheduling time, node affinity of volumes, VolumeRestrictions, VolumeZone, NodeVolumeLimits.
 */
import type { PersistentVolumeClaim, Pod, StorageClass } from '../../../api/types.ts';
import { ACTION } from '../framework/cluster-event.ts';
import type { Cycle } from '../framework/plugin.ts';
import { definePlugin, ready, rejected, skip } from '../framework/plugin.ts';
import type { Status } from '../framework/status.ts';
import { unresolvable } from '../framework/status.ts';

const claimNames = (pod: Pod): readonly string[] => (pod.spec.volumes ?? []).flatMap((volume) => {
  if (volume.persistentVolumeClaim !== undefined) return [volume.persistentVolumeClaim.claimName];
  return volume.ephemeral === undefined ? [] : [`${pod.metadata.name}-${volume.name}`];
});

const boundLate = (claim: PersistentVolumeClaim, { caches }: Cycle): boolean => {
  const name = claim.spec.storageClassName;
  if (name === undefined || name === '') return false;
  return caches.lister<StorageClass>('storageclasses.storage.k8s.io').get('', name)?.volumeBindingMode === 'WaitForFirstConsumer';
};

const problem = (claim: PersistentVolumeClaim | undefined, name: string, cycle: Cycle): Status | undefined => {
  if (claim === undefined) return unresolvable('VolumeBinding', `persistentvolumeclaim "${name}" not found`);
  if (claim.status?.phase === 'Lost') return unresolvable('VolumeBinding', `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"`);
  if (claim.metadata.deletionTimestamp !== undefined) return unresolvable('VolumeBinding', `persistentvolumeclaim "${name}" is being deleted`);
  if ((claim.spec.volumeName ?? '') !== '' || boundLate(claim, cycle)) return undefined;
  return unresolvable('VolumeBinding', 'pod has unbound immediate PersistentVolumeClaims');
};

export const volumeBinding = definePlugin({
  name: 'VolumeBinding',
  events: [
    { resource: 'PersistentVolumeClaim', action: ACTION.add | ACTION.update },
    { resource: 'PersistentVolume', action: ACTION.add | ACTION.update },
    { resource: 'StorageClass', action: ACTION.add },
  ],
  preFilter: (cycle) => {
    const names = claimNames(cycle.pod.pod);
    if (names.length === 0) return skip;
    const claims = cycle.caches.lister<PersistentVolumeClaim>('persistentvolumeclaims');
    for (const name of names) {
      const found = problem(claims.get(cycle.pod.pod.metadata.namespace ?? '', name), name, cycle);
      if (found !== undefined) return rejected(found);
    }
    return ready(undefined);
  },
});
