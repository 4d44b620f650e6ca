/** Scenarios to draw: a cluster, workloads that are applied, and some of them changed or deleted while they come up. */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { UnknownObject } from '../api/object.ts';
import { resourceByKind } from '../api/resources.ts';
import type { UserCommand } from '../protocol/user.ts';
import type { Scenario, TimelineEntry } from '../scenario/scenario.ts';
import type { TopologyConstraints } from './arbitrary-topology.ts';
import { arbitraryTopology } from './arbitrary-topology.ts';
import type { WorkloadConstraints } from './arbitrary-workloads.ts';
import { arbitraryWorkloads } from './arbitrary-workloads.ts';

export interface ScenarioConstraints extends TopologyConstraints, WorkloadConstraints {
  /** Changes after the applies: scalings, new images, deletes. Default: 2. */
  readonly maxChanges?: number;
}

const DEFAULT_NAMESPACE = 'default';

const isScalable = ({ kind }: UnknownObject): boolean => kind === 'Deployment' || kind === 'ReplicaSet';

const targetOf = (object: UnknownObject): { readonly resource: string; readonly namespace: string; readonly name: string } =>
  ({ resource: resourceByKind(object.apiVersion, object.kind)?.id ?? '', namespace: DEFAULT_NAMESPACE, name: object.metadata.name });

const change = (objects: readonly UnknownObject[], maxReplicas: number): Arbitrary<UserCommand> => fc.record({
  object: fc.constantFrom(...objects), replicas: fc.integer({ min: 0, max: maxReplicas }), what: fc.constantFrom('scale', 'image', 'delete'),
}).map(({ object, replicas, what }): UserCommand => {
  const target = targetOf(object);
  if (what === 'scale' && isScalable(object)) return { kind: 'scale', target, replicas };
  if (what === 'image' && object.kind === 'Deployment') return { kind: 'set-image', target, container: 'c', image: 'example/server:2' };
  return { kind: 'delete', target };
});

const timeline = (objects: readonly UnknownObject[], { maxChanges = 2, maxReplicas = 3 }: ScenarioConstraints): Arbitrary<readonly TimelineEntry[]> =>
  fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 20_000 }), command: change(objects, maxReplicas) }), { maxLength: maxChanges }).map((changes) => [
    ...objects.map((object): TimelineEntry => ({ afterMs: 0, command: { kind: 'apply', object: { ...object, metadata: { ...object.metadata, namespace: DEFAULT_NAMESPACE } } } })),
    ...[...changes].sort((a, b) => a.afterMs - b.afterMs),
  ]);

/** Shrinks towards one node and one Deployment of no replicas that nobody touches. */
export const arbitraryScenario = (constraints: ScenarioConstraints = {}): Arbitrary<Scenario> =>
  fc.tuple(arbitraryTopology(constraints), arbitraryWorkloads(constraints)).chain(([topology, objects]) =>
    timeline(objects, constraints).map((drawn): Scenario => ({ name: 'drawn', topology, timeline: drawn })));
