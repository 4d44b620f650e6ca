/** Judging each binding when it is written. */
import type { Node, Pod } from '../../api/types.ts';
import { readObject } from '../../cluster/store-view.ts';
import type { World } from '../../kernel/world.ts';
import type { StoreChange } from '../changes.ts';

export interface Binding {
  readonly pod: Pod;
  readonly node: string;
}

const nodeOf = (object: StoreChange['after']): string => (object as Pod | undefined)?.spec.nodeName ?? '';

/** The binding that a change of a pod is, if it is one: the pod was there before, and on no node. */
export const bindingIn = ({ before, after }: StoreChange): Binding | undefined =>
  (before === undefined || after === undefined || nodeOf(before) !== '' || nodeOf(after) === '' ? undefined : { pod: after as Pod, node: nodeOf(after) });

export const readNode = (world: World, name: string): Node | undefined => readObject(world, 'nodes', undefined, name) as Node | undefined;
