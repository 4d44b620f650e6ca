import { describe, expect, it } from 'vitest';
import type { KubeObject, UnknownObject } from '../../src/api/object.ts';
import { resourceByKind } from '../../src/api/resources.ts';
import { invalid } from '../../src/api/status.ts';
import { strategyOf } from '../../src/api/strategy.ts';
import { formatFieldError, statusCauses } from '../../src/api/validation/field-error.ts';

const meta = { name: 'web', namespace: 'default', uid: 'u1', resourceVersion: '1' };
const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'nginx:1' }] } };
const selector = { matchLabels: { app: 'x' } };

const prepared = (apiVersion: string, kind: string, rest: object): KubeObject => {
  const strategy = strategyOf(resourceByKind(apiVersion, kind)?.id ?? '');
  const object: UnknownObject = { apiVersion, kind, metadata: meta, ...rest };
  return strategy.prepareForCreate(strategy.defaultsOf(object), {});
};
const strategyFor = (object: KubeObject): ReturnType<typeof strategyOf> => strategyOf(resourceByKind(object.apiVersion, object.kind)?.id ?? '');
const created = (apiVersion: string, kind: string, rest: object): string[] => {
  const object = prepared(apiVersion, kind, rest);
  return strategyFor(object).validateCreate(object).map(formatFieldError);
};
const updated = (apiVersion: string, kind: string, now: object, before: object): string[] => {
  const old = prepared(apiVersion, kind, before);
  const next = prepared(apiVersion, kind, now);
  return strategyFor(old).validateUpdate(next, old).map(formatFieldError);
};
const deployment = (spec: object): string[] => created('apps/v1', 'Deployment', { spec: { selector, template, ...spec } });
const pod = (spec: object): string[] => created('v1', 'Pod', { spec: { containers: [{ name: 'c', image: 'nginx:1' }], ...spec } });
const container = (fields: object): string[] => pod({ containers: [{ name: 'c', image: 'nginx:1', ...fields }] });

describe('validation of workloads', () => {
  it('a sound Deployment has no errors', () => expect(deployment({})).toEqual([]));
  it('refuses negative replicas', () => expect(deployment({ replicas: -1 })).toEqual(['spec.replicas: Invalid value: -1: must be greater than or equal to 0']));
  it('refuses a selector that does not match', () => expect(deployment({ selector: { matchLabels: { app: 'y' } } }))
    .toEqual(['spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`']));
  it('needs a selector', () => expect(created('apps/v1', 'Deployment', { spec: { template } })[0]).toBe('spec.selector: Required value'));
  it('refuses an empty selector', () => expect(deployment({ selector: {} })).toEqual(['spec.selector: Invalid value: {}: empty selector is invalid for deployment']));
  it('restarts always', () => expect(deployment({ template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } }))
    .toEqual(['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"']));
  it('either surges or takes down', () => expect(deployment({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }))
    .toEqual(['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0']));
  it('keeps its selector', () => expect(updated('apps/v1', 'Deployment',
    { spec: { selector: { matchLabels: { app: 'y' } }, template: { ...template, metadata: { labels: { app: 'y' } } } } }, { spec: { selector, template } }))
    .toEqual(['spec.selector: Invalid value: {"matchLabels":{"app":"y"}}: field is immutable']));
  it('a DaemonSet needs a matching selector too', () => expect(created('apps/v1', 'DaemonSet', { spec: { selector: { matchLabels: { a: 'b' } }, template } }))
    .toEqual(['spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`']));
  it('many errors make one message', () => {
    const object = prepared('apps/v1', 'Deployment', { spec: { replicas: -1, selector, template: { ...template, spec: { containers: [{ name: 'c' }] } } } });
    const status = invalid('apps', 'Deployment', 'web', statusCauses(strategyFor(object).validateCreate(object)));
    expect(status.message).toBe('Deployment.apps "web" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.template.spec.containers[0].image: Required value]');
  });
});

describe('validation of jobs', () => {
  const jobTemplate = { spec: { ...template.spec, restartPolicy: 'Never' } };
  it('a Job needs a restart policy of its own', () => {
    expect(created('batch/v1', 'Job', { spec: { template: jobTemplate } })).toEqual([]);
    expect(created('batch/v1', 'Job', { spec: { template: { spec: template.spec } } })).toEqual(['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"']);
  });
  it('keeps its template', () => expect(updated('batch/v1', 'Job',
    { spec: { template: { spec: { ...jobTemplate.spec, containers: [{ name: 'c', image: 'other' }] } } } }, { spec: { template: jobTemplate } })[0])
    .toMatch(/^spec\.template: Invalid value: .*: field is immutable$/));
  it('refuses a bad schedule, zone and long name', () => {
    const cron = (spec: object, name = 'web'): string[] => created('batch/v1', 'CronJob', { metadata: { ...meta, name }, spec: { schedule: '* * * * *', jobTemplate: { spec: { template: jobTemplate } }, ...spec } });
    expect(cron({})).toEqual([]);
    expect(cron({ schedule: '* *' })[0]).toMatch(/^spec\.schedule: Invalid value: "\* \*": expected exactly 5 fields, found 2/);
    expect(cron({ timeZone: 'Mars/Base' })).toEqual(['spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base']);
    expect(cron({}, 'x'.repeat(53))[0]).toMatch(/must be no more than 52 characters$/);
  });
});

