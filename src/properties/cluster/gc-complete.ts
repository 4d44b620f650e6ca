/**
 * gc.complete: no object is left more than a minute after the last of its owners has gone.
 * Models: pkg/controller/garbagecollector/garbagecollector.go attemptToDeleteItem
 */
import type { KubeObject } from '../../api/object.ts';
import { MINUTE_MS } from '../../api/time.ts';
import type { World } from '../../kernel/world.ts';
import { keeps, ownsPods } from '../applies.ts';
import { changesOf } from '../changes.ts';
import { atEnd, eventually, violation } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';
import { storeIndex } from '../store-index.ts';

const owned = (world: World): readonly KubeObject[] => [...storeIndex(world).all()].filter(({ metadata }) => (metadata.ownerReferences ?? []).length > 0);

export const gcComplete = eventually({
  id: 'gc.complete',
  statement: 'In the end no object is left whose owners have all been gone for a minute.',
  source: 'docs: Garbage Collection',
  appliesTo: keeps(ownsPods),
}, () => {
  /** uid -> when the object went. Of those that went before the monitor began nothing is known: long ago. */
  const goneMs = new Map<string, number>();
  return {
    interest: { actors: ['etcd'] },
    step: (world, record) => {
      for (const { resource, before, after } of changesOf(world, record)) {
        if (resource !== 'events' && before?.metadata.uid !== undefined && before.metadata.uid !== after?.metadata.uid) goneMs.set(before.metadata.uid, world.nowMs);
      }
      return undefined;
    },
    end: (world) => atEnd(owned, (object) => {
      const owners = object.metadata.ownerReferences ?? [];
      const isThere = owners.some(({ uid }) => storeIndex(world).byUid(uid) !== undefined);
      if (isThere || owners.some(({ uid }) => world.nowMs - (goneMs.get(uid) ?? 0) <= MINUTE_MS)) return isThere ? 'pass' : undefined;
      return violation(object.kind, `${object.kind} ${nameOf(object)} is left, and its owners are gone: ${owners.map(({ kind, name }) => `${kind} ${name}`).join(', ')}.`);
    }).end?.(world),
  };
});
