/**
 * Maps that are immutable values. Few entries are a list of cells, many the versions of one native Map; one that has grown stays so when it
 * shrinks, for it may grow again. Nothing observable depends on which it is.
 */
import type { PersistentMap } from './rerooting-map.ts';
import { rerootingMap } from './rerooting-map.ts';
import { emptySmallMap, FEW } from './small-map.ts';

export type { PersistentMap } from './rerooting-map.ts';

export const emptyMap = <V>(): PersistentMap<V> => emptySmallMap<V>();

/** Of two entries with the same key the later counts. */
export const mapFrom = <V>(entries: Iterable<readonly [string, V]>): PersistentMap<V> => {
  const map = new Map(entries);
  if (map.size > FEW) return rerootingMap(map);
  let small = emptySmallMap<V>();
  for (const [key, value] of map) small = small.set(key, value);
  return small;
};
