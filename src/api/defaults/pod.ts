/**
 * The defaults of pods and pod templates.
 * Models: pkg/apis/core/v1/defaults.go, zz_generated.defaults.go SetObjectDefaults_Pod
 * Not modelled: iSCSI, RBD, Azure and ScaleIO volume sources; pod-level hugepages.
 */
import { memoised } from '../../base/memo.ts';
import { sortedEntries } from '../../base/order.ts';
import type { Container, ContainerPort, EnvVar, Lifecycle, LifecycleHandler, Pod, PodSpec, Probe, ResourceList, ResourceRequirements, Volume } from '../types.ts';
import { change, changeEach, fill } from './fill.ts';
import { canonicalResources } from './resources.ts';

const DEFAULT_MODE = 420;
const TOKEN_SECONDS = 3600;

type HttpGet = NonNullable<Probe['httpGet']>;

const httpGet = (action: HttpGet): HttpGet => fill(action, { path: '/', scheme: 'HTTP' });

const positiveOr = (value: number | undefined, fallback: number): number => (value === undefined || value === 0 ? fallback : value);

const probe = (p: Probe): Probe => {
  const counted = {
    timeoutSeconds: positiveOr(p.timeoutSeconds, 1),
    periodSeconds: positiveOr(p.periodSeconds, 10),
    successThreshold: positiveOr(p.successThreshold, 1),
    failureThreshold: positiveOr(p.failureThreshold, 3),
  };
  const same = Object.entries(counted).every(([name, value]) => (p as Readonly<Record<string, unknown>>)[name] === value);
  const filled = change(same ? p : { ...p, ...counted }, 'httpGet', httpGet);
  return change(filled, 'grpc', (grpc) => (grpc.service === undefined ? { ...grpc, service: '' } : grpc));
};

const handler = (h: LifecycleHandler): LifecycleHandler => change(h, 'httpGet', httpGet);
const lifecycle = (l: Lifecycle): Lifecycle => change(change(l, 'postStart', handler), 'preStop', handler);

const envVar = (env: EnvVar): EnvVar =>
  change(env, 'valueFrom', (from) => change(from, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' })));

/** The tag of an image reference; `latest` when it has neither tag nor digest. */
export const imageTag = (image: string): string => {
  const [named = '', digest] = image.split('@');
  const last = named.slice(named.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  if (colon >= 0) return last.slice(colon + 1);
  return digest === undefined ? 'latest' : '';
};

const pullPolicyOf = (image: string | undefined): string => (imageTag(image ?? '') === 'latest' ? 'Always' : 'IfNotPresent');

const port = (p: ContainerPort): ContainerPort => fill(p, { protocol: 'TCP' });

const containerDefaults = (container: Container): Container => {
  let c: Container = fill(container, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicyOf(container.image),
  });
  c = change(c, 'ports', (ports) => changeEach(ports, port));
  c = change(c, 'env', (env) => changeEach(env, envVar));
  c = change(c, 'resources', canonicalResources);
  c = change(change(change(c, 'livenessProbe', probe), 'readinessProbe', probe), 'startupProbe', probe);
  return change(c, 'lifecycle', lifecycle);
};

type Projected = NonNullable<Volume['projected']>;
type Projection = NonNullable<Projected['sources']>[number];

const projection = (source: Projection): Projection => change(
  change(source, 'serviceAccountToken', (token) => fill(token, { expirationSeconds: TOKEN_SECONDS })),
  'downwardAPI', (api) => change(api, 'items', (items) => changeEach(items, (item) => change(item, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' })))));

const volume = (v: Volume): Volume => {
  const sourced: Volume = Object.entries(v).some(([name, value]) => name !== 'name' && value !== undefined && value !== null) ? v : { ...v, emptyDir: {} };
  let out = change(sourced, 'secret', (source) => fill(source, { defaultMode: DEFAULT_MODE }));
  out = change(out, 'configMap', (source) => fill(source, { defaultMode: DEFAULT_MODE }));
  out = change(out, 'downwardAPI', (source) => change(fill(source, { defaultMode: DEFAULT_MODE }), 'items',
    (items) => changeEach(items, (item) => change(item, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' })))));
  out = change(out, 'projected', (source) => change(fill(source, { defaultMode: DEFAULT_MODE }), 'sources', (sources) => changeEach(sources, projection)));
  out = change(out, 'hostPath', (source) => (source.type === undefined ? { ...source, type: '' } : source));
  return change(out, 'image', (source) => fill(source, { pullPolicy: pullPolicyOf(source.reference) }));
};

const fillPodSpec = (spec: PodSpec): PodSpec => {
  let s: PodSpec = fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  if (s.serviceAccountName !== undefined && s.serviceAccountName !== '') s = fill(s, { serviceAccount: s.serviceAccountName });
  else if (s.serviceAccount !== undefined && s.serviceAccount !== '') s = { ...s, serviceAccountName: s.serviceAccount };
  s = change(s, 'volumes', (volumes) => changeEach(volumes, volume));
  s = change(s, 'initContainers', (containers) => changeEach(containers, containerDefaults));
  s = change(s, 'containers', (containers) => changeEach(containers, containerDefaults));
  return s.hostNetwork === true ? hostPorts(s) : s;
};

const hostPorts = (spec: PodSpec): PodSpec => {
  const withHostPort = (c: Container): Container =>
    change(c, 'ports', (ports) => changeEach(ports, (p) => (p.hostPort === undefined || p.hostPort === 0 ? { ...p, hostPort: p.containerPort } : p)));
  return change(change(spec, 'containers', (list) => changeEach(list, withHostPort)), 'initContainers', (list) => changeEach(list, withHostPort));
};

/** `SetDefaults_PodSpec` and what it contains: for pods and templates alike. Once per spec, which all that is made of one template shares. */
export const podSpecDefaults: (spec: PodSpec) => PodSpec = memoised(fillPodSpec);

const requestsFromLimits = (resources: ResourceRequirements): ResourceRequirements => {
  const missing: ResourceList = Object.fromEntries(sortedEntries(resources.limits ?? {}).filter(([name]) => resources.requests?.[name] === undefined));
  if (Object.keys(missing).length === 0) return resources;
  return { ...resources, requests: { ...resources.requests, ...missing } };
};

/** `SetDefaults_Pod`: what pods get and templates do not. */
export const podDefaults = (pod: Pod): Pod => change(pod, 'spec', (spec) => {
  const withRequests = (c: Container): Container => change(c, 'resources', requestsFromLimits);
  let s = podSpecDefaults(spec);
  s = change(s, 'initContainers', (list) => changeEach(list, withRequests));
  s = change(s, 'containers', (list) => changeEach(list, withRequests));
  s = change(s, 'resources', requestsFromLimits);
  return fill(s, { enableServiceLinks: true });
});
