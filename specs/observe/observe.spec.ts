/** The read side: streams over the records of a run. */
import { from, lastValueFrom, take, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '../../src/api/types.ts';
import { createCluster } from '../../src/cluster/create-cluster.ts';
import { timedChooser } from '../../src/kernel/index.ts';
import { auditOf, explain, printFlow, recordsOf, revisionsOf, subjectOf, timelineOf, trafficOf } from '../../src/observe/index.ts';
import type { FlowLine, ObjectRevision } from '../../src/observe/index.ts';
import type { Played } from '../scenarios/played.ts';
import { exampleScenario, play } from '../scenarios/played.ts';

let played: Played;
beforeAll(() => { played = play(exampleScenario('pod-creation.yaml')); });

describe('observe.records', () => {
  it('a run is a cold stream: the beginning, then a record for every step, until the subscriber leaves', async () => {
    const world = createCluster(exampleScenario('pod-creation.yaml').topology);
    const records = recordsOf(world, timedChooser());
    expect(world.stepCount).toBe(0);
    const seen = await lastValueFrom(records.pipe(take(world.beginning.length + 10), toArray()));
    expect(seen.slice(world.beginning.length).map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(world.stepCount).toBe(10);
  });
});

describe('observe.revisions', () => {
  it('names every revision once, in order, with the step that wrote it', async () => {
    const revisions = await lastValueFrom(revisionsOf(from(played.all)).pipe(toArray()));
    const numbers = [...new Set(revisions.map(({ revision }) => revision))];
    expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] as number) + i));
    const steps = new Map(played.all.map((record) => [record.index, record]));
    expect(revisions.every(({ step }) => steps.get(step)?.actor === 'etcd')).toBe(true);
  });

  it('tells the life of one object and who wrote each part of it', async () => {
    const life = await lastValueFrom(timelineOf(from(played.all), subjectOf('pods', 'default', 'hello')).pipe(toArray()));
    const told = life.map(({ origin, object }: ObjectRevision) => {
      const pod = object as Pod;
      return [origin?.client.split('/')[0], origin?.user.replace(/node-\d/, 'N'), origin?.request.subresource, pod.spec.nodeName !== undefined, pod.status?.phase];
    });
    expect(told).toEqual([
      ['kubectl', 'kubernetes-admin', undefined, false, 'Pending'],
      ['kube-scheduler', 'system:kube-scheduler', 'binding', true, 'Pending'],
      ['kubelet', 'system:node:N', 'status', true, 'Pending'],
      ['kubelet', 'system:node:N', 'status', true, 'Running'],
      ['kubelet', 'system:node:N', 'status', true, 'Running'],
    ]);
  });

  it('agrees with the audit log about who wrote', async () => {
    const audit = await lastValueFrom(auditOf(from(played.all)).pipe(toArray()));
    const creates = audit.filter(({ request, answer }) => request.verb === 'create' && request.resource === 'pods' && request.subresource === undefined && answer.kind === 'object');
    const life = await lastValueFrom(revisionsOf(from(played.all)).pipe(toArray()));
    const made = life.filter(({ subject, origin }) => subject.startsWith('pods ') && origin?.request.verb === 'create' && origin.request.subresource === undefined);
    expect(made.map(({ origin }) => origin?.user).toSorted()).toEqual(creates.map(({ user }) => user).toSorted());
  });
});

describe('observe.traffic', () => {
  it('counts what was delivered, by route', async () => {
    const traffic = await lastValueFrom(trafficOf(from(played.records)));
    const toNetwork = traffic.filter(({ to }) => to === 'network');
    expect(toNetwork.every(({ messages }) => messages > 0)).toBe(true);
    const delivered = played.records.filter(({ step }) => step.kind === 'deliver' && step.from !== step.to).length;
    expect(traffic.reduce((sum, { messages }) => sum + messages, 0)).toBe(delivered);
  });
});

describe('observe.explain', () => {
  const lines = (): readonly FlowLine[] => explain(played.records, { nodes: 3 });

  it('is short enough to be read', () => {
    expect(lines().length).toBeLessThanOrEqual(45);
  });

  it('leaves out heartbeats, Events, and what concerns other objects', () => {
    expect(printFlow(lines())).not.toMatch(/Lease|create Event|kube-system|node-lease/);
  });

  it('tells a watch event only where something followed from it, once for all who saw it', () => {
    const watches = lines().filter(({ text }) => text.startsWith('watch:'));
    expect(new Set(watches.map(({ text }) => text)).size).toBe(watches.length);
    expect(watches.find(({ text }) => text.startsWith('watch: EndpointSlice') && text.includes('ready'))?.to).toHaveLength(3);
  });

  it('tells the decisive moments inside components', () => {
    const moments = lines().filter(({ to }) => to.length === 0).map(({ from: actor, text }) => `${actor.split('/')[0]}: ${text.replace(/node-\d/, 'N')}`);
    expect(moments).toEqual([
      'kube-scheduler: picks N of 3 nodes for Pod default/hello',
      'kubelet: starts its worker for Pod default/hello',
      'network: Service default/hello reaches its pods now, from N first',
    ]);
  });

  it('says why a pod gets no node, in the scheduler\'s words', () => {
    const scenario = exampleScenario('pod-creation.yaml');
    const [first] = scenario.timeline;
    if (first?.command.kind !== 'apply') throw new Error('Expected the example to begin with a pod.');
    const pod = first.command.object as Pod;
    const [container] = pod.spec.containers;
    const big = { ...pod, spec: { ...pod.spec, containers: [{ ...container, resources: { requests: { cpu: '8' } } }] } } as Pod;
    const { records } = play({ ...scenario, timeline: [{ afterMs: 0, command: { kind: 'apply', object: big } }] });
    expect(explain(records).map(({ text }) => text)).toContainEqual(expect.stringMatching(/^patch status of Pod default\/hello: no node: 0\/3 nodes are available: 3 Insufficient cpu \(stored/));
  });

  it('tells of an end as well', () => {
    const scenario = exampleScenario('pod-creation.yaml');
    const { records } = play({ ...scenario, timeline: [...scenario.timeline, { afterMs: 10_000, command: { kind: 'delete', target: { resource: 'pods', namespace: 'default', name: 'hello' } } }] });
    const told = explain(records, { nodes: 3 }).filter(({ atMs }) => atMs >= (records[0]?.nowMs ?? 0) + 10_000).map(({ text }) => text.replace(/\d+(\.\d+)+(:80)?|revision \d+/g, 'N'));
    const moments = [
      'delete Pod default/hello (stored at N)', 'watch: Pod default/hello MODIFIED, being deleted', 'stop container web', 'take down the network of default/hello', 'network is taken down',
      'Pod default/hello removed at N', 'watch: Pod default/hello DELETED', 'rules: Service default/hello at N -> nothing',
    ];
    expect(told.filter((text, i) => moments.includes(text) && told.indexOf(text) === i)).toEqual(moments);
  });

  it('explains nothing when the user did nothing', () => {
    expect(explain(played.all.filter(({ index }) => index < (played.records[0]?.index ?? 0)))).toEqual([]);
    expect(printFlow([])).toBe('');
  });
});
