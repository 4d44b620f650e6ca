/**
 * Validation of apps/v1.
 * Models: pkg/apis/apps/validation/validation.go, pkg/registry/apps/<kind>/strategy.go ValidateUpdate
 */
import { isEmptySelector, matchesSelector } from '../label-selector.ts';
import { isDns1123Label, isDns1123Subdomain } from '../names.ts';
import type {
  ControllerRevision, DaemonSet, DaemonSetSpec, Deployment, DeploymentSpec, LabelSelector, PodTemplateSpec, ReplicaSet, ReplicationController, StatefulSet,
} from '../types.ts';
import type { FieldErrors } from './field-error.ts';
import { child, forbiddenField, invalidValue, nonNegative, notSupported, printed, required } from './field-error.ts';
import { semanticEqual } from './deep-equal.ts';
import { immutableField, validateMeta } from './metadata.ts';
import { validatePodTemplate } from './pod.ts';
import { intOrPercentValue, isEmptyLabelSelector, notMoreThan100Percent, positiveIntOrPercent, selectorOf, textOf, validateLabelSelector } from './shared.ts';

const TEMPLATE = 'spec.template';

/** `selector` must match the template's labels. */
export const selectorMatchesTemplate = (selector: LabelSelector, template: PodTemplateSpec, path: string): FieldErrors => {
  const parsed = selectorOf(selector);
  const labels = template.metadata?.labels;
  if (parsed === undefined || isEmptySelector(parsed) || matchesSelector(parsed, labels)) return [];
  return [invalidValue(child(path, 'metadata', 'labels'), labels ?? null, '`selector` does not match template `labels`')];
};

const alwaysRestarts = (template: PodTemplateSpec, kind: string): FieldErrors => [
  ...(template.spec?.restartPolicy === 'Always' ? [] : [notSupported(`${TEMPLATE}.spec.restartPolicy`, textOf(template.spec?.restartPolicy), ['Always'])]),
  ...(template.spec?.activeDeadlineSeconds === undefined ? [] : [forbiddenField(`${TEMPLATE}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`)]),
];

/** Upstream's `ValidatePodTemplateSpecForReplicaSet`. */
const replicaTemplate = (template: PodTemplateSpec | undefined, selector: LabelSelector): FieldErrors => (template === undefined ? [required(TEMPLATE)] : [
  ...selectorMatchesTemplate(selector, template, TEMPLATE),
  ...validatePodTemplate(template, TEMPLATE),
  ...alwaysRestarts(template, 'ReplicaSet'),
]);

const selectorAndTemplate = (selector: LabelSelector | undefined, template: PodTemplateSpec | undefined, emptyWhy: string): FieldErrors => {
  const path = 'spec.selector';
  const shape = selector === undefined ? [required(path)] : [
    ...validateLabelSelector(selector, path),
    ...(isEmptyLabelSelector(selector) ? [invalidValue(path, selector, emptyWhy)] : []),
  ];
  if (selector !== undefined && selectorOf(selector) === undefined) return [...shape, invalidValue(path, selector, 'invalid label selector')];
  return [...shape, ...replicaTemplate(template, selector ?? {})];
};

const rollingUpdate = (rolling: { readonly maxUnavailable?: number | string; readonly maxSurge?: number | string }, path: string): FieldErrors => [
  ...positiveIntOrPercent(rolling.maxUnavailable, child(path, 'maxUnavailable')),
  ...positiveIntOrPercent(rolling.maxSurge, child(path, 'maxSurge')),
  ...(intOrPercentValue(rolling.maxUnavailable) === 0 && intOrPercentValue(rolling.maxSurge) === 0
    ? [invalidValue(child(path, 'maxUnavailable'), printed(rolling.maxUnavailable ?? 0), 'may not be 0 when `maxSurge` is 0')] : []),
  ...notMoreThan100Percent(rolling.maxUnavailable, child(path, 'maxUnavailable')),
];

