/** The first flow: one pod, from the user's request to reachable. */
import { beforeAll, describe, expect, it } from 'vitest';
import { isPodReady } from '../../src/api/pod-helpers.ts';
import type { EndpointSlice, Pod } from '../../src/api/types.ts';
import type { StepRecord } from '../../src/kernel/index.ts';
import { expectGolden } from './golden.ts';
import type { Claim, Played } from './played.ts';
import { exampleScenario, expectOrder, explainedOf, followsFrom, isRequest, messageIn, play, putOf, startsWith, traceOf, watched } from './played.ts';

const isHello = (pod: unknown): pod is Pod => (pod as Pod | undefined)?.metadata.name === 'hello';
const readyAddresses = (slice: EndpointSlice): readonly string[] => (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready === true).flatMap(({ addresses }) => addresses);
const isOurs = (slice: unknown): slice is EndpointSlice => (slice as EndpointSlice | undefined)?.metadata.labels?.['kubernetes.io/service-name'] === 'hello';

const UNTIL_RUNNING: readonly Claim[] = [
  ['the user asks kube-apiserver for the pod', ({ step }, body) => step.kind === 'deliver' && step.from === 'kubectl' && isRequest(body, 'create', 'pods')],
  ['kube-apiserver has etcd store it', ({ actor }, body) => actor === 'etcd' && isHello(putOf(body, 'Pod'))],
  ['kube-scheduler sees it, without a node', ({ actor }, body) => {
    const pod = watched(body, 'Pod');
    return actor === 'kube-scheduler' && isHello(pod) && pod.spec.nodeName === undefined;
  }],
  ['kube-scheduler writes its decision', ({ step }, body) => step.kind === 'deliver' && step.from === 'kube-scheduler' && isRequest(body, 'create', 'pods', 'binding')],
  ['etcd stores the node\'s name', ({ actor }, body) => {
    const pod = putOf(body, 'Pod');
    return actor === 'etcd' && isHello(pod) && pod.spec.nodeName !== undefined;
  }],
  ['a kubelet sees a pod of its node', ({ actor }, body) => {
    const pod = watched(body, 'Pod');
    return startsWith(actor, 'kubelet') && isHello(pod) && actor === `kubelet/${pod.spec.nodeName}`;
  }],
  ['the kubelet asks for a sandbox', ({ actor }, body) => startsWith(actor, 'container-runtime') && body.kind === 'cri-call' && body.call.kind === 'run-pod-sandbox'],
  ['the runtime has the network set up', ({ actor }, body) => actor === 'network' && body.kind === 'cni-add'],
  ['the network gives the pod its address', (_, body) => body.kind === 'cni-answer' && body.ip !== undefined],
  ['the container runs', (_, body) => body.kind === 'cri-answer' && body.answer.kind === 'container' && body.answer.container.state === 'running'],
  ['etcd stores that the pod runs', ({ actor }, body) => {
    const pod = putOf(body, 'Pod');
    return actor === 'etcd' && isHello(pod) && pod.status?.phase === 'Running';
  }],
];

const UNTIL_REACHABLE: readonly Claim[] = [
  ['etcd stores that the pod is ready', ({ actor }, body) => {
    const pod = putOf(body, 'Pod');
    return actor === 'etcd' && isHello(pod) && isPodReady(pod);
  }],
  ['the EndpointSlice controller sees it', ({ actor }, body) => {
    const pod = watched(body, 'Pod');
    return actor === 'kube-controller-manager' && isHello(pod) && isPodReady(pod);
  }],
  ['etcd stores its address among the Service\'s', ({ actor }, body) => {
    const slice = putOf(body, 'EndpointSlice');
    return actor === 'etcd' && isOurs(slice) && readyAddresses(slice).length > 0;
  }],
  ['a kube-proxy sees that', ({ actor }, body) => {
    const slice = watched(body, 'EndpointSlice');
    return startsWith(actor, 'kube-proxy') && isOurs(slice) && readyAddresses(slice).length > 0;
  }],
  ['the network has rules to the pod', ({ actor }, body) => actor === 'network' && body.kind === 'rules' && body.rules.some(({ name, endpoints }) => name.startsWith('default/hello') && endpoints.length > 0)],
];

describe('scenario.pod-creation', () => {
  let played: Played;
  beforeAll(() => { played = play(exampleScenario('pod-creation.yaml')); });

  it('settles', () => {
    expect(played.result).toMatchObject({ outcome: 'reached', converged: true, missing: [] });
  });

  it('goes through the components in the order of the reference architecture', () => {
    expectOrder(played.records, [...UNTIL_RUNNING, ...UNTIL_REACHABLE]);
  });

  it('each of them because of the one before', () => {
    const steps = expectOrder(played.records, UNTIL_RUNNING);
    const broken = steps.slice(1).filter((step, i) => !followsFrom(played.records, step, steps[i] as StepRecord)).map((step) => UNTIL_RUNNING[steps.indexOf(step)]?.[0]);
    expect(broken).toEqual([]);
    const rest = expectOrder(played.records, UNTIL_REACHABLE);
    expect(rest.slice(1, 4).filter((step, i) => !followsFrom(played.records, step, rest[i] as StepRecord)).map((step) => UNTIL_REACHABLE[rest.indexOf(step)]?.[0])).toEqual([]);
  });

  it('every kubelet watches, and only the chosen node\'s is told of the pod', () => {
    const watching = played.all.filter((record) => isRequest(messageIn(record) ?? { kind: 'api-watch-end', id: 0 }, 'watch', 'pods'))
      .flatMap(({ step }) => (step.kind === 'deliver' && startsWith(step.from, 'kubelet') ? [step.from] : []));
    expect([...new Set(watching)].sort()).toEqual(['kubelet/node-1', 'kubelet/node-2', 'kubelet/node-3']);
    const told = played.records.filter((record) => startsWith(record.actor, 'kubelet') && isHello(watched(messageIn(record) ?? { kind: 'api-watch-end', id: 0 }, 'Pod')));
    expect(new Set(told.map(({ actor }) => actor)).size).toBe(1);
  });

  it('reads, step by step, as golden/pod-creation.trace.txt', () => {
    expectGolden('pod-creation.trace', traceOf(played.records));
  });

  it('is explained as golden/pod-creation.explained.txt', () => {
    expectGolden('pod-creation.explained', explainedOf(played.records));
  });
});
