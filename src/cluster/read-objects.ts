/** How the objects of a store are read, wherever they are: etcd's state now, or at a revision. */
import type { KubeObject } from '../api/object.ts';
import type { ResourceId } from '../api/resources.ts';

/** All objects of a resource, sorted by key. */
export type ReadObjects = (resource: ResourceId) => readonly KubeObject[];
