/** Short objects for the specs. */
import type { Bench } from './bench.ts';

export const configMap = (name: string, data: Readonly<Record<string, string>> = {}, labels?: Readonly<Record<string, string>>): unknown =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...(labels === undefined ? {} : { labels }) }, data });

export const namespace = (name: string): unknown => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

export const pod = (name: string, spec: Readonly<Record<string, unknown>> = {}, metadata: Readonly<Record<string, unknown>> = {}): unknown => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { ...(name === '' ? {} : { name }), ...metadata }, spec: { containers: [{ name: 'c', image: 'nginx:1' }], ...spec },
});

export const deployment = (name: string, replicas = 2): unknown => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx:1' }] } } },
});

export const POD_AT = { resource: 'pods', namespace: 'default' } as const;
export const MAP_AT = { resource: 'configmaps', namespace: 'default' } as const;

/** The default service account that a controller would have made. */
export const withAccount = (bench: Bench, ns = 'default'): void => {
  bench.object({ verb: 'create', resource: 'serviceaccounts', namespace: ns, body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } } });
};

export const bind = (bench: Bench, name: string, node = 'n1'): unknown =>
  bench.ask({ verb: 'create', ...POD_AT, subresource: 'binding', name, body: { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { kind: 'Node', name: node } } });
