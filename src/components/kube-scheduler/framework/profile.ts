/**
 * A profile: which plugins take part, at what weight, and the lists of each extension point worked out from them once.
 * Models: pkg/scheduler/profile/profile.go, pkg/scheduler/framework/runtime/framework.go NewFramework, pkg/scheduler/scheduler.go buildQueueingHintMap
 */
import { compareNumbers } from '../../../base/order.ts';
import type { ClusterEvent, EventRegistration } from './cluster-event.ts';
import { eventMatches } from './cluster-event.ts';
import type { Plugin, QueueOrder } from './plugin.ts';

export interface PluginSpec {
  readonly plugin: Plugin;
  /** Of its score; 1 when absent or 0. */
  readonly weight?: number;
}

export interface ProfileSpec {
  /** Pods whose `spec.schedulerName` this is. `default-scheduler` when absent. */
  readonly schedulerName?: string;
  /** In the order in which they are asked. */
  readonly plugins: readonly PluginSpec[];
  /** 0 or absent: adaptive (50% less one per 125 nodes, at least 5%). */
  readonly percentageOfNodesToScore?: number;
}

export interface Scorer {
  readonly plugin: Plugin;
  readonly weight: number;
}

export interface Registration extends EventRegistration {
  readonly plugin: string;
}

export interface Profile {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore: number;
  readonly plugins: readonly Plugin[];
  readonly compare: (a: QueueOrder, b: QueueOrder) => number;
  readonly preEnqueue: readonly Plugin[];
  readonly preFilter: readonly Plugin[];
  readonly filter: readonly Plugin[];
  readonly postFilter: readonly Plugin[];
  readonly score: readonly Scorer[];
  readonly reserve: readonly Plugin[];
  readonly permit: readonly Plugin[];
  readonly preBind: readonly Plugin[];
  readonly bind: readonly Plugin[];
  readonly registrations: readonly Registration[];
}

const EVERYTHING: readonly EventRegistration[] = [{ resource: '*', action: 4095 }];

const registrationsOf = (plugin: Plugin): readonly Registration[] => {
  const rejects = plugin.preEnqueue ?? plugin.preFilter ?? plugin.filter ?? plugin.reserve ?? plugin.permit;
  if (rejects === undefined) return [];
  // A plugin that can refuse and registers nothing is asked to look again at every event.
  return (plugin.events ?? EVERYTHING).map((registration) => ({ ...registration, plugin: plugin.name }));
};

export const compileProfile = (spec: ProfileSpec): Profile => {
  const plugins = spec.plugins.map(({ plugin }) => plugin);
  const sorter = plugins.find((plugin) => plugin.compare !== undefined);
  return {
    schedulerName: spec.schedulerName ?? 'default-scheduler',
    percentageOfNodesToScore: spec.percentageOfNodesToScore ?? 0,
    plugins,
    compare: (a, b) => sorter?.compare?.(a, b) ?? compareNumbers(a.timestampMs, b.timestampMs),
    preEnqueue: plugins.filter((plugin) => plugin.preEnqueue !== undefined),
    preFilter: plugins.filter((plugin) => plugin.preFilter !== undefined),
    filter: plugins.filter((plugin) => plugin.filter !== undefined),
    postFilter: plugins.filter((plugin) => plugin.postFilter !== undefined),
    score: spec.plugins.filter(({ plugin }) => plugin.score !== undefined).map(({ plugin, weight }) => ({ plugin, weight: weight === undefined || weight === 0 ? 1 : weight })),
    reserve: plugins.filter((plugin) => plugin.reserve !== undefined),
    permit: plugins.filter((plugin) => plugin.permit !== undefined),
    preBind: plugins.filter((plugin) => plugin.preBind !== undefined),
    bind: plugins.filter((plugin) => plugin.bind !== undefined),
    registrations: plugins.flatMap(registrationsOf),
  };
};

/** Some plugin wants to know of such events. */
export const isOfInterest = (profile: Profile, event: ClusterEvent): boolean => profile.registrations.some((registration) => eventMatches(registration, event));
