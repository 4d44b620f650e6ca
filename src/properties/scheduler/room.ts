/** What a node offers and what its pods take, read off the store. */
import { isPodTerminal } from '../../api/pod-helpers.ts';
import { podRequests } from '../../api/pod-requests.ts';
import { milliValueOf, valueOf } from '../../api/quantity.ts';
import type { Node, Pod } from '../../api/types.ts';

export interface Room {
  /** Millicores. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly pods: number;
}

export const offeredBy = (node: Node): Room => {
  const { cpu, memory, pods } = node.status?.allocatable ?? {};
  return { cpu: milliValueOf(cpu), memory: valueOf(memory), pods: valueOf(pods) };
};

/** Pods that have ended take none. */
export const takenBy = (pods: Iterable<Pod>): Room => {
  let [cpu, memory, count] = [0, 0, 0];
  for (const pod of pods) {
    if (isPodTerminal(pod)) continue;
    const requests = podRequests(pod);
    cpu += requests.cpu;
    memory += requests.memory;
    count += 1;
  }
  return { cpu, memory, pods: count };
};

const RESOURCES = ['cpu', 'memory', 'pods'] as const;

/** The first resource of which more is taken than offered. */
export const exceeded = (taken: Room, offered: Room): keyof Room | undefined => RESOURCES.find((resource) => taken[resource] > offered[resource]);
