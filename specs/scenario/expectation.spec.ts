/** Expectations: what a scenario expects of its end, judged as a property whose id says it all. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { createCluster } from '../../src/cluster/create-cluster.ts';
import { defaultTopology, nodesNamed } from '../../src/cluster/topology.ts';
import { timedChooser } from '../../src/kernel/index.ts';
import { expectationId, expectationNamed, readExpectation } from '../../src/scenario/expectation.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';

const scenario = {
  name: 'one pod', topology: { ...defaultTopology, nodes: nodesNamed(1) },
  timeline: [{ afterMs: 0, command: { kind: 'create', object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'x' }] } } } }],
} as const;

describe('scenario.expectation', () => {
  it('holds or does not hold of the end, and is put to the test there only', () => {
    const world = createCluster(scenario.topology);
    const saidOf = (text: string): unknown => {
      const monitor = expectationNamed(expectationId(text))?.monitor();
      const violation = monitor?.end(world);
      return [violation?.message ?? 'holds', monitor?.evaluated()];
    };
    expect(saidOf('pod/a=Ready')).toEqual(['pod/a=Ready does not hold in the end.', 1]);
    expect(saidOf('pod/a=deleted')).toEqual(['holds', 1]);
    runScenario(world, timedChooser(), scenario, { until: { kind: 'settled' }, maxSteps: 100_000, maxMs: 600_000 });
    expect(saidOf('pod/a=Ready')).toEqual(['holds', 1]);
    expect(saidOf('default/pod/a=Ready')).toEqual(['holds', 1]);
    expect(saidOf('shop/pod/a=created')).toEqual(['shop/pod/a=created does not hold in the end.', 1]);
    expect(saidOf('node/node-1=Ready')).toEqual(['holds', 1]);
    expect(saidOf('pod/a=deleted')).toEqual(['pod/a=deleted does not hold in the end.', 1]);
  });

  it('is no other property, and reads or says why not', () => {
    expect(expectationNamed('converges')).toBeUndefined();
    expect(expectationNamed('expect:settled')).toBeUndefined();
    expect([readExpectation('gadget/x=Ready'), readExpectation('90s')].map((one) => isLeft(one) && one.left)).toEqual([
      expect.stringContaining('Instead, received the unknown kind "gadget".'), expect.stringContaining('Instead, received "90s".'),
    ]);
  });
});