const deploymentStrategy = (strategy: DeploymentSpec['strategy'], path: string): FieldErrors => {
  switch (strategy?.type) {
    case 'Recreate':
      return strategy.rollingUpdate === undefined ? []
        : [forbiddenField(child(path, 'rollingUpdate'), "may not be specified when strategy `type` is 'Recreate'")];
    case 'RollingUpdate':
      return strategy.rollingUpdate === undefined ? [required(child(path, 'rollingUpdate'), 'this should be defaulted and never be nil')]
        : rollingUpdate(strategy.rollingUpdate, child(path, 'rollingUpdate'));
    default:
      return [notSupported(child(path, 'type'), textOf(strategy?.type), ['Recreate', 'RollingUpdate'])];
  }
};

const progressDeadline = (spec: DeploymentSpec): FieldErrors => {
  const path = 'spec.progressDeadlineSeconds';
  const seconds = spec.progressDeadlineSeconds;
  if (seconds === undefined) return [];
  return [
    ...nonNegative(path, seconds),
    ...(seconds <= (spec.minReadySeconds ?? 0) ? [invalidValue(path, seconds, 'must be greater than minReadySeconds')] : []),
  ];
};

const deploymentSpec = (spec: DeploymentSpec): FieldErrors => [
  ...nonNegative('spec.replicas', spec.replicas),
  ...selectorAndTemplate(spec.selector, spec.template, 'empty selector is invalid for deployment'),
  ...deploymentStrategy(spec.strategy, 'spec.strategy'),
  ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
  ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ...progressDeadline(spec),
];

export const validateDeployment = (d: Deployment): FieldErrors => [...validateMeta(d, true, isDns1123Subdomain), ...deploymentSpec(d.spec)];

/** After metadata: the spec, then what may not change. */
export const validateDeploymentUpdate = (now: Deployment, before: Deployment): FieldErrors =>
  [...deploymentSpec(now.spec), ...immutableField(now.spec.selector, before.spec.selector, 'spec.selector')];

const replicaSetSpec = (spec: ReplicaSet['spec']): FieldErrors => [
  ...nonNegative('spec.replicas', spec.replicas),
  ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
  ...selectorAndTemplate(spec.selector, spec.template, 'empty selector is invalid for deployment'),
];

export const validateReplicaSet = (rs: ReplicaSet): FieldErrors => [...validateMeta(rs, true, isDns1123Subdomain), ...replicaSetSpec(rs.spec)];

export const validateReplicaSetUpdate = (now: ReplicaSet, before: ReplicaSet): FieldErrors =>
  [...replicaSetSpec(now.spec), ...immutableField(now.spec.selector, before.spec.selector, 'spec.selector')];

export const validateReplicationController = (rc: ReplicationController): FieldErrors => {
  const selector = rc.spec?.selector ?? {};
  return [
    ...validateMeta(rc, true, isDns1123Subdomain),
    ...nonNegative('spec.minReadySeconds', rc.spec?.minReadySeconds),
    ...(Object.keys(selector).length === 0 ? [required('spec.selector')] : []),
    ...nonNegative('spec.replicas', rc.spec?.replicas),
    ...replicaTemplate(rc.spec?.template, { matchLabels: selector }),
  ];
};

type DaemonSetStrategy = DaemonSetSpec['updateStrategy'];

const daemonSetRolling = (rolling: NonNullable<NonNullable<DaemonSetStrategy>['rollingUpdate']>, path: string): FieldErrors => {
  const unavailable = intOrPercentValue(rolling.maxUnavailable) !== 0;
  const surge = intOrPercentValue(rolling.maxSurge) !== 0;
  return [
    ...positiveIntOrPercent(rolling.maxUnavailable, child(path, 'maxUnavailable')),
    ...positiveIntOrPercent(rolling.maxSurge, child(path, 'maxSurge')),
    ...(unavailable && surge ? [invalidValue(child(path, 'maxSurge'), printed(rolling.maxSurge), 'may not be set when maxUnavailable is non-zero')] : []),
    ...(!unavailable && !surge ? [required(child(path, 'maxUnavailable'), 'cannot be 0 when maxSurge is 0')] : []),
    ...notMoreThan100Percent(rolling.maxUnavailable, child(path, 'maxUnavailable')),
    ...notMoreThan100Percent(rolling.maxSurge, child(path, 'maxSurge')),
  ];
};

