/** Targets of commands, typed as kubectl takes them: `deploy/web`, `pod/x`. Models: staging/src/k8s.io/cli-runtime/pkg/resource/builder.go (splitResourceTypeName) */
import { right } from 'fp-ts/lib/Either.js';
import type { ResourceId, ResourceInfo } from '../../api/resources.ts';
import { resourceByAlias, resourceById } from '../../api/resources.ts';
import type { ObjectName } from '../../protocol/user.ts';
import type { Decoder } from './decoder.ts';
import { expected, refused } from './decoder.ts';

/** A target that has no namespace yet: the command that holds it has. */
export interface Target {
  readonly info: ResourceInfo;
  readonly name: string;
}

const singularOf = (id: ResourceId): string => resourceById(id)?.singular ?? id;

/** `kinds`: the resources that the command can act on; any when absent. */
export const target = (example: string, kinds?: readonly ResourceId[]): Decoder<Target> => (place) => {
  const { value } = place;
  const parts = typeof value === 'string' ? value.split('/') : [];
  const [type = '', name = ''] = parts;
  if (parts.length !== 2 || type === '' || name === '') return expected(place, `a target such as ${example}`);
  const info = resourceByAlias(type);
  if (info === undefined) return refused(place, `the server doesn't have a resource type "${type}". Expected a target such as ${example}.`);
  if (kinds !== undefined && !kinds.includes(info.id)) return expected(place, `a ${kinds.map(singularOf).join(', ').replace(/, ([^,]*)$/, ' or $1')} such as ${example}`);
  return right({ info, name });
};

export const objectName = ({ info, name }: Target, namespace: string): ObjectName => ({ resource: info.id, name, ...(info.namespaced ? { namespace } : {}) });
