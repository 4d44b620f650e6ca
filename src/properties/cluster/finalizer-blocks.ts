/**
 * gc.finalizer-blocks: a delete removes no object that has finalizers; it marks it, and the object goes when the last finalizer does.
 * Models: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go Delete, deletionFinalizersForGarbageCollection
 * Judged when a delete is answered: what it answers for was not removed while it had finalizers. Updates that take the last one away are no deletes, and may
 * come in between: a delete that shows the object as it marked it has not removed it.
 */
import { infoOf, storageKey, storedAs } from '../../components/kube-apiserver/storage/codec.ts';
import { exchangesOf } from '../api-traffic.ts';
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
  /** Key -> the object that was removed while it had finalizers, and the revision that removed it. */
  const removed = new Map<string, { readonly uid: string; readonly revision: string }>();
  const judge = ({ request, answer }: Exchange): Verdict => {
    if (request.verb !== 'delete' || request.name === undefined || answer.kind === 'refused') return undefined;
    const object = removed.get(storageKey(infoOf(storedAs(request.resource)), request.namespace, request.name));
    if (object === undefined || (answer.kind === 'object' && answer.object.metadata.resourceVersion !== object.revision)) return 'pass';
    const said = answer.kind === 'object' ? answer.object.metadata.uid : answer.kind === 'done' ? answer.status.details?.uid : undefined;
    return said !== undefined && said !== object.uid ? 'pass' : violation('removed', `A delete removed ${request.resource} ${request.name}, which had finalizers.`);
  };
  return {
    interest: { actors: ['etcd'], exchanges: true },
    step: (world, record) => {
      for (const { key, revision, before, after } of changesOf(world, record)) {
        if (after !== undefined) removed.delete(key);
        else if ((before?.metadata.finalizers ?? []).length > 0) removed.set(key, { uid: before?.metadata.uid ?? '', revision: String(revision) });
      }
      return firstViolation(exchangesOf(world, record).map(judge));
    },
  };
});
