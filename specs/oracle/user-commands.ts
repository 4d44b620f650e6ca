/** What the user of a recording typed, told from what the server received, and when. */
import type { KubeObject } from '../../src/api/object.ts';
import { allResources, resourceById } from '../../src/api/resources.ts';
import type { UserCommand } from '../../src/protocol/user.ts';
import type { Json, Write } from './history.ts';
import { metaOf, withoutSubresource } from './history.ts';
import { podKeysOf } from './names.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export interface Entry { readonly afterMs: number; readonly command: UserCommand }

/** `apps/deployments` to `deployments.apps`. */
const resourceIdOf = (resource: string): string => {
  const plain = withoutSubresource(resource);
  const slash = plain.indexOf('/');
  return slash < 0 ? plain : `${plain.slice(slash + 1)}.${plain.slice(0, slash)}`;
};

const subresourceOf = (resource: string): string | undefined => (withoutSubresource(resource) === resource ? undefined : resource.slice(withoutSubresource(resource).length + 1));

const appliedIn = (request: Json | undefined): KubeObject | undefined => {
  const text = metaOf(request).annotations?.[LAST_APPLIED];
  return text === undefined ? undefined : JSON.parse(text) as KubeObject;
};

/** Why: the recording's server still served versions that v1.34 does not. */
const served = (object: KubeObject): KubeObject => {
  const info = allResources.find(({ kind, group }) => kind === object.kind && (object.apiVersion === group || object.apiVersion.split('/').slice(0, -1).join('/') === group));
  return { ...object, apiVersion: info?.apiVersion ?? object.apiVersion };
};

const created = (request: Json | undefined, namespace: string | undefined): KubeObject => {
  const { status: _status, ...object } = (request ?? {}) as unknown as KubeObject & { readonly status?: unknown };
  const { creationTimestamp: _time, ...metadata } = object.metadata;
  return { ...object, metadata: namespace === undefined ? metadata : { ...metadata, namespace } };
};

/** What the user typed, told from what the server received. */
export const commandOf = (write: Write, namespace: string): UserCommand => {
  const applied = appliedIn(write.request);
  if (applied !== undefined) return { kind: 'apply', object: served(applied) };
  const resource = resourceIdOf(write.resource);
  const scope = resourceById(resource)?.namespaced === true ? { namespace } : {};
  const subresource = subresourceOf(write.resource);
  const target = { resource, name: write.name, ...scope };
  switch (write.verb) {
    case 'create': return { kind: 'create', object: created(write.request, scope.namespace) };
    case 'delete': return { kind: 'delete', target, cascade: write.request?.['propagationPolicy'] as 'Foreground' | 'Background' };
    case 'patch': return { kind: 'patch', target, patchType: subresource === 'scale' ? 'merge' : 'strategic', patch: write.request, ...(subresource === undefined ? {} : { subresource }) };
    default: throw new Error(`Expected a user who creates, deletes and patches. Instead, received ${write.verb}.`);
  }
};

/** The user's commands: those about objects that have generated names wait until their pod is there. */
export const userOf = (recorded: readonly Write[], namespace: string): { readonly agenda: readonly Entry[]; readonly after: (write: Write, ours: readonly Write[]) => readonly Entry[] } => {
  const keys = podKeysOf(recorded);
  const isWaiting = (write: Write): boolean => withoutSubresource(write.resource) === 'pods' && keys.get(write.name) !== undefined && keys.get(write.name) !== write.name;
  const commands = recorded.filter(({ user }) => user === 'admin');
  return {
    agenda: commands.filter((write) => !isWaiting(write)).map((write) => ({ afterMs: write.ms, command: commandOf(write, namespace) })),
    after: (write, ours) => (write.verb !== 'create' || write.resource !== 'pods' ? [] : commands.filter(isWaiting)
      .filter((command) => keys.get(command.name) === podKeysOf(ours).get(write.name))
      .map((command) => ({ afterMs: Math.max(0, command.ms - write.ms), command: commandOf({ ...command, name: write.name }, namespace) }))),
  };
};