describe('validation of pods', () => {
  it('needs containers with names and images', () => {
    expect(pod({ containers: [] })).toEqual(['spec.containers: Required value']);
    expect(container({ name: '', image: '' })).toEqual(['spec.containers[0].name: Required value', 'spec.containers[0].image: Required value']);
    expect(pod({ containers: [{ name: 'c', image: 'i' }, { name: 'c', image: 'i' }] })).toEqual(['spec.containers[1].name: Duplicate value: "c"']);
  });
  it('checks ports, mounts and probes', () => {
    expect(container({ ports: [{ containerPort: 70000 }] })).toEqual(['spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive']);
    expect(container({ volumeMounts: [{ name: 'v', mountPath: '/v' }] })).toEqual(['spec.containers[0].volumeMounts[0].name: Not found: "v"']);
    expect(container({ livenessProbe: {} })).toEqual(['spec.containers[0].livenessProbe: Required value: must specify a handler type']);
  });
  it('holds requests to limits', () => {
    expect(container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } })).toEqual(['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1']);
    expect(container({ resources: { limits: { foo: '1' }, requests: { foo: '1' } } })).toContain('spec.containers[0].resources.limits[foo]: Invalid value: "foo": must be a standard resource for containers');
  });
  it('refuses unknown policies and bad names', () => {
    expect(pod({ restartPolicy: 'Sometimes' })).toEqual(['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"']);
    expect(created('v1', 'Pod', { metadata: { ...meta, name: 'Web' }, spec: template.spec })[0]).toMatch(/^metadata\.name: Invalid value: "Web": a lowercase RFC 1123 subdomain must consist/);
  });
  it('may change its image and nothing much else', () => {
    const before = { spec: template.spec };
    expect(updated('v1', 'Pod', { spec: { containers: [{ name: 'c', image: 'nginx:1', imagePullPolicy: 'IfNotPresent' }] } }, before)).toEqual([]);
    expect(updated('v1', 'Pod', { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } }, before)).toEqual([]);
    expect(updated('v1', 'Pod', { spec: { ...template.spec, nodeName: 'n' } }, before)[0]).toMatch(/^spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`/);
  });
});

describe('validation of the rest', () => {
  it('services', () => {
    const service = (spec: object): string[] => created('v1', 'Service', { spec: { clusterIP: '10.0.0.1', ports: [{ port: 80 }], ...spec } });
    expect(service({})).toEqual([]);
    expect(service({ ports: [] })).toEqual(['spec.ports: Required value']);
    expect(service({ ports: [{ port: 80 }, { port: 81 }] })).toEqual(['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value']);
    expect(service({ ports: [{ port: 0 }] })[0]).toBe('spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive');
    expect(service({ type: 'Magic' })[0]).toBe('spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"');
  });
  it('config keys, roles and priorities', () => {
    expect(created('v1', 'ConfigMap', { data: { 'a b': '' } })[0]).toMatch(/^data\[a b\]: Invalid value: "a b": a valid config key/);
    expect(created('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ verbs: [] }] })[0]).toBe('rules[0].verbs: Required value: verbs must contain at least one value');
    expect(created('scheduling.k8s.io/v1', 'PriorityClass', { metadata: { name: 'p' }, value: 2000000000 }))
      .toEqual(['value: Forbidden: maximum allowed value of a user defined priority is 1000000000']);
  });
  it('metadata', () => {
    expect(created('v1', 'ConfigMap', { metadata: { ...meta, labels: { 'a/b/c': 'x' } } })[0]).toMatch(/^metadata\.labels: Invalid value: "a\/b\/c": /);
    expect(created('v1', 'Node', { metadata: { name: 'n', namespace: 'x' } })).toEqual(['metadata.namespace: Forbidden: not allowed on this type']);
    expect(updated('v1', 'ConfigMap', { metadata: { ...meta, resourceVersion: '' } }, {})).toEqual(['metadata.resourceVersion: Invalid value: "": must be specified for an update']);
  });
});
