/**
 * What field selectors see of each kind.
 * Models: pkg/registry/<group>/<kind>/strategy.go ToSelectableFields / GetAttrs, pkg/apis/core/v1/conversion.go AddFieldLabelConversionsFor*
 */
import type { KubeObject } from './object.ts';
import type { ResourceId } from './resources.ts';

interface Dict { readonly [field: string]: unknown }

const dict = (value: unknown): Dict => (typeof value === 'object' && value !== null ? value as Dict : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const podFields = (object: Dict): Record<string, string> => {
  const spec = dict(object['spec']);
  const status = dict(object['status']);
  const ips = Array.isArray(status['podIPs']) ? dict(status['podIPs'][0]) : {};
  return {
    'spec.nodeName': text(spec['nodeName']),
    'spec.restartPolicy': text(spec['restartPolicy']),
    'spec.schedulerName': text(spec['schedulerName']),
    'spec.serviceAccountName': text(spec['serviceAccountName']),
    'spec.hostNetwork': spec['hostNetwork'] === true ? 'true' : 'false',
    'status.phase': text(status['phase']),
    'status.podIP': text(ips['ip']) === '' ? text(status['podIP']) : text(ips['ip']),
    'status.nominatedNodeName': text(status['nominatedNodeName']),
  };
};

const eventFields = (object: Dict): Record<string, string> => {
  const involved = dict(object['involvedObject'] ?? object['regarding']);
  const component = text(dict(object['source'] ?? object['deprecatedSource'])['component']);
  const reporter = text(object['reportingComponent'] ?? object['reportingController']);
  return {
    'involvedObject.kind': text(involved['kind']),
    'involvedObject.namespace': text(involved['namespace']),
    'involvedObject.name': text(involved['name']),
    'involvedObject.uid': text(involved['uid']),
    'involvedObject.apiVersion': text(involved['apiVersion']),
    'involvedObject.resourceVersion': text(involved['resourceVersion']),
    'involvedObject.fieldPath': text(involved['fieldPath']),
    reason: text(object['reason']),
    reportingComponent: reporter,
    source: component === '' ? reporter : component,
    type: text(object['type']),
  };
};

/** events.k8s.io/v1 spells the involved object `regarding` and the reporter `reportingController`. */
const eventsV1Fields = (object: Dict): Record<string, string> => {
  const fields = eventFields(object);
  const renamed: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    renamed[name.replace(/^involvedObject\./, 'regarding.').replace(/^reportingComponent$/, 'reportingController')] = value;
  }
  return renamed;
};

const numberOf = (value: unknown): string => String(typeof value === 'number' ? value : 0);

const extras: Readonly<Record<ResourceId, (object: Dict) => Record<string, string>>> = {
  pods: podFields,
  nodes: (o) => ({ 'spec.unschedulable': dict(o['spec'])['unschedulable'] === true ? 'true' : 'false' }),
  events: eventFields,
  'events.events.k8s.io': eventsV1Fields,
  'jobs.batch': (o) => ({ 'status.successful': numberOf(dict(o['status'])['succeeded']) }),
  namespaces: (o) => ({ 'status.phase': text(dict(o['status'])['phase']) }),
  secrets: (o) => ({ type: text(o['type']) }),
  services: (o) => ({ 'spec.clusterIP': text(dict(o['spec'])['clusterIP']), 'spec.type': text(dict(o['spec'])['type']) }),
  replicationcontrollers: (o) => ({ 'status.replicas': numberOf(dict(o['status'])['replicas']) }),
  'replicasets.apps': (o) => ({ 'status.replicas': numberOf(dict(o['status'])['replicas']) }),
};

/**
 * The fields a field selector may name, with their values; a field that is not a key here is refused by the API with
 * `field label not supported: x`.
 */
export const selectableFields = (resourceId: ResourceId, object: KubeObject): Record<string, string> => {
  const own = extras[resourceId];
  const base = { 'metadata.name': object.metadata.name, 'metadata.namespace': object.metadata.namespace ?? '' };
  return own === undefined ? base : { ...base, ...own(object as unknown as Dict) };
};
