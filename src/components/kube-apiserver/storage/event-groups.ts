/**
 * Events are served by two groups and stored once, as core/v1: what each group calls the same fields.
 * Models: pkg/apis/events/v1/conversion.go
 */
import type { KubeObject } from '../../../api/object.ts';

/** core/v1 name -> events.k8s.io/v1 name. */
const RENAMED: readonly (readonly [string, string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];
const toEventsGroup = new Map(RENAMED);
const toCore = new Map(RENAMED.map(([core, events]): [string, string] => [events, core]));

const renamed = (event: KubeObject, names: ReadonlyMap<string, string>, apiVersion: string): KubeObject => {
  const converted: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(event)) converted[names.get(field) ?? field] = value;
  converted['apiVersion'] = apiVersion;
  return converted as unknown as KubeObject;
};

const shown = new WeakMap<KubeObject, KubeObject>();

/** A stored Event as events.k8s.io/v1 shows it. */
export const asEventsV1 = (event: KubeObject): KubeObject => {
  const known = shown.get(event);
  if (known !== undefined) return known;
  const converted = renamed(event, toEventsGroup, 'events.k8s.io/v1');
  shown.set(event, converted);
  return converted;
};

/** An Event of either group as it is stored. */
export const asCoreEvent = (event: KubeObject): KubeObject =>
  (event.apiVersion === 'v1' ? event : renamed(event, toCore, 'v1'));
