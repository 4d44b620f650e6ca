/** Many properties over one run: each step is shown to those monitors only that can learn from it. */
import { ETCD } from '../cluster/store-view.ts';
import type { StepRecord } from '../kernel/step.ts';
import type { World } from '../kernel/world.ts';
import { APISERVER, exchangesOf, requestIn } from './api-traffic.ts';
import { changesOf } from './changes.ts';
import { isFault } from './faults.ts';
import type { Monitor, Property, Violation } from './property.ts';

export interface Finding extends Violation {
  readonly property: string;
  readonly kind: Property['kind'];
  /** The step after which it was seen. */
  readonly step: number;
}

export interface PropertyChecker {
  readonly step: (world: World, record: StepRecord) => void;
  /** Judges what has to hold at the end; see `Monitor.end`. */
  readonly end: (world: World) => void;
  /** The first violation of each property, in the order in which they were seen; none that came after an assumption of the property was broken. */
  readonly findings: () => readonly Finding[];
  /** By the property's id: how often it was put to the test. */
  readonly evaluated: () => ReadonlyMap<string, number>;
  /** By the property's id: the assumption that the run has broken. */
  readonly broken: () => ReadonlyMap<string, string>;
}

interface Watcher {
  readonly property: Property;
  readonly monitor: Monitor;
  finding: Finding | undefined;
}

const NONE: readonly Finding[] = [];

const componentOf = (actor: string): string => {
  const slash = actor.indexOf('/');
  return slash < 0 ? actor : actor.slice(0, slash);
};

const push = (table: Map<string, Watcher[]>, key: string, watcher: Watcher): void => {
  const group = table.get(key);
  if (group === undefined) table.set(key, [watcher]);
  else group.push(watcher);
};

export const checkProperties = (properties: readonly Property[]): PropertyChecker => {
  const watchers: readonly Watcher[] = properties.map((property) => ({ property, monitor: property.monitor(), finding: undefined }));
  const curious = watchers.filter(({ monitor }) => monitor.interest === undefined);
  const faultful = watchers.filter(({ monitor }) => monitor.interest?.faults === true);
  const asked = watchers.filter(({ monitor }) => monitor.interest?.requests === true);
  const answered = watchers.filter(({ monitor }) => monitor.interest?.exchanges === true);
  const askedOnly = asked.filter((watcher) => !answered.includes(watcher));
  const byActor = new Map<string, Watcher[]>();
  const byResource = new Map<string, Watcher[]>();
  for (const watcher of watchers) {
    for (const actor of watcher.monitor.interest?.actors ?? []) push(byActor, actor, watcher);
    for (const resource of watcher.monitor.interest?.resources ?? []) push(byResource, resource, watcher);
  }
  const found: Watcher[] = [];
  const note = (watcher: Watcher, violation: Violation | undefined, step: number): void => {
    if (violation === undefined || watcher.finding !== undefined || watcher.monitor.broken?.() !== undefined) return;
    watcher.finding = { ...violation, property: watcher.property.id, kind: watcher.property.kind, step };
    found.push(watcher);
  };
  const show = (group: readonly Watcher[] | undefined, world: World, record: StepRecord): void => {
    if (group !== undefined) for (const watcher of group) note(watcher, watcher.monitor.step(world, record), record.index);
  };
  const showChanges = (world: World, record: StepRecord): void => {
    const changes = changesOf(world, record);
    const [first] = changes;
    if (first === undefined) return;
    if (changes.length === 1) return show(byResource.get(first.resource), world, record);
    const group = new Set(changes.flatMap(({ resource }) => byResource.get(resource) ?? []));
    show([...group], world, record);
  };
  /** Who is interested in both is shown a step once. Why exchanges are read in any case: reading follows every step of a server. */
  const showTraffic = (world: World, record: StepRecord): void => {
    const isAnswering = answered.length > 0 && exchangesOf(world, record).length > 0;
    if (isAnswering) show(answered, world, record);
    if (asked.length > 0 && requestIn(record) !== undefined) show(isAnswering ? askedOnly : asked, world, record);
  };
  return {
    step: (world, record) => {
      if (curious.length > 0) show(curious, world, record);
      if (faultful.length > 0 && isFault(record)) show(faultful, world, record);
      if (record.actor === undefined) return;
      const component = componentOf(record.actor);
      show(byActor.get(component), world, record);
      if (component === APISERVER) return showTraffic(world, record);
      if (record.actor === ETCD && byResource.size > 0) showChanges(world, record);
    },
    end: (world) => { for (const watcher of watchers) note(watcher, watcher.monitor.end(world), world.stepCount); },
    // Why: asked after every step.
    findings: () => (found.length === 0 ? NONE : found.map(({ finding }) => finding as Finding)),
    evaluated: () => new Map(watchers.map(({ property, monitor }) => [property.id, monitor.evaluated()])),
    broken: () => new Map(watchers.flatMap(({ property, monitor }) => {
      const assumption = monitor.broken?.();
      return assumption === undefined ? [] : [[property.id, assumption] as const];
    })),
  };
};
