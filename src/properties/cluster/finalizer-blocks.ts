/**
 * gc.finalizer-blocks: a delete removes no object that has finalizers; it marks it, and the object goes when the last finalizer does.
 * Models: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go Delete, deletionFinalizersForGarbageCollection
 * Judged when a delete is answered: what it answers for was not removed while it had finalizers. Updates that take the last one away are no deletes.
 */
import { infoOf, storageKey, storedAs } from '../../components/kube-apiserver/storage/codec.ts';
import { APISERVER, exchangesOf } from '../api-traffic.ts';
import type { Exchange } from '../api-traffic.ts';
import { deletes, or, removesPods } from '../applies.ts';
import { changesOf } from '../changes.ts';
import { always, firstViolation, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';

export const finalizerBlocks = always({
  id: 'gc.finalizer-blocks',
  statement: 'A delete removes no object that has finalizers.',
  source: 'docs: Finalizers',
  appliesTo: or(deletes(), removesPods),
}, () => {
  /** Key -> the uid of the object that was removed while it had finalizers. */
  const removed = new Map<string, string>();
  const judge = ({ request, answer }: Exchange): Verdict => {
    if (request.verb !== 'delete' || request.name === undefined || answer.kind === 'refused') return undefined;
    const uid = removed.get(storageKey(infoOf(storedAs(request.resource)), request.namespace, request.name));
    const said = answer.kind === 'object' ? answer.object.metadata.uid : answer.kind === 'done' ? answer.status.details?.uid : undefined;
    return uid === undefined || (said !== undefined && said !== uid) ? 'pass' : violation('removed', `A delete removed ${request.resource} ${request.name}, which had finalizers.`);
  };
  return {
    interest: { actors: [APISERVER, 'etcd'] },
    step: (world, record) => {
      for (const { key, before, after } of changesOf(world, record)) {
        if (after !== undefined) removed.delete(key);
        else if ((before?.metadata.finalizers ?? []).length > 0) removed.set(key, before?.metadata.uid ?? '');
      }
      return firstViolation(exchangesOf(world, record).map(judge));
    },
  };
});
