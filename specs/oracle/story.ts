/**
 * What a history tells, component by component: decisions and events in their order, and the states that each reported.
 * A stream is one component's work on one thing, since only that is ordered: workers on different things, and the goroutine that sends events, run beside
 * one another. A request that was refused is no part of it (a conflict is retried on what then stands), nor is deleting once more what is being deleted.
 */
import type { Fields } from './fields.ts';
import { fieldsOf } from './fields.ts';
import type { Json, Write } from './history.ts';
import { isJson, metaOf, succeeded, withoutSubresource } from './history.ts';
import { renamer, renamingOf } from './names.ts';

export interface Told {
  /** `create pods`. */
  readonly act: string;
  readonly fields: Fields;
}

export interface Story {
  /** Compared one by one. */
  readonly decisions: ReadonlyMap<string, readonly Told[]>;
  readonly events: ReadonlyMap<string, readonly Told[]>;
  /** Compared by the ways of their fields: how many observations lie between two states is open. */
  readonly states: ReadonlyMap<string, readonly Told[]>;
}

type Part = keyof Story;

const shortUser = (user: string): string => user.replace('system:serviceaccount:kube-system:', '').replace('system:', '');

const partOf = ({ resource, verb }: Write): Part => {
  if (resource.endsWith('events')) return 'events';
  const isReport = resource.endsWith('/status') || ((resource === 'endpoints' || resource.endsWith('/endpointslices')) && verb !== 'delete');
  return isReport ? 'states' : 'decisions';
};

const child = (object: Json | undefined, name: string): Json => (isJson(object?.[name]) ? object[name] : {});

const eventFields = (event: Json): Json => {
  const about = isJson(event['regarding']) ? event['regarding'] : child(event, 'involvedObject');
  return {
    about: { kind: about['kind'], name: about['name'], fieldPath: about['fieldPath'] }, reason: event['reason'], message: event['note'] ?? event['message'], type: event['type'], action: event['action'],
    component: event['reportingController'] ?? child(event, 'source')['component'], count: event['count'],
  };
};

const lengths = (subsets: unknown): Json => Object.fromEntries(['addresses', 'notReadyAddresses'].map((list) =>
  [list, (Array.isArray(subsets) ? subsets as readonly Json[] : []).reduce((sum, subset) => sum + ((subset[list] as readonly unknown[] | undefined)?.length ?? 0), 0)]));

const ready = (endpoint: Json): string => (child(endpoint, 'conditions')['ready'] === false ? 'notReady' : 'ready');

const endpointCounts = (endpoints: unknown): Json => {
  const list = Array.isArray(endpoints) ? endpoints as readonly Json[] : [];
  return { ready: list.filter((one) => ready(one) === 'ready').length, notReady: list.filter((one) => ready(one) === 'notReady').length };
};

const withoutTrigger = (metadata: unknown): unknown => {
  if (!isJson(metadata)) return metadata;
  const { generation: _generation, annotations: _annotations, ...rest } = metadata;
  return rest;
};

const stateFields = ({ resource, response, request, verb }: Write): Json => {
  if (response === undefined) return {};
  if (resource === 'endpoints') return { metadata: withoutTrigger(response['metadata']), subsets: lengths(response['subsets']) };
  if (resource.endsWith('/endpointslices')) {
    return { metadata: withoutTrigger(response['metadata']), addressType: response['addressType'], ports: response['ports'], endpoints: endpointCounts(response['endpoints']) };
  }
  return child(verb === 'patch' ? request : response, 'status');
};

/** What the server made of a request. Why no generation for pods: until v1.33 they had none. Why no kind for patches: some clients ask for metadata only. */
const outcome = ({ verb, resource, response, code }: Write): Json => {
  const { finalizers, deletionGracePeriodSeconds, generation } = metaOf(response);
  return { code, ...(verb === 'delete' ? { kind: response?.['kind'] } : {}), finalizers, deletionGracePeriodSeconds, ...(resource === 'pods' ? {} : { generation }) };
};

const decisionFields = (write: Write): Json => {
  const { verb, resource, request, response, code } = write;
  if (resource.endsWith('/binding')) return { outcome: outcome(write), target: child(request, 'target')['kind'] };
  if (verb === 'delete') {
    const { propagationPolicy, gracePeriodSeconds, preconditions } = request ?? {};
    return { outcome: outcome(write), propagationPolicy, gracePeriodSeconds, preconditions: preconditions === undefined ? undefined : Object.keys(preconditions as Json).sort().join(' ') };
  }
  if (verb === 'patch') return { outcome: outcome(write), ...request };
  const { status: _status, apiVersion: _version, ...rest } = response ?? {};
  return { code, ...rest };
};

const factsOf = (write: Write, part: Part): Json => {
  switch (part) {
    case 'decisions': return decisionFields(write);
    case 'events': return eventFields(write.request ?? {});
    case 'states': return stateFields(write);
    default: return part satisfies never;
  }
};

/** What the component was at work on: an event's object, a report's own, else the controller of what was written, or that itself. */
const rootOf = (write: Write, part: Part, rename: (text: string) => string): string => {
  if (part === 'events') {
    const about = child(eventFields(write.request ?? {}), 'about');
    return `${String(about['kind'])} ${rename(String(about['name']))}`;
  }
  const controller = metaOf(write.response).ownerReferences?.find((owner) => owner.controller === true);
  if (part === 'decisions' && controller !== undefined && !/garbage|admin/.test(write.user)) return `${controller.kind} ${rename(controller.name)}`;
  return `${withoutSubresource(write.resource)} ${rename(metaOf(write.response).name ?? write.name)}`;
};

const isTold = (write: Write): boolean => succeeded(write) && !/^system:(kubelet$|node:)/.test(write.user);

/** Keeps the first of one user's deletes of one object. */
const deletedOnce = (): ((write: Write) => boolean) => {
  const seen = new Set<string>();
  return (write) => {
    if (write.verb !== 'delete') return true;
    const key = `${write.user} ${write.resource} ${write.name}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  };
};

export const storyOf = (history: readonly Write[]): Story => {
  const rename = renamer(renamingOf(history));
  const story: Record<Part, Map<string, Told[]>> = { decisions: new Map(), events: new Map(), states: new Map() };
  for (const write of history.filter(isTold).filter(deletedOnce())) {
    const part = partOf(write);
    const stream = `${shortUser(write.user)}: ${rootOf(write, part, rename)}`;
    const told: Told = { act: `${write.verb} ${write.resource}`, fields: fieldsOf(factsOf(write, part), rename) };
    const so = story[part].get(stream);
    if (so === undefined) story[part].set(stream, [told]);
    else so.push(told);
  }
  return story;
};
