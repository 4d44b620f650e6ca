/**
 * writes: how many changes the API has accepted: objects created, changed or deleted in the store. Events and Leases are left out: they
 * come with time, whatever is done. A write that changes nothing makes no revision, and does not count.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go GuaranteedUpdate
 */
import { allResources } from '../../api/resources.ts';
import { changesOf } from '../changes.ts';
import type { Measure } from './measure.ts';

const LEFT_OUT: readonly string[] = ['events', 'events.events.k8s.io', 'leases.coordination.k8s.io'];
const counted = allResources.map(({ id }) => id).filter((id) => !LEFT_OUT.includes(id));

export const writes: Measure = {
  id: 'writes', unit: 'writes', kind: 'total',
  statement: 'How many changes of objects the API accepts, Events and Leases left out.',
  gauge: () => {
    let count = 0;
    return {
      interest: { resources: counted },
      step: (world, record) => { for (const { resource } of changesOf(world, record)) if (!LEFT_OUT.includes(resource)) count += 1; },
      value: () => count,
    };
  },
};
