import { describe, expect, it } from 'vitest';
import { applyDefaults } from '../../src/api/defaults/apply-defaults.ts';
import { imageTag } from '../../src/api/defaults/pod.ts';

const containers = [{ name: 'c', image: 'nginx:1' }];
const of = (apiVersion: string, kind: string, rest: object): Record<string, never> =>
  applyDefaults({ apiVersion, kind, metadata: { name: 'x' }, ...rest }) as unknown as Record<string, never>;

describe('defaults', () => {
  it('fills a pod in as a real API server answered', () => {
    expect(of('v1', 'Pod', { spec: { containers } })['spec']).toEqual({
      containers: [{
        name: 'c', image: 'nginx:1', resources: {}, terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', imagePullPolicy: 'IfNotPresent',
      }],
      restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst', securityContext: {}, schedulerName: 'default-scheduler', enableServiceLinks: true,
    });
  });
  it('takes missing requests from limits, in pods and not in templates', () => {
    const limited = [{ name: 'c', image: 'nginx:1', resources: { limits: { cpu: '0.5' } } }];
    expect(of('v1', 'Pod', { spec: { containers: limited } })).toMatchObject({ spec: { containers: [{ resources: { limits: { cpu: '500m' }, requests: { cpu: '500m' } } }] } });
    const deployment = of('apps/v1', 'Deployment', { spec: { template: { spec: { containers: limited } } } });
    expect(deployment).not.toHaveProperty(['spec', 'template', 'spec', 'containers', 0, 'resources', 'requests']);
    expect(deployment).not.toHaveProperty(['spec', 'template', 'spec', 'enableServiceLinks']);
  });
  it('fills in workloads', () => {
    expect(of('apps/v1', 'Deployment', { spec: {} })['spec']).toEqual({
      replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    });
    expect(of('apps/v1', 'DaemonSet', { spec: {} })['spec']).toEqual({
      revisionHistoryLimit: 10, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    });
    expect(of('batch/v1', 'Job', { spec: {} })['spec']).toEqual({
      completions: 1, parallelism: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false, manualSelector: false, podReplacementPolicy: 'TerminatingOrFailed',
    });
    expect(of('batch/v1', 'CronJob', { spec: { schedule: '* * * * *' } })['spec']).toMatchObject({ concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
  });
  it('an explicit zero stays', () => {
    expect(of('apps/v1', 'ReplicaSet', { spec: { replicas: 0 } })).toMatchObject({ spec: { replicas: 0 } });
  });
  it('fills in services, namespaces and secrets', () => {
    expect(of('v1', 'Service', { spec: { ports: [{ port: 80 }] } })['spec']).toEqual({
      type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster', ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    });
    expect(of('v1', 'Namespace', {})).toMatchObject({ metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } }, status: { phase: 'Active' } });
    expect(of('v1', 'Secret', {})['type']).toBe('Opaque');
  });
  it('shares what it does not change, and is idempotent', () => {
    const once = applyDefaults({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { containers, volumes: [{ name: 'v' }] } });
    expect(applyDefaults(once)).toBe(once);
  });
  it('reads the tag of an image', () => {
    expect(['nginx', 'r:5000/a/b', 'r:5000/a:1', 'a@sha256:0', 'a:2@sha256:0'].map(imageTag)).toEqual(['latest', 'latest', '1', '', '2']);
  });
});
