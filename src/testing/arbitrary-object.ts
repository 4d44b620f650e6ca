/** Objects to draw, one kind at a time: what a user would apply, valid as it stands, and small enough for the clusters of `arbitraryTopology`. */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { UnknownObject } from '../api/object.ts';

export const objectKinds = ['Deployment', 'ReplicaSet', 'DaemonSet', 'Job', 'CronJob', 'Pod', 'Service', 'ConfigMap'] as const;
export type ObjectKind = (typeof objectKinds)[number];

export interface ObjectConstraints {
  /** Default: `web`. */
  readonly name?: string;
  /** Default: none, which is what a manifest has that leaves it to kubectl. */
  readonly namespace?: string;
  /** Of what has replicas, completions or parallelism. Default: 3. */
  readonly maxReplicas?: number;
}

type Spec = Readonly<Record<string, unknown>>;

const template = (name: string, spec: Spec = {}): Spec => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name: 'c', image: 'example/server:1', resources: { requests: { cpu: '50m', memory: '32Mi' } } }], ...spec },
});

const selector = (name: string): Spec => ({ matchLabels: { app: name } });

const rollingUpdate = fc.record({ maxSurge: fc.integer({ min: 0, max: 2 }), maxUnavailable: fc.integer({ min: 0, max: 2 }) })
  .filter(({ maxSurge, maxUnavailable }) => maxSurge + maxUnavailable > 0);

const strategy = fc.oneof({ withCrossShrink: true }, fc.constant({ type: 'Recreate' }), rollingUpdate.map((drawn) => ({ type: 'RollingUpdate', rollingUpdate: drawn })));

const upTo = (max: number, min = 0): Arbitrary<number> => fc.integer({ min, max: Math.max(min, max) });

const jobSpec = (name: string, maxReplicas: number): Arbitrary<Spec> => fc.record({ completions: upTo(maxReplicas, 1), parallelism: upTo(maxReplicas, 1) })
  .map((drawn) => ({ ...drawn, template: template(name, { restartPolicy: 'Never' }) }));

/** All but its metadata. */
const body = (kind: ObjectKind, name: string, maxReplicas: number): Arbitrary<{ readonly apiVersion: string } & Spec> => {
  switch (kind) {
    case 'Deployment': return fc.record({ replicas: upTo(maxReplicas), strategy })
      .map((drawn) => ({ apiVersion: 'apps/v1', spec: { ...drawn, selector: selector(name), template: template(name) } }));
    case 'ReplicaSet': return fc.record({ replicas: upTo(maxReplicas), minReadySeconds: fc.constantFrom(0, 2) })
      .map((drawn) => ({ apiVersion: 'apps/v1', spec: { ...drawn, selector: selector(name), template: template(name) } }));
    case 'DaemonSet': return fc.constant({ apiVersion: 'apps/v1', spec: { selector: selector(name), template: template(name) } });
    case 'Job': return jobSpec(name, maxReplicas).map((spec) => ({ apiVersion: 'batch/v1', spec }));
    case 'CronJob': return fc.record({ schedule: fc.constantFrom('* * * * *', '*/5 * * * *'), concurrencyPolicy: fc.constantFrom('Allow', 'Forbid', 'Replace'), spec: jobSpec(name, maxReplicas) })
      .map(({ spec, ...drawn }) => ({ apiVersion: 'batch/v1', spec: { ...drawn, jobTemplate: { spec } } }));
    case 'Pod': return fc.constant({ apiVersion: 'v1', spec: template(name)['spec'] });
    case 'Service': return fc.integer({ min: 1, max: 65_535 }).map((port) => ({ apiVersion: 'v1', spec: { selector: { app: name }, ports: [{ port }] } }));
    case 'ConfigMap': return fc.string({ maxLength: 8 }).map((value) => ({ apiVersion: 'v1', data: { key: value } }));
    default: return kind satisfies never;
  }
};

/** Shrinks towards no replicas, or one where there must be one. Pods and those of its template bear the label `app` with the object's name. */
export const arbitraryObject = (kind: ObjectKind, { name = 'web', namespace, maxReplicas = 3 }: ObjectConstraints = {}): Arbitrary<UnknownObject> => {
  const metadata = { name, labels: { app: name }, ...(namespace === undefined ? {} : { namespace }) };
  return body(kind, name, maxReplicas).map(({ apiVersion, ...rest }) => ({ apiVersion, kind, metadata, ...rest }));
};
