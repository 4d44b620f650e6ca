/** Plays an example on three nodes and keeps every record, for specs that ask what happened and in which order. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/api/object.ts';
import { createCluster } from '../../src/cluster/create-cluster.ts';
import type { ClusterTopology } from '../../src/cluster/topology.ts';
import { defaultTopology, nodesNamed } from '../../src/cluster/topology.ts';
import { timedChooser, traceLine } from '../../src/kernel/index.ts';
import type { ActorId, StepRecord, World } from '../../src/kernel/index.ts';
import { eventReasons, explain, originReader, printFlow } from '../../src/observe/index.ts';
import type { FromApiServer, ToApiServer } from '../../src/protocol/api.ts';
import { describe } from '../../src/protocol/describe.ts';
import type { Message } from '../../src/protocol/message.ts';
import type { UserCommand } from '../../src/protocol/user.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import type { ScenarioOptions, ScenarioResult } from '../../src/scenario/run-scenario.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

export const NODES = 3;

export const exampleObjects = (file: string): readonly KubeObject[] =>
  parseAllDocuments(readFileSync(join(import.meta.dirname, '../../examples', file), 'utf8')).map((document) => {
    const object = document.toJS() as KubeObject;
    return { ...object, metadata: { ...object.metadata, namespace: 'default' } };
  });

/** What `kubeloom run examples/FILE` runs. */
export const exampleScenario = (file: string): Scenario => ({
  name: file,
  topology: { ...defaultTopology, seed: '1', nodes: nodesNamed(NODES) },
  timeline: exampleObjects(file).map((object): { afterMs: number; command: UserCommand } => ({ afterMs: 0, command: { kind: 'apply', object } })),
});

export interface Played {
  readonly world: World;
  readonly result: ScenarioResult;
  /** Those of the world's beginning and of coming up included. */
  readonly all: readonly StepRecord[];
  /** From the user's commands on. */
  readonly records: readonly StepRecord[];
}

export const play = (scenario: Scenario, options: Partial<ScenarioOptions> = {}, build: (topology: ClusterTopology) => World = createCluster): Played => {
  const world = build(scenario.topology);
  const all: StepRecord[] = [...world.beginning];
  const records: StepRecord[] = [];
  const result = runScenario(world, timedChooser(), scenario, {
    until: { kind: 'settled' }, maxSteps: 200_000, maxMs: 3_600_000, ...options,
    onStep: (record, phase) => {
      all.push(record);
      if (phase === 'run') records.push(record);
      options.onStep?.(record, phase);
    },
  });
  return { world, result, all, records };
};

/** One line per step of the user's part, counted from its beginning; what actors send themselves and what follows from heartbeats is left out. */
export const traceOf = (records: readonly StepRecord[]): string => {
  const [first] = records;
  if (first === undefined) return '';
  const originOf = originReader();
  const isTold = (record: StepRecord): boolean =>
    originOf(record)?.request.resource !== 'leases.coordination.k8s.io' && !(record.step.kind === 'deliver' && record.step.from === record.step.to);
  return records.filter(isTold).map((record) => traceLine({ ...record, index: record.index - first.index }, first.nowMs, describe)).join('\n');
};

/** What `--explain` prints of such a run. */
export const explainedOf = (records: readonly StepRecord[]): string =>
  `${printFlow(explain(records, { nodes: NODES }))}\n\nEvents written about it: ${eventReasons(records).join(', ')}`;

export const explainedExample = (file: string): string => explainedOf(play(exampleScenario(file)).records);

export const messageIn = ({ input, step }: StepRecord): Message | undefined =>
  (step.kind === 'deliver' && step.from !== step.to && input?.kind === 'message' ? input.body as Message : undefined);

/** A named claim: the first step of which it holds. */
export type Claim = readonly [what: string, holds: (record: StepRecord, body: Message) => boolean];

/** The first step of each claim; asserts that there is one, and that they come in this order. */
export const expectOrder = (records: readonly StepRecord[], claims: readonly Claim[]): readonly StepRecord[] => {
  const found = claims.map(([what, holds]) => {
    const record = records.find((one) => {
      const body = messageIn(one);
      return body !== undefined && holds(one, body);
    });
    expect(record, `Expected a step in which ${what}.`).toBeDefined();
    return record as StepRecord;
  });
  const order = found.map(({ index }, i) => ({ index, what: claims[i]?.[0] }));
  expect(order.toSorted((a, b) => a.index - b.index).map(({ what }) => what)).toEqual(claims.map(([what]) => what));
  return found;
};

/** Whether the one step followed from the other, from effect to cause. */
export const followsFrom = (records: readonly StepRecord[], later: StepRecord, earlier: StepRecord): boolean => {
  const causes = new Map(records.map(({ index, cause }) => [index, cause]));
  for (let at: number | undefined = later.cause; at !== undefined && at >= earlier.index; at = causes.get(at)) if (at === earlier.index) return true;
  return false;
};

export const isRequest = (body: Message, verb: string, resource: string, subresource?: string): boolean => {
  const { kind, request } = body as ToApiServer & { readonly kind: 'api-request' };
  return kind === 'api-request' && request.verb === verb && request.resource === resource && request.subresource === subresource;
};

/** The object that a watch event brings. */
export const watched = (body: Message, kind: string): KubeObject | undefined => {
  const { kind: message, event } = body as FromApiServer & { readonly kind: 'api-watch-event' };
  return message === 'api-watch-event' && event.type !== 'ERROR' && event.type !== 'BOOKMARK' && event.object.kind === kind ? event.object : undefined;
};

/** The object that a transaction would put. */
export const putOf = (body: Message, kind: string): KubeObject | undefined => {
  if (body.kind !== 'etcd-call' || body.call.kind !== 'txn') return undefined;
  return body.call.success.flatMap((op) => (op.kind === 'put' ? [op.value as KubeObject] : [])).find((object) => object.kind === kind);
};

export const startsWith = (actor: ActorId | undefined, name: string): boolean => actor === name || actor?.startsWith(`${name}/`) === true;
