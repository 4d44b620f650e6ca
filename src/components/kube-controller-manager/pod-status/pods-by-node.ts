/**
 * The pods that are bound to a node, without a look at all pods.
 * Models: pkg/controller/nodelifecycle/node_lifecycle_controller.go (the informer's index `spec.nodeName`)
 */
import type { Pod } from '../../../api/types.ts';
import type { IndexFunction } from '../../../client/caches.ts';

export const PODS_BY_NODE = 'spec.nodeName';

export const podsByNodeIndex: IndexFunction = (object) => {
  const { nodeName } = (object as Pod).spec;
  return nodeName === undefined || nodeName === '' ? [] : [nodeName];
};
