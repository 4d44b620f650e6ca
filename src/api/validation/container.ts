/**
 * Validation of containers.
 * Models: pkg/apis/core/validation/validation.go validateContainers, ValidateResourceRequirements, validateProbe
 * Not modelled: security contexts, volume devices, envFrom, resize policies.
 */
import { isRight } from 'fp-ts/lib/Either.js';
import { sortedEntries } from '../../base/order.ts';
import { isConfigMapKey, isDns1123Label, isEnvVarName, isPortName, isPortNumber, isQualifiedName } from '../names.ts';
import type { Quantity } from '../quantity.ts';
import { compareQuantities, formatQuantity, isWholeQuantity, parseQuantity, quantitySign } from '../quantity.ts';
import type { Container, ContainerPort, EnvVar, LifecycleHandler, Probe, ResourceRequirements, VolumeMount } from '../types.ts';
import type { FieldErrors } from './field-error.ts';
import { child, duplicate, forbiddenField, invalidAll, invalidValue, keyed, nonNegative, notFoundValue, notSupported, printed, required } from './field-error.ts';
import { eachIndexed } from './metadata.ts';
import { textOf } from './shared.ts';

/** What checks of containers need to know of the pod. */
export interface PodScope {
  readonly volumes: ReadonlySet<string>;
  readonly restartPolicy: string | undefined;
  /** False in a template, where upstream lets white space around images pass. */
  readonly isPod: boolean;
}

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const STANDARD_RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
const QUOTA_RESOURCES: ReadonlySet<string> = new Set(['storage', 'pods', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory', 'services', 'secrets', 'configmaps']);

/** Upstream's `ValidateNonnegativeQuantity` on a text; a malformed one is the schema's business. */
const quantityOf = (text: string | undefined): Quantity | undefined => {
  const parsed = text === undefined ? undefined : parseQuantity(String(text));
  return parsed !== undefined && isRight(parsed) ? parsed.right : undefined;
};

const resourceName = (name: string, path: string): FieldErrors => {
  const malformed = isQualifiedName(name);
  if (malformed.length > 0) return invalidAll(path, name, malformed);
  if (name.includes('/') || STANDARD_RESOURCES.has(name) || name.startsWith('hugepages-')) return [];
  const unknown = QUOTA_RESOURCES.has(name) ? [] : [invalidValue(path, name, 'must be a standard resource type or fully qualified')];
  return [...unknown, invalidValue(path, name, 'must be a standard resource for containers')];
};

const quantityValue = (name: string, text: string, path: string): FieldErrors => {
  const q = quantityOf(text);
  if (q === undefined) return [];
  const negative = quantitySign(q) < 0 ? [invalidValue(path, formatQuantity(q), 'must be greater than or equal to 0')] : [];
  const whole = name.includes('/') && !isWholeQuantity(q) ? [invalidValue(path, printed(formatQuantity(q)), 'must be an integer')] : [];
  return [...negative, ...whole];
};

const isOvercommitAllowed = (name: string): boolean => !name.startsWith('hugepages-') && (!name.includes('/') || name.includes('kubernetes.io/'));

/** Upstream's `ValidateResourceRequirements`. */
export const validateResources = (resources: ResourceRequirements | undefined, path: string): FieldErrors => {
  if (resources === undefined) return [];
  const limitsPath = child(path, 'limits');
  const requestsPath = child(path, 'requests');
  const named = (list: Readonly<Record<string, string>> | undefined, at: string): FieldErrors => sortedEntries(list ?? {}).flatMap(([name, text]) =>
    [...resourceName(name, keyed(at, name)), ...quantityValue(name, text, keyed(at, name))]);
  const withinLimits = sortedEntries(resources.requests ?? {}).flatMap(([name, text]): FieldErrors => {
    const request = quantityOf(text);
    const limit = quantityOf(resources.limits?.[name]);
    if (request === undefined) return [];
    if (limit === undefined) return isOvercommitAllowed(name) ? [] : [required(limitsPath, 'Limit must be set for non overcommitable resources')];
    const order = compareQuantities(request, limit);
    if (order !== 0 && !isOvercommitAllowed(name)) return [invalidValue(requestsPath, formatQuantity(request), `must be equal to ${name} limit of ${formatQuantity(limit)}`)];
    return order > 0 ? [invalidValue(requestsPath, formatQuantity(request), `must be less than or equal to ${name} limit of ${formatQuantity(limit)}`)] : [];
  });
  return [...named(resources.limits, limitsPath), ...named(resources.requests, requestsPath), ...withinLimits];
};

const repeated = <T>(): ((value: T) => boolean) => {
  const seen = new Set<T>();
  return (value) => {
    if (seen.has(value)) return true;
    seen.add(value);
    return false;
  };
};

const protocol = (value: string | undefined, path: string): FieldErrors => {
  if (textOf(value) === '') return [required(path)];
  return PROTOCOLS.includes(textOf(value)) ? [] : [notSupported(path, value, PROTOCOLS)];
};

const validatePorts = (ports: readonly ContainerPort[] | undefined, path: string): FieldErrors => {
  const isRepeated = repeated<string>();
  return eachIndexed(ports, path, (port, at) => {
    const name = textOf(port.name);
    const misnamed = name === '' ? [] : isPortName(name);
    return [
      ...invalidAll(child(at, 'name'), name, misnamed),
      ...(name !== '' && misnamed.length === 0 && isRepeated(name) ? [duplicate(child(at, 'name'), name)] : []),
      ...((port.containerPort ?? 0) === 0 ? [required(child(at, 'containerPort'))] : invalidAll(child(at, 'containerPort'), port.containerPort, isPortNumber(port.containerPort))),
      ...((port.hostPort ?? 0) === 0 ? [] : invalidAll(child(at, 'hostPort'), port.hostPort, isPortNumber(port.hostPort ?? 0))),
      ...protocol(port.protocol, child(at, 'protocol')),
    ];
  });
};

const ENV_SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const;

const validateEnvSource = (env: EnvVar, path: string): FieldErrors => {
  const from = env.valueFrom;
  if (from === undefined) return [];
  const given = ENV_SOURCES.filter((source) => from[source] !== undefined);
  if (given.length === 0) return [invalidValue(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`')];
  if (textOf(env.value) !== '') return [invalidValue(path, '', 'may not be specified when `value` is not empty')];
  if (given.length > 1) return [invalidValue(path, '', 'may not have more than one field specified at a time')];
  const ref = from.configMapKeyRef ?? from.secretKeyRef;
  if (ref === undefined) return [];
  const at = child(path, from.configMapKeyRef === undefined ? 'secretKeyRef' : 'configMapKeyRef', 'key');
  return textOf(ref.key) === '' ? [required(at)] : invalidAll(at, ref.key, isConfigMapKey(ref.key));
};

const validateEnv = (env: readonly EnvVar[] | undefined, path: string): FieldErrors => eachIndexed(env, path, (variable, at) => [
  ...(textOf(variable.name) === '' ? [required(child(at, 'name'))] : invalidAll(child(at, 'name'), variable.name, isEnvVarName(variable.name))),
  ...validateEnvSource(variable, child(at, 'valueFrom')),
]);

const validateMounts = (mounts: readonly VolumeMount[] | undefined, volumes: ReadonlySet<string>, path: string): FieldErrors => {
  const isRepeated = repeated<string>();
  return eachIndexed(mounts, path, (mount, at) => {
    const name = textOf(mount.name);
    return [
      ...(name === '' ? [required(child(at, 'name'))] : volumes.has(name) ? [] : [notFoundValue(child(at, 'name'), name)]),
      ...(textOf(mount.mountPath) === '' ? [required(child(at, 'mountPath'))] : []),
      ...(isRepeated(textOf(mount.mountPath)) ? [invalidValue(child(at, 'mountPath'), mount.mountPath, 'must be unique')] : []),
    ];
  });
};

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

const portOf = (port: number | string | undefined, path: string): FieldErrors =>
  (typeof port === 'string' ? invalidAll(path, port, isPortName(port)) : invalidAll(path, port ?? 0, isPortNumber(port ?? 0)));

const validateHandler = (handler: LifecycleHandler | Probe, path: string): FieldErrors => {
  const given = HANDLERS.filter((name) => (handler as Readonly<Record<string, unknown>>)[name] !== undefined);
  if (given.length === 0) return [required(path, 'must specify a handler type')];
  const extra = given.slice(1).map((name) => forbiddenField(child(path, name), 'may not specify more than 1 handler type'));
  const { exec, httpGet, tcpSocket } = handler;
  return [
    ...(exec !== undefined && (exec.command ?? []).length === 0 ? [required(child(path, 'exec', 'command'))] : []),
    ...(httpGet === undefined ? [] : portOf(httpGet.port, child(path, 'httpGet', 'port'))),
    ...(tcpSocket === undefined ? [] : portOf(tcpSocket.port, child(path, 'tcpSocket', 'port'))),
    ...extra,
  ];
};

const PROBE_NUMBERS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;

const validateProbe = (probe: Probe | undefined, path: string, onlyOneSuccess: boolean): FieldErrors => {
  if (probe === undefined) return [];
  const grace = probe.terminationGracePeriodSeconds;
  return [
    ...validateHandler(probe, path),
    ...PROBE_NUMBERS.flatMap((name) => [...nonNegative(child(path, name), probe[name])]),
    ...(grace !== undefined && grace <= 0 ? [invalidValue(child(path, 'terminationGracePeriodSeconds'), grace, 'must be greater than 0')] : []),
    ...(onlyOneSuccess && probe.successThreshold !== undefined && probe.successThreshold !== 1
      ? [invalidValue(child(path, 'successThreshold'), probe.successThreshold, 'must be 1')] : []),
    ...(!onlyOneSuccess && grace !== undefined ? [invalidValue(child(path, 'terminationGracePeriodSeconds'), grace, 'must not be set for readinessProbes')] : []),
  ];
};

const validatePullPolicy = (policy: string | undefined, path: string): FieldErrors => {
  if (textOf(policy) === '') return [required(path)];
  return PULL_POLICIES.includes(textOf(policy)) ? [] : [notSupported(path, policy, PULL_POLICIES)];
};

const validateImage = (image: string | undefined, scope: PodScope, path: string): FieldErrors => {
  if (textOf(image) === '') return [required(path)];
  return scope.isPod && textOf(image).trim() !== image ? [invalidValue(path, image, 'must not have leading or trailing whitespace')] : [];
};

const validateCommon = (c: Container, scope: PodScope, path: string): FieldErrors => [
  ...(textOf(c.name) === '' ? [required(child(path, 'name'))] : invalidAll(child(path, 'name'), c.name, isDns1123Label(c.name))),
  ...validateImage(c.image, scope, child(path, 'image')),
  ...(['File', 'FallbackToLogsOnError'].includes(textOf(c.terminationMessagePolicy)) ? []
    : [textOf(c.terminationMessagePolicy) === '' ? required(child(path, 'terminationMessagePolicy'))
      : notSupported(child(path, 'terminationMessagePolicy'), c.terminationMessagePolicy, ['File', 'FallbackToLogsOnError'])]),
  ...validatePorts(c.ports, child(path, 'ports')),
  ...validateEnv(c.env, child(path, 'env')),
  ...validateMounts(c.volumeMounts, scope.volumes, child(path, 'volumeMounts')),
  ...validatePullPolicy(c.imagePullPolicy, child(path, 'imagePullPolicy')),
  ...validateResources(c.resources, child(path, 'resources')),
];

const validateHooks = (c: Container, path: string): FieldErrors => [
  ...(c.lifecycle?.postStart === undefined ? [] : validateHandler(c.lifecycle.postStart, child(path, 'lifecycle', 'postStart'))),
  ...(c.lifecycle?.preStop === undefined ? [] : validateHandler(c.lifecycle.preStop, child(path, 'lifecycle', 'preStop'))),
  ...validateProbe(c.livenessProbe, child(path, 'livenessProbe'), true),
  ...validateProbe(c.readinessProbe, child(path, 'readinessProbe'), false),
  ...validateProbe(c.startupProbe, child(path, 'startupProbe'), true),
];

const hostPortConflicts = (containers: readonly Container[], path: string): FieldErrors => {
  const isRepeated = repeated<string>();
  return eachIndexed(containers, path, (c, at) => eachIndexed(c.ports, child(at, 'ports'), (port, portAt) => {
    if ((port.hostPort ?? 0) === 0) return [];
    const key = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`;
    return isRepeated(key) ? [duplicate(child(portAt, 'hostPort'), key)] : [];
  }));
};

/** Upstream's `validateContainers`. */
export const validateContainers = (containers: readonly Container[] | undefined, scope: PodScope, path: string): FieldErrors => {
  if (containers === undefined || containers.length === 0) return [required(path)];
  const isRepeated = repeated<string>();
  return [
    ...eachIndexed(containers, path, (c, at) => [
      ...validateCommon(c, scope, at),
      ...(textOf(c.name) !== '' && isRepeated(c.name) ? [duplicate(child(at, 'name'), c.name)] : []),
      ...validateHooks(c, at),
    ]),
    ...hostPortConflicts(containers, path),
  ];
};

/** Upstream's `validateInitContainers`: names are unique across both lists, only sidecars have probes and hooks. */
export const validateInitContainers = (spec: { readonly initContainers?: readonly Container[]; readonly containers: readonly Container[] }, scope: PodScope, path: string): FieldErrors => {
  const names = new Set((spec.containers ?? []).map((c) => c.name));
  return eachIndexed(spec.initContainers, path, (c, at) => {
    const taken = textOf(c.name) !== '' && names.has(c.name);
    names.add(c.name);
    const sidecar = c.restartPolicy === 'Always';
    const hooks = (['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
      .filter((name) => c[name] !== undefined).map((name) => forbiddenField(child(at, name), 'may not be set for init containers without restartPolicy=Always'));
    return [
      ...validateCommon(c, scope, at),
      ...(c.restartPolicy === undefined || sidecar ? [] : [notSupported(child(at, 'restartPolicy'), c.restartPolicy, ['Always'])]),
      ...(taken ? [duplicate(child(at, 'name'), c.name)] : []),
      ...(sidecar ? validateHooks(c, at) : hooks),
    ];
  });
};
