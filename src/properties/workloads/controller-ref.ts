/**
 * controller-ref.one-owner and controller-ref.no-stealing: an object has one controller at most, and passes from one to another only by way of none.
 * Models: the design proposal "ControllerRef"; pkg/controller/controller_ref_manager.go
 */
import type { KubeObject } from '../../api/object.ts';
import { controllerOf } from '../../api/pod-helpers.ts';
import { makes, ownsPods } from '../applies.ts';
import { always, overChanges, violation } from '../monitors.ts';
import { nameOf } from '../pods/pod-names.ts';

const OWNED = ['pods', 'replicasets.apps', 'jobs.batch', 'controllerrevisions.apps'] as const;

const controllers = (object: KubeObject): number => (object.metadata.ownerReferences ?? []).filter(({ controller }) => controller === true).length;

export const oneOwner = always({
  id: 'controller-ref.one-owner',
  statement: 'An object has one controller at most.',
  source: 'design proposal: ControllerRef',
  appliesTo: makes(ownsPods),
}, () => overChanges(OWNED, ({ after }) => {
  if (after === undefined || controllers(after) === 0) return undefined;
  return controllers(after) === 1 ? 'pass' : violation('several', `${after.kind} ${nameOf(after)} has ${controllers(after)} controllers.`);
}));

export const noStealing = always({
  id: 'controller-ref.no-stealing',
  statement: 'An object passes from one controller to another only by way of having none.',
  source: 'design proposal: ControllerRef',
  appliesTo: makes(ownsPods),
}, () => overChanges(OWNED, ({ before, after }) => {
  const [from, to] = [before, after].map((object) => (object === undefined ? undefined : controllerOf(object)));
  if (from === undefined || after === undefined || before?.metadata.uid !== after.metadata.uid) return undefined;
  return to === undefined || to.uid === from.uid ? 'pass' : violation('stolen', `${after.kind} ${nameOf(after)} passed from ${from.kind} ${from.name} (${from.uid}) to ${to.kind} ${to.name} (${to.uid}).`);
}));