const daemonSetStrategy = (strategy: DaemonSetStrategy, path: string): FieldErrors => {
  if (strategy?.type === 'OnDelete') return [];
  if (strategy?.type !== 'RollingUpdate') return [notSupported(child(path, 'type'), textOf(strategy?.type), ['RollingUpdate', 'OnDelete'])];
  return strategy.rollingUpdate === undefined ? [required(child(path, 'rollingUpdate'))] : daemonSetRolling(strategy.rollingUpdate, child(path, 'rollingUpdate'));
};

const daemonSetSpec = (spec: DaemonSetSpec): FieldErrors => [
  ...validateLabelSelector(spec.selector, 'spec.selector'),
  ...(spec.selector === undefined ? [] : selectorMatchesTemplate(spec.selector, spec.template, TEMPLATE)),
  ...(spec.selector !== undefined && isEmptyLabelSelector(spec.selector) ? [invalidValue('spec.selector', spec.selector, 'empty selector is invalid for daemonset')] : []),
  ...(spec.selector === undefined ? [required('spec.selector')] : []),
  ...(spec.template === undefined ? [required(TEMPLATE)] : [...validatePodTemplate(spec.template, TEMPLATE), ...alwaysRestarts(spec.template, 'DaemonSet')]),
  ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
  ...daemonSetStrategy(spec.updateStrategy, 'spec.updateStrategy'),
  ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
];

export const validateDaemonSet = (ds: DaemonSet): FieldErrors => [...validateMeta(ds, true, isDns1123Subdomain), ...daemonSetSpec(ds.spec)];

export const validateDaemonSetUpdate = (now: DaemonSet, before: DaemonSet): FieldErrors =>
  [...daemonSetSpec(now.spec), ...immutableField(now.spec.selector, before.spec.selector, 'spec.selector')];

const statefulSetSpec = (spec: StatefulSet['spec']): FieldErrors => [
  ...(['OrderedReady', 'Parallel'].includes(textOf(spec.podManagementPolicy)) ? [] : [notSupported('spec.podManagementPolicy', textOf(spec.podManagementPolicy), ['OrderedReady', 'Parallel'])]),
  ...nonNegative('spec.replicas', spec.replicas),
  ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
  ...(spec.selector === undefined ? [required('spec.selector')] : [
    ...validateLabelSelector(spec.selector, 'spec.selector'),
    ...(isEmptyLabelSelector(spec.selector) ? [invalidValue('spec.selector', spec.selector, 'empty selector is invalid for statefulset')] : []),
    ...(spec.template === undefined ? [] : selectorMatchesTemplate(spec.selector, spec.template, TEMPLATE)),
  ]),
  ...(spec.template === undefined ? [required(TEMPLATE)] : alwaysRestarts(spec.template, 'StatefulSet')),
];

export const validateStatefulSet = (sts: StatefulSet): FieldErrors => [...validateMeta(sts, true, isDns1123Label), ...statefulSetSpec(sts.spec)];

const STATEFUL_SET_MAY_CHANGE = ['replicas', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds', 'ordinals', 'revisionHistoryLimit'] as const;

export const validateStatefulSetUpdate = (now: StatefulSet, before: StatefulSet): FieldErrors => {
  const back = Object.fromEntries(STATEFUL_SET_MAY_CHANGE.map((name) => [name, before.spec[name]]));
  const errors = statefulSetSpec(now.spec);
  return semanticEqual({ ...now.spec, ...back }, before.spec) ? errors : [...errors, forbiddenField('spec',
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")];
};

export const validateControllerRevision = (revision: ControllerRevision): FieldErrors => [
  ...validateMeta(revision, true, isDns1123Subdomain),
  ...(revision.data === undefined ? [required('data', 'data is mandatory')] : []),
  ...nonNegative('revision', revision.revision),
];
