/**
 * A namespace's LimitRanges: requests and limits that containers left out, and the bounds they must keep.
 * Models: plugin/pkg/admission/limitranger/admission.go
 * Not modelled: bounds of whole pods and of claims, and ratios of limit to request; the annotation that lists what was filled in.
 */
import type { KubeObject } from '../../../api/object.ts';
import { milliValueOf } from '../../../api/quantity.ts';
import { forbidden } from '../../../api/status.ts';
import type { Container, LimitRangeItem, Pod, ResourceList } from '../../../api/types.ts';
import { sortedEntries } from '../../../base/order.ts';
import { objectsIn } from '../cacher/store.ts';
import { cacherOf } from '../turn.ts';
import type { Admission, Verdict } from './plugin.ts';
import { admitted, nameForRefusal, onCreateOf, refused } from './plugin.ts';

interface LimitRange extends KubeObject { readonly spec?: { readonly limits?: readonly LimitRangeItem[] } }

const containerLimits = ({ turn, namespace = '' }: Admission): readonly LimitRangeItem[] =>
  (objectsIn(cacherOf(turn, 'limitranges'), namespace) as readonly LimitRange[]).flatMap((range) => (range.spec?.limits ?? []).filter((item) => item.type === 'Container'));

const withMissing = (list: ResourceList | undefined, defaults: ResourceList | undefined): ResourceList | undefined => {
  const missing = sortedEntries(defaults ?? {}).filter(([name]) => list?.[name] === undefined);
  return missing.length === 0 ? list : { ...list, ...Object.fromEntries(missing) };
};

const filled = (item: LimitRangeItem) => (container: Container): Container => {
  const { requests, limits } = container.resources ?? {};
  const next = { requests: withMissing(requests, item.defaultRequest), limits: withMissing(limits, item.default) };
  if (next.requests === requests && next.limits === limits) return container;
  return { ...container, resources: {
    ...container.resources, ...(next.requests === undefined ? {} : { requests: next.requests }), ...(next.limits === undefined ? {} : { limits: next.limits }),
  } };
};

type Side = { readonly what: 'request' | 'limit'; readonly value: string | undefined };

/** The first side has to be there; either must keep the bound. */
const broken = (bound: 'minimum' | 'maximum', resource: string, enforced: string, [first, second]: readonly [Side, Side]): string | undefined => {
  const lead = `${bound} ${resource} usage per Container is ${enforced}`;
  if (first.value === undefined) return `${lead}.  No ${first.what} is specified`;
  const outside = [first, second].find(({ value }) => value !== undefined
    && (bound === 'minimum' ? milliValueOf(value) < milliValueOf(enforced) : milliValueOf(value) > milliValueOf(enforced)));
  return outside === undefined ? undefined : `${lead}, but ${outside.what} is ${outside.value}`;
};

const problemsOf = (item: LimitRangeItem) => (container: Container): readonly string[] => {
  const request = (name: string): Side => ({ what: 'request', value: container.resources?.requests?.[name] });
  const limit = (name: string): Side => ({ what: 'limit', value: container.resources?.limits?.[name] });
  return [
    ...sortedEntries(item.min ?? {}).map(([name, enforced]) => broken('minimum', name, enforced, [request(name), limit(name)])),
    ...sortedEntries(item.max ?? {}).map(([name, enforced]) => broken('maximum', name, enforced, [limit(name), request(name)])),
  ].filter((problem) => problem !== undefined);
};

const admit = (object: KubeObject, admission: Admission): Verdict => {
  const items = containerLimits(admission);
  if (items.length === 0) return admitted(object);
  const pod = object as Pod;
  const all = (containers: readonly Container[]): readonly Container[] => items.reduce((list, item) => list.map(filled(item)), containers);
  const { initContainers } = pod.spec;
  const spec = { ...pod.spec, containers: all(pod.spec.containers), ...(initContainers === undefined ? {} : { initContainers: all(initContainers) }) };
  const problems = items.flatMap((item) => [...spec.containers, ...(spec.initContainers ?? [])].flatMap(problemsOf(item)));
  if (problems.length === 0) return admitted({ ...pod, spec } as Pod);
  return refused(forbidden('', 'pods', nameForRefusal(pod), problems.length === 1 ? problems[0] ?? '' : `[${problems.join(', ')}]`));
};

export const limitRanger = onCreateOf('pods', 'LimitRanger', admit);
