/** Workloads to draw: Deployments, ReplicaSets, DaemonSets, Jobs and Pods that fit the clusters of `arbitraryTopology`. */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { UnknownObject } from '../api/object.ts';

export interface WorkloadConstraints {
  /** Default: 3. */
  readonly maxWorkloads?: number;
  /** Default: 3. */
  readonly maxReplicas?: number;
}

const template = (name: string, spec: Readonly<Record<string, unknown>> = {}) => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name: 'c', image: 'example/server:1', resources: { requests: { cpu: '50m', memory: '32Mi' } } }], ...spec },
});

const selector = (name: string) => ({ matchLabels: { app: name } });

const rollingUpdate = fc.record({ maxSurge: fc.integer({ min: 0, max: 2 }), maxUnavailable: fc.integer({ min: 0, max: 2 }) })
  .filter(({ maxSurge, maxUnavailable }) => maxSurge + maxUnavailable > 0);

const strategy = fc.oneof(fc.constant({ type: 'Recreate' }), rollingUpdate.map((drawn) => ({ type: 'RollingUpdate', rollingUpdate: drawn })));

type Named = (name: string) => UnknownObject;

const deployment = (maxReplicas: number): Arbitrary<Named> => fc.record({ replicas: fc.integer({ min: 0, max: maxReplicas }), strategy }).map((drawn) => (name) =>
  ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { ...drawn, selector: selector(name), template: template(name) } }));

const replicaSet = (maxReplicas: number): Arbitrary<Named> => fc.record({ replicas: fc.integer({ min: 0, max: maxReplicas }), minReadySeconds: fc.constantFrom(0, 2) }).map((drawn) => (name) =>
  ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name }, spec: { ...drawn, selector: selector(name), template: template(name) } }));

const daemonSet: Arbitrary<Named> = fc.constant((name) =>
  ({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name }, spec: { selector: selector(name), template: template(name) } }));

const job = (max: number): Arbitrary<Named> => fc.record({ completions: fc.integer({ min: 1, max: Math.max(1, max) }), parallelism: fc.integer({ min: 1, max: Math.max(1, max) }) }).map((drawn) => (name) =>
  ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { ...drawn, template: template(name, { restartPolicy: 'Never' }) } }));

const pod: Arbitrary<Named> = fc.constant((name) => ({ apiVersion: 'v1', kind: 'Pod', ...template(name), metadata: { name, labels: { app: name } } }));

/** One to `maxWorkloads` objects with names of their own, without a namespace. Shrinks towards one Deployment of no replicas. */
export const arbitraryWorkloads = ({ maxWorkloads = 3, maxReplicas = 3 }: WorkloadConstraints = {}): Arbitrary<readonly UnknownObject[]> =>
  fc.array(fc.oneof(deployment(maxReplicas), replicaSet(maxReplicas), daemonSet, job(maxReplicas), pod), { minLength: 1, maxLength: maxWorkloads })
    .map((drawn) => drawn.map((make, i) => make(`w${i}`)));
