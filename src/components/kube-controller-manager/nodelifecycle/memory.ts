/** What the node lifecycle controller remembers between its passes; a crash forgets it. */
import type { PersistentMap } from '../../../base/persistent-map.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import type { Node } from '../../../api/types.ts';
import type { NodeHealth } from './node-health.ts';
import type { Zones } from './zones.ts';

export interface Memory {
  /** By node name: the nodes of the last pass. */
  readonly known: PersistentMap<Node>;
  readonly health: PersistentMap<NodeHealth>;
  /** Nodes some of whose pods could not be marked. */
  readonly retry: PersistentMap<true>;
  readonly zones: Zones;
}

export const emptyMemory: Memory = { known: emptyMap<Node>(), health: emptyMap<NodeHealth>(), retry: emptyMap<true>(), zones: {} };
