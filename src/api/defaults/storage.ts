/**
 * The defaults of volumes, claims and classes.
 * Models: pkg/apis/core/v1/defaults.go SetDefaults_PersistentVolume*, pkg/apis/storage/v1/defaults.go
 */
import type { PersistentVolume, PersistentVolumeClaimSpec, StorageClass } from '../types.ts';
import { change, fill } from './fill.ts';

interface HasClaim {
  readonly spec?: PersistentVolumeClaimSpec | undefined;
  readonly status?: { readonly phase?: string | undefined } | undefined;
}

export const claimDefaults = <T extends HasClaim>(claim: T): T => {
  const view: HasClaim = claim;
  const withStatus = fill(view, { status: { phase: 'Pending' } });
  return change(withStatus, 'spec', (spec) => fill(spec, { volumeMode: 'Filesystem' })) as T;
};

export const persistentVolumeDefaults = (pv: PersistentVolume): PersistentVolume => change(fill(pv, { status: { phase: 'Pending' } }), 'spec', (spec) => {
  const filled = fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
  return change(filled, 'hostPath', (source) => (source.type === undefined ? { ...source, type: '' } : source));
});

export const storageClassDefaults = (sc: StorageClass): StorageClass => fill(sc, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });

