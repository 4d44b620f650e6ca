/**
 * Validation of pods and pod templates.
 * Models: pkg/apis/core/validation/validation.go ValidatePodCreate, ValidatePodSpec, ValidatePodUpdate
 * Not modelled: volume sources, security contexts, DNS configuration, resize.
 */
import { isDns1123Label, isDns1123Subdomain, isQualifiedName, isLabelValue } from '../names.ts';
import { podSpecDefaults } from '../defaults/pod.ts';
import type {
  Affinity, Container, NodeSelectorRequirement, NodeSelectorTerm, Pod, PodAffinityTerm, PodSpec, PodTemplateSpec, Toleration, TopologySpreadConstraint, Volume,
} from '../types.ts';
import type { PodScope } from './container.ts';
import { validateContainers, validateInitContainers, validateResources } from './container.ts';
import { semanticEqual } from './deep-equal.ts';
import type { FieldError, FieldErrors } from './field-error.ts';
import { child, duplicate, forbiddenField, invalidAll, invalidValue, nonNegative, notSupported, required } from './field-error.ts';
import { eachIndexed, validateAnnotations, validateLabels, validateMeta, validateObjectMetaUpdate } from './metadata.ts';
import { textOf, validateLabelSelector } from './shared.ts';

const MAX_INT32 = 2147483647;
const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

const enumValue = (value: string | undefined, supported: readonly string[], path: string): FieldErrors => {
  if (textOf(value) === '') return [required(path)];
  return supported.includes(textOf(value)) ? [] : [notSupported(path, value, supported)];
};

const validateVolumes = (volumes: readonly Volume[] | undefined, path: string): FieldErrors => {
  const names = new Set<string>();
  return eachIndexed(volumes, path, (volume, at) => {
    const sources = Object.entries(volume).filter(([name, value]) => name !== 'name' && value !== undefined).map(([name]) => name);
    const errors: FieldError[] = sources.length === 0 ? [required(at, 'must specify a volume type')]
      : sources.slice(1).map((name) => forbiddenField(child(at, name), 'may not specify more than 1 volume type'));
    if (textOf(volume.name) === '') return [...errors, required(child(at, 'name'))];
    const misnamed = isDns1123Label(volume.name);
    if (misnamed.length > 0) return [...errors, ...invalidAll(child(at, 'name'), volume.name, misnamed)];
    if (names.has(volume.name)) return [...errors, duplicate(child(at, 'name'), volume.name)];
    names.add(volume.name);
    return errors;
  });
};

