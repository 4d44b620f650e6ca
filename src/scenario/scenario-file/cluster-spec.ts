/** `spec.cluster` and `spec.images` of a scenario file: what the cluster is made of, where it differs from the default. */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { parseGoDuration } from '../../api/cron-duration.ts';
import type { Taint } from '../../api/types.ts';
import { sortedKeys } from '../../base/order.ts';
import type { ClusterTopology, NodeTopology } from '../../cluster/topology.ts';
import { nodeTopology, nodesNamed } from '../../cluster/topology.ts';
import { parseOverlay } from '../../components/container-runtime/behavior.ts';
import type { BehaviorOverlay, ImageProfile } from '../../components/container-runtime/behavior.ts';
import { ALL_CONTROLLERS, controllerNames } from '../../components/kube-controller-manager/controller-names.ts';
import type { InputProblem } from '../manifests/input-problem.ts';
import type { Place, SourceDocument } from '../manifests/place.ts';
import { isFields, problemAt, rootOf, shownPath, within } from '../manifests/place.ts';
import { manifestsAt } from '../manifests/read-manifests.ts';
import type { Decoded, Decoder } from './decoder.ts';
import { all, expected, flag, listOf, mappingOf, refused, textOf, wholeNumber } from './decoder.ts';
import { nearest } from './nearest.ts';

export type ClusterSpec = Partial<Pick<ClusterTopology, 'nodes' | 'apiservers' | 'kubeProxy' | 'leaderElection' | 'lagMs' | 'images' | 'events' | 'controllers'>>;

interface NodeGroup {
  readonly name: string;
  readonly count?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly capacity?: Partial<NodeTopology['capacity']>;
}

const anything = <T>(): Decoder<T> => (place) => right(place.value as T);

/** Numbers are quantities too: `cpu: 4`. */
const quantity: Decoder<string> = (place) =>
  (typeof place.value === 'string' || typeof place.value === 'number' ? right(String(place.value)) : expected(place, 'a quantity such as 4, 500m or 16Gi'));

const capacity = mappingOf<Partial<NodeTopology['capacity']>>('a mapping of resources such as {cpu: 4, memory: 16Gi, pods: 110}', {
  cpu: quantity, memory: quantity, pods: quantity, 'ephemeral-storage': quantity,
});

const groupFields = mappingOf<NodeGroup>('a node such as {name: worker, count: 3}', {
  name: textOf('the name of a node'), count: wholeNumber('a number of nodes', 1), labels: anything(), taints: anything(), capacity,
}, ['name']);

/** Names, labels, taints and quantities as kube-apiserver checks them in a Node, whose fields stand one level higher in the scenario file. */
const asNode = (place: Place, { name, labels = {}, taints = [], capacity: resources = {} }: NodeGroup): readonly InputProblem[] => {
  const value = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints }, status: { capacity: resources } };
  const source: SourceDocument = { ...place.source, value, lineOf: (path) => place.source.lineOf([...place.at, ...path.slice(1)]) };
  const checked = manifestsAt([rootOf(source)], { skipUnknown: false });
  return isLeft(checked) ? checked.left.map((problem) => ({
    ...problemAt(place, [], problem.message), ...(problem.line === undefined ? {} : { line: problem.line }),
    path: `${shownPath(place.at)}${(problem.path ?? '').replace(/^(?:metadata|spec|status)/, '')}`,
  })) : [];
};

const nodeGroup: Decoder<readonly NodeTopology[]> = (place) => {
  const read = groupFields(place);
  if (isLeft(read)) return read;
  const { name, count, labels = {}, taints = [], capacity: resources = {} } = read.right;
  const problems = asNode(place, read.right);
  if (problems.length > 0) return left(problems);
  const base = nodeTopology(name);
  const node = { ...base, labels, taints, capacity: { ...base.capacity, ...resources } };
  return right(count === undefined ? [node] : Array.from({ length: count }, (_, i) => ({ ...node, name: `${name}-${i + 1}` })));
};

