/**
 * pods.bind-once: a pod that is bound stays bound to that node.
 * Models: pkg/registry/core/pod/storage/storage.go assignPod; pkg/apis/core/validation ValidatePodUpdate (spec.nodeName)
 */
import type { Pod } from '../../api/types.ts';
import { hasPods, makes } from '../applies.ts';
import { always, overChanges, violation } from '../monitors.ts';
import { nameOf } from './pod-names.ts';

export const bindOnce = always({
  id: 'pods.bind-once',
  statement: 'A pod that is bound to a node stays bound to that node.',
  source: 'https://github.com/kubernetes/kubernetes/issues/37232',
  appliesTo: makes(hasPods),
}, () => overChanges(['pods'], ({ before, after }) => {
  if (before === undefined || after === undefined || before.metadata.uid !== after.metadata.uid) return undefined;
  const [from, to] = [(before as Pod).spec.nodeName, (after as Pod).spec.nodeName];
  if (from === undefined || from === '') return to === undefined ? undefined : 'pass';
  return from === to ? 'pass' : violation('moved', `Pod ${nameOf(after)} was bound to ${from} and is now bound to ${to ?? 'none'}.`);
}));