const validateToleration = (t: Toleration, path: string): FieldErrors => {
  const key = textOf(t.key);
  const operator = textOf(t.operator);
  const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
  const byOperator = ((): FieldErrors => {
    if (operator === '' || operator === 'Equal') return invalidAll(child(path, 'operator'), textOf(t.value), isLabelValue(textOf(t.value)));
    if (operator === 'Exists') return textOf(t.value) === '' ? [] : [invalidValue(child(path, 'operator'), { ...t }, "value must be empty when `operator` is 'Exists'")];
    return [notSupported(child(path, 'operator'), operator, ['Equal', 'Exists'])];
  })();
  return [
    ...(key === '' ? [] : invalidAll(child(path, 'key'), key, isQualifiedName(key))),
    ...(key === '' && operator !== 'Exists' ? [invalidValue(child(path, 'operator'), operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"')] : []),
    ...(t.tolerationSeconds !== undefined && t.effect !== 'NoExecute' ? [invalidValue(child(path, 'effect'), textOf(t.effect), 'effect must be \'NoExecute\' when `tolerationSeconds` is set')] : []),
    ...byOperator,
    ...(textOf(t.effect) !== '' && !effects.includes(textOf(t.effect)) ? [notSupported(child(path, 'effect'), t.effect, effects)] : []),
  ];
};

const validateNodeRequirement = (r: NodeSelectorRequirement, path: string): FieldErrors => {
  const values = r.values ?? [];
  const shape = ((): FieldErrors => {
    switch (r.operator) {
      case 'In': case 'NotIn':
        return values.length === 0 ? [required(child(path, 'values'), "must be specified when `operator` is 'In' or 'NotIn'")] : [];
      case 'Exists': case 'DoesNotExist':
        return values.length > 0 ? [forbiddenField(child(path, 'values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")] : [];
      case 'Gt': case 'Lt':
        return values.length === 1 ? [] : [required(child(path, 'values'), "must be specified single value when `operator` is 'Lt' or 'Gt'")];
      default:
        return [invalidValue(child(path, 'operator'), r.operator, 'not a valid selector operator')];
    }
  })();
  return [...shape, ...invalidAll(child(path, 'key'), r.key, isQualifiedName(r.key))];
};

const validateNodeTerm = (term: NodeSelectorTerm, path: string): FieldErrors => eachIndexed(term.matchExpressions, child(path, 'matchExpressions'), validateNodeRequirement);

const validatePodTerm = (term: PodAffinityTerm, path: string): FieldErrors => [
  ...validateLabelSelector(term.labelSelector, child(path, 'labelSelector')),
  ...(textOf(term.topologyKey) === '' ? [required(child(path, 'topologyKey'), 'can not be empty')]
    : invalidAll(child(path, 'topologyKey'), term.topologyKey, isQualifiedName(term.topologyKey))),
];

const weight = (value: number, path: string): FieldErrors =>
  (value >= 1 && value <= 100 ? [] : [invalidValue(child(path, 'weight'), value, 'must be in the range 1-100')]);

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

const validateAffinity = (affinity: Affinity | undefined, path: string): FieldErrors => {
  const node = affinity?.nodeAffinity;
  const nodePath = child(path, 'nodeAffinity');
  const terms = node?.[REQUIRED]?.nodeSelectorTerms;
  const pods = (['podAffinity', 'podAntiAffinity'] as const).flatMap((kind) => [
    ...eachIndexed(affinity?.[kind]?.[REQUIRED], child(path, kind, REQUIRED), validatePodTerm),
    ...eachIndexed(affinity?.[kind]?.[PREFERRED], child(path, kind, PREFERRED), (term, at) =>
      [...weight(term.weight, at), ...validatePodTerm(term.podAffinityTerm, child(at, 'podAffinityTerm'))]),
  ]);
  return [
    ...(node?.[REQUIRED] !== undefined && (terms ?? []).length === 0
      ? [required(child(nodePath, REQUIRED, 'nodeSelectorTerms'), 'must have at least one node selector term')] : []),
    ...eachIndexed(terms, child(nodePath, REQUIRED, 'nodeSelectorTerms'), validateNodeTerm),
    ...eachIndexed(node?.[PREFERRED], child(nodePath, PREFERRED), (term, at) => [...weight(term.weight, at), ...validateNodeTerm(term.preference, child(at, 'preference'))]),
    ...pods,
  ];
};

const validateSpread = (c: TopologySpreadConstraint, path: string): FieldErrors => [
  ...(c.maxSkew > 0 ? [] : [invalidValue(child(path, 'maxSkew'), c.maxSkew, 'must be greater than zero')]),
  ...(textOf(c.topologyKey) === '' ? [required(child(path, 'topologyKey'), 'can not be empty')] : []),
  ...(['DoNotSchedule', 'ScheduleAnyway'].includes(textOf(c.whenUnsatisfiable)) ? []
    : [notSupported(child(path, 'whenUnsatisfiable'), textOf(c.whenUnsatisfiable), ['DoNotSchedule', 'ScheduleAnyway'])]),
  ...validateLabelSelector(c.labelSelector, child(path, 'labelSelector')),
];

const validateHostNetwork = (spec: PodSpec, path: string): FieldErrors => (spec.hostNetwork !== true ? []
  : eachIndexed<Container>(spec.containers, child(path, 'containers'), (c, at) => eachIndexed(c.ports, child(at, 'ports'), (port, portAt) =>
    ((port.hostPort ?? 0) !== port.containerPort && (port.hostPort ?? 0) !== 0
      ? [invalidValue(child(portAt, 'hostPort'), port.hostPort, 'must match `containerPort` when `hostNetwork` is true')] : []))));

const subdomainName = (value: string | undefined, path: string, rule = isDns1123Subdomain): FieldErrors =>
  (textOf(value) === '' ? [] : invalidAll(path, value, rule(textOf(value))));

/** Specs in which nothing was found: they are immutable, and whatever comes of one template shares one. */
const inOrder = { ofPods: new WeakSet<PodSpec>(), ofTemplates: new WeakSet<PodSpec>() };

/** Upstream's `ValidatePodSpec`. */
const validatePodSpec = (spec: PodSpec, path: string, isPod: boolean): FieldErrors => {
  const known = isPod ? inOrder.ofPods : inOrder.ofTemplates;
  if (known.has(spec)) return [];
  const errors = podSpecErrors(spec, path, isPod);
  if (errors.length === 0) known.add(spec);
  return errors;
};

const podSpecErrors = (spec: PodSpec, path: string, isPod: boolean): FieldErrors => {
  const scope: PodScope = { volumes: new Set((spec.volumes ?? []).map((v) => v.name)), restartPolicy: spec.restartPolicy, isPod };
  const active = spec.activeDeadlineSeconds;
  return [
    ...validateVolumes(spec.volumes, child(path, 'volumes')),
    ...validateContainers(spec.containers, scope, child(path, 'containers')),
    ...validateInitContainers(spec, scope, child(path, 'initContainers')),
    ...validateResources(spec.resources, child(path, 'resources')),
    ...enumValue(spec.restartPolicy, RESTART_POLICIES, child(path, 'restartPolicy')),
    ...enumValue(spec.dnsPolicy, DNS_POLICIES, child(path, 'dnsPolicy')),
    ...validateLabels(spec.nodeSelector, child(path, 'nodeSelector')),
    ...validateHostNetwork(spec, path),
    ...validateAffinity(spec.affinity, child(path, 'affinity')),
    ...eachIndexed(spec.topologySpreadConstraints, child(path, 'topologySpreadConstraints'), validateSpread),
    ...subdomainName(spec.serviceAccountName, child(path, 'serviceAccountName')),
    ...subdomainName(spec.nodeName, child(path, 'nodeName')),
    ...(active !== undefined && (active < 1 || active > MAX_INT32)
      ? [invalidValue(child(path, 'activeDeadlineSeconds'), active, `must be between 1 and ${MAX_INT32}, inclusive`)] : []),
    ...subdomainName(spec.hostname, child(path, 'hostname'), isDns1123Label),
    ...subdomainName(spec.subdomain, child(path, 'subdomain'), isDns1123Label),
    ...eachIndexed(spec.tolerations, child(path, 'tolerations'), validateToleration),
    ...subdomainName(spec.priorityClassName, child(path, 'priorityClassName')),
    ...(spec.terminationGracePeriodSeconds === undefined ? [required(child(path, 'terminationGracePeriodSeconds'))] : []),
  ];
};

/** Upstream's `ValidatePodTemplateSpec`. */
export const validatePodTemplate = (template: PodTemplateSpec, path: string): FieldErrors => [
  ...validateLabels(template.metadata?.labels, child(path, 'metadata', 'labels')),
  ...validateAnnotations(template.metadata?.annotations, child(path, 'metadata', 'annotations')),
  ...validatePodSpec(template.spec ?? podSpecDefaults({ containers: [] }), child(path, 'spec'), false),
];

const validateGates = (pod: Pod): FieldErrors =>
  ((pod.spec.schedulingGates ?? []).length > 0 && textOf(pod.spec.nodeName) !== ''
    ? [forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')] : []);

/** Upstream's `ValidatePodCreate`. */
export const validatePod = (pod: Pod): FieldErrors => [
  ...validateMeta(pod, true, isDns1123Subdomain),
  ...validatePodSpec(pod.spec, 'spec', true),
  ...validateGates(pod),
];

const withImagesOf = (now: readonly Container[] | undefined, before: readonly Container[] | undefined): readonly Container[] | undefined =>
  (now === undefined || before === undefined || now.length !== before.length ? now
    : now.map((c, i) => (before[i]?.image === undefined ? c : { ...c, image: before[i].image })));

const onlyAddedTolerations = (now: PodSpec, before: PodSpec): boolean =>
  (before.tolerations ?? []).every((old) => (now.tolerations ?? []).some((t) =>
    semanticEqual({ ...t, tolerationSeconds: 0 }, { ...old, tolerationSeconds: 0 }) && (old.effect === 'NoExecute' || semanticEqual(t, old))));

/** The new spec with everything that an update may change set back. */
const mungedSpec = (now: PodSpec, before: PodSpec): unknown => {
  const gated = (before.schedulingGates ?? []).length > 0;
  const back = <K extends keyof PodSpec>(name: K): Partial<PodSpec> => ({ [name]: before[name] });
  const grace = before.terminationGracePeriodSeconds;
  return {
    ...now,
    containers: withImagesOf(now.containers, before.containers),
    initContainers: withImagesOf(now.initContainers, before.initContainers),
    ...back('activeDeadlineSeconds'),
    ...back('schedulingGates'),
    ...(onlyAddedTolerations(now, before) ? back('tolerations') : {}),
    ...(grace !== undefined && grace < 0 && now.terminationGracePeriodSeconds === 1 ? back('terminationGracePeriodSeconds') : {}),
    ...(gated ? { ...back('nodeSelector'), ...back('affinity') } : {}),
  };
};

const PODS_MAY_CHANGE = 'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,'
  + '`spec.tolerations` (only additions to existing tolerations),'
  + '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

const validateDeadlineUpdate = (now: PodSpec, before: PodSpec): FieldErrors => {
  const path = 'spec.activeDeadlineSeconds';
  if (now.activeDeadlineSeconds === undefined) return before.activeDeadlineSeconds === undefined ? [] : [invalidValue(path, null, 'must not update from a positive integer to nil value')];
  if (now.activeDeadlineSeconds < 0) return nonNegative(path, now.activeDeadlineSeconds);
  return before.activeDeadlineSeconds !== undefined && before.activeDeadlineSeconds < now.activeDeadlineSeconds
    ? [invalidValue(path, now.activeDeadlineSeconds, 'must be less than or equal to previous value')] : [];
};

const validateImagesUpdate = (now: PodSpec, before: PodSpec): FieldErrors => {
  if (now.containers.length !== before.containers.length) {
    return [forbiddenField('spec.containers', 'pod updates may not add or remove containers')];
  }
  return eachIndexed(now.containers, 'spec.containers', (c, at) => (textOf(c.image) === '' ? [required(child(at, 'image'))] : []));
};

/** Upstream's `ValidatePodUpdate`. Its diff of the two specs, which follows the sentence, is left out. */
export const validatePodUpdate = (now: Pod, before: Pod): FieldErrors => {
  const counted = validateImagesUpdate(now.spec, before.spec);
  const early = [...validateObjectMetaUpdate(now.metadata, before.metadata), ...counted];
  if (now.spec.containers.length !== before.spec.containers.length) return early;
  const errors = [...early, ...validateDeadlineUpdate(now.spec, before.spec)];
  return semanticEqual(mungedSpec(now.spec, before.spec), before.spec) ? errors : [...errors, forbiddenField('spec', PODS_MAY_CHANGE)];
};

/** Upstream's `ValidatePodStatusUpdate`, the parts that components can get wrong. */
export const validatePodStatusUpdate = (now: Pod, before: Pod): FieldErrors => [
  ...validateObjectMetaUpdate(now.metadata, before.metadata),
  ...(textOf(before.spec.nodeName) !== '' && now.spec.nodeName !== before.spec.nodeName
    ? [forbiddenField('spec.nodeName', 'may not be changed directly')] : []),
];