const repeatedNode = (place: Place, groups: readonly (readonly NodeTopology[])[]): Decoded<readonly NodeTopology[]> => {
  const seen = new Set<string>();
  for (const [i, group] of groups.entries()) {
    for (const { name } of group) {
      if (seen.has(name)) return refused(place, `Expected every node once. Instead, received a second node "${name}".`, [i, 'name']);
      seen.add(name);
    }
  }
  return right(groups.flat());
};

const nodes: Decoder<readonly NodeTopology[]> = (place) => {
  if (typeof place.value === 'number') {
    const count = wholeNumber('a number of nodes', 1)(place);
    return isLeft(count) ? count : right(nodesNamed(count.right));
  }
  if (!Array.isArray(place.value) || place.value.length === 0) return expected(place, 'a number of nodes, or a list of nodes such as [{name: worker, count: 3}]');
  const groups = all(place.value.map((_, i) => nodeGroup(within(place, i))));
  return isLeft(groups) ? groups : repeatedNode(place, groups.right);
};

const lag: Decoder<number> = (place) => {
  const ms = parseGoDuration(String(place.value));
  return isLeft(ms) || ms.right < 0 ? expected(place, 'how far a message may lag behind the clock, a duration such as 500ms or 1s') : right(ms.right);
};

const controllerChoices: readonly string[] = [ALL_CONTROLLERS, ...controllerNames];

/** An unknown name is answered with the known ones that are spelt like it, with its minus. */
const controllerChoice: Decoder<string> = (place) => {
  const { value } = place;
  if (typeof value !== 'string') return expected(place, 'the name of a controller');
  const isOff = value.startsWith('-');
  const name = isOff ? value.slice(1) : value;
  if (isOff ? controllerNames.some((one) => one === name) : controllerChoices.includes(value)) return right(value);
  const known = isOff ? controllerNames.map((one) => `-${one}`) : controllerChoices;
  return expected(place, `one of ${controllerChoices.join(', ')}, or a name with a minus before it`, nearest(value, known));
};

const controllers = listOf('a list of controllers such as ["*", -job-controller]', controllerChoice);

interface ClusterFields extends Omit<ClusterSpec, 'images' | 'lagMs'> { readonly lag?: number }

const clusterFields = mappingOf<ClusterFields>('a mapping such as {nodes: 3}', {
  nodes, apiservers: wholeNumber('a number of replicas of kube-apiserver', 1), kubeProxy: flag, leaderElection: flag, lag, events: flag, controllers,
});

export const clusterSpec: Decoder<Omit<ClusterSpec, 'images'>> = (place) => {
  const read = clusterFields(place);
  if (isLeft(read)) return read;
  const { lag: lagMs, ...rest } = read.right;
  return right({ ...rest, ...(lagMs === undefined ? {} : { lagMs }) });
};

/** Field by field, so that each problem has its own line. */
const behavior: Decoder<BehaviorOverlay> = (place) => {
  const { value } = place;
  if (!isFields(value)) return expected(place, 'a mapping such as {runForMs: 5000}');
  const problems = sortedKeys(value).flatMap((name) => {
    const read: Either<string, BehaviorOverlay> = parseOverlay(JSON.stringify({ [name]: value[name] }));
    return isLeft(read) ? [problemAt(place, [name], read.left)] : [];
  });
  return problems.length > 0 ? left(problems) : right(value as BehaviorOverlay);
};

const profile = mappingOf<ImageProfile>('an image profile such as {image: nginx, pullMs: 800}', {
  image: textOf('an image, or a pattern of images such as gcr.io/*'), behavior, present: flag, sizeBytes: wholeNumber('a number of bytes', 0),
  pullMs: wholeNumber('a number of milliseconds', 0), pullFails: flag, pullFailures: wholeNumber('a number of pulls', 0), pullError: textOf('an error message'),
}, ['image']);

const wholeProfile: Decoder<ImageProfile> = (place) => {
  const read = profile(place);
  if (isLeft(read) || read.right.present !== true || !read.right.image.includes('*')) return read;
  return refused(place, `Expected a whole image where present is true. Instead, received the pattern "${read.right.image}".`, ['image']);
};

export const imageProfiles: Decoder<readonly ImageProfile[]> = listOf('a list of image profiles such as [{image: nginx, pullMs: 800}]', wholeProfile);
