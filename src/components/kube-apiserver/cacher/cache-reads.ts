/**
 * Lists answered from a watch cache.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/cacher/cacher.go GetList
 */
import type { KubeObject } from '../../../api/object.ts';
import type { ResourceInfo } from '../../../api/resources.ts';
import { isStatus } from '../../../api/status.ts';
import type { ObjectList } from '../../../protocol/api.ts';
import type { Cacher, Job } from '../state.ts';
import { infoOf, shownAs } from '../storage/codec.ts';
import type { Turn } from '../turn.ts';
import { answer, refuse } from '../turn.ts';
import type { Selection } from './selection.ts';
import { nameDemanded, selectionOf, selects } from './selection.ts';
import { objectIn, objectsIn } from './store.ts';

/** The namespace that a request is about; none for cluster-scoped resources, and for all namespaces together. */
export const namespaceOf = ({ request }: Job): string | undefined =>
  (request.namespace === '' || !infoOf(request.resource).namespaced ? undefined : request.namespace);

export const listOf = (info: ResourceInfo, items: readonly KubeObject[], revision: number, more?: { readonly token: string; readonly remaining?: number }): ObjectList => ({
  apiVersion: info.apiVersion,
  kind: `${info.kind}List`,
  metadata: {
    resourceVersion: String(revision),
    ...(more === undefined ? {} : { continue: more.token }),
    ...(more?.remaining === undefined ? {} : { remainingItemCount: more.remaining }),
  },
  items,
});

const candidatesOf = (cacher: Cacher, job: Job, selection: Selection): readonly KubeObject[] => {
  const namespace = namespaceOf(job);
  const name = nameDemanded(selection);
  if (name === undefined || (namespace === undefined && infoOf(cacher.resource).namespaced)) return objectsIn(cacher, namespace);
  const object = objectIn(cacher, namespace, name);
  return object === undefined ? [] : [object];
};

const isWhole = ({ labels, fields }: Selection): boolean =>
  fields.terms.length === 0 && labels.kind === 'requirements' && labels.requirements.length === 0;

/** The items of a cache that a selection takes, as its resource shows them. */
export const selectItems = (job: Job, selection: Selection, candidates: readonly KubeObject[]): readonly KubeObject[] => {
  const { resource } = job.request;
  const chosen = isWhole(selection) ? candidates : candidates.filter((object) => selects(resource, selection, object));
  const [first] = chosen;
  return first === undefined || shownAs(resource, first) === first ? chosen : chosen.map((object) => shownAs(resource, object));
};

export const answerFromCache = (turn: Turn, job: Job, cacher: Cacher): void => {
  const { resource, options } = job.request;
  const selection = selectionOf(resource, options);
  if (isStatus(selection)) return refuse(turn, job.client, selection);
  const items = selectItems(job, selection, candidatesOf(cacher, job, selection));
  return answer(turn, job.client, { kind: 'list', code: 200, list: listOf(infoOf(resource), items, cacher.revision) });
};
