/**
 * The node infos in search order, as an immutable table of chunks: replacing one copies one chunk, and a fold over all nodes re-reads only the
 * chunks that changed (`chunkFold`).
 * Models: what pkg/scheduler/backend/cache Snapshot gains from generations: a cycle costs what changed.
 */
import type { NodeInfo } from '../framework/node-info.ts';

const BITS = 6;
const WIDTH = 1 << BITS;
const MASK = WIDTH - 1;

export type Chunk = readonly NodeInfo[];

export interface NodeTable {
  readonly size: number;
  readonly chunks: readonly Chunk[];
}

export const tableOf = (infos: readonly NodeInfo[]): NodeTable => {
  const chunks: Chunk[] = [];
  for (let i = 0; i < infos.length; i += WIDTH) chunks.push(infos.slice(i, i + WIDTH));
  return { size: infos.length, chunks };
};

/** 0 <= i < size. */
export const nodeAt = (table: NodeTable, i: number): NodeInfo => (table.chunks[i >> BITS] as Chunk)[i & MASK] as NodeInfo;

export const replaceAt = (table: NodeTable, i: number, info: NodeInfo): NodeTable => {
  const chunk = (table.chunks[i >> BITS] as Chunk).slice();
  chunk[i & MASK] = info;
  const chunks = table.chunks.slice();
  chunks[i >> BITS] = chunk;
  return { size: table.size, chunks };
};

/** In search order. */
export const forEachNode = (table: NodeTable, visit: (info: NodeInfo) => void): void => {
  for (const chunk of table.chunks) for (const info of chunk) visit(info);
};

/** `part` of every chunk, each worked out once per chunk object. */
export const chunkFold = <P>(part: (chunk: Chunk) => P): ((table: NodeTable) => readonly P[]) => {
  const known = new WeakMap<Chunk, P>();
  return (table) => {
    const parts: P[] = [];
    for (const chunk of table.chunks) {
      let found = known.get(chunk);
      if (found === undefined) {
        found = part(chunk);
        known.set(chunk, found);
      }
      parts.push(found);
    }
    return parts;
  };
};
