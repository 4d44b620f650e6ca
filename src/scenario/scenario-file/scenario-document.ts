/** The scenario document: `apiVersion: kubeloom.dev/v1`, `kind: Scenario`. Everything that happens is in it, or in a file that it names. */
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { NodeTopology } from '../../cluster/topology.ts';
import { defaultTopology } from '../../cluster/topology.ts';
import type { InputProblem } from '../manifests/input-problem.ts';
import type { Place } from '../manifests/place.ts';
import { SCENARIO_GROUP, isScenarioDocument, within } from '../manifests/place.ts';
import type { Manifest, ManifestOptions } from '../manifests/read-manifests.ts';
import type { TimelineEntry } from '../scenario.ts';
import type { ClusterSpec } from './cluster-spec.ts';
import { clusterSpec, imageProfiles } from './cluster-spec.ts';
import type { Decoded, Decoder } from './decoder.ts';
import { listOf, mappingOf, oneOf, refused, textOf } from './decoder.ts';
import type { ReadFiles } from './references.ts';
import { objectsAt } from './references.ts';
import { timelineAt } from './timeline.ts';
import type { Trials, Vocabulary } from './trials.ts';
import { expectations, faultsOf, propertyIds, variantIds } from './trials.ts';

const API_VERSION = `${SCENARIO_GROUP}/v1`;

export interface ScenarioOptions extends ManifestOptions {
  /** Instead of those that the file says. */
  readonly nodes?: readonly NodeTopology[];
  readonly readFiles: ReadFiles;
  readonly vocabulary?: Vocabulary;
}

export interface ScenarioDocument {
  readonly name: string;
  readonly trials: Trials;
  readonly cluster: ClusterSpec;
  /** Applied when the cluster has come up. */
  readonly manifests: readonly Manifest[];
  readonly timeline: readonly TimelineEntry[];
  readonly skipped: readonly InputProblem[];
  /** Normal paths of every file that it names. */
  readonly files: readonly string[];
}

interface Frame {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Trials & { readonly cluster?: ClusterSpec; readonly images?: ClusterSpec['images']; readonly manifests?: readonly string[]; readonly timeline?: Place };
}

const itself: Decoder<Place> = (place) => right(place);

const frameOf = (vocabulary: Vocabulary | undefined): Decoder<Frame> => mappingOf<Frame>('a scenario', {
  apiVersion: oneOf([API_VERSION]), kind: oneOf(['Scenario']),
  metadata: mappingOf<Frame['metadata']>('a mapping such as {name: rolling-update}', { name: textOf('the name of the scenario') }, ['name']),
  spec: mappingOf<Frame['spec']>('a mapping of cluster, images, manifests, timeline and what it is tried with', {
    cluster: clusterSpec, images: imageProfiles, timeline: itself,
    manifests: listOf('a list of paths, relative to this file', textOf('a path, relative to this file')),
    variants: variantIds, faults: faultsOf(vocabulary), properties: propertyIds(vocabulary), expect: expectations,
  }),
}, ['apiVersion', 'kind', 'metadata', 'spec']);

const nothing = { manifests: [], skipped: [], files: [] };

/** Decodes a document for which `isScenarioDocument` holds. */
export const scenarioDocument = (place: Place, options: ScenarioOptions): Decoded<ScenarioDocument> => {
  const read = frameOf(options.vocabulary)(place);
  if (isLeft(read)) return read;
  const { metadata, spec } = read.right;
  const { cluster = {}, images, manifests: _manifests, timeline: _timeline, ...trials } = spec;
  const skipped: InputProblem[] = [];
  const files: string[] = [];
  const found = (at: Place): Decoded<readonly Manifest[]> => {
    const objects = objectsAt(at, options, options.readFiles);
    if (isLeft(objects)) return objects;
    skipped.push(...objects.right.skipped);
    files.push(...objects.right.files);
    return right(objects.right.manifests);
  };
  const manifests = spec.manifests === undefined ? right(nothing.manifests) : found(within(within(place, 'spec'), 'manifests'));
  const nodes = options.nodes ?? cluster.nodes ?? defaultTopology.nodes;
  const timeline = spec.timeline === undefined ? right([])
    : timelineAt(spec.timeline, { namespace: options.namespace ?? 'default', nodeNames: nodes.map(({ name }) => name), objectsAt: found });
  if (isLeft(manifests) || isLeft(timeline)) return left([manifests, timeline].flatMap((one): readonly InputProblem[] => (isLeft(one) ? one.left : [])));
  return right({
    name: metadata.name, trials, cluster: { ...cluster, ...(images === undefined ? {} : { images }) }, manifests: manifests.right, timeline: timeline.right, skipped, files,
  });
};

/** The one scenario among some documents, if there is one. */
export const oneScenario = (places: readonly Place[]): Decoded<Place | undefined> => {
  const [first, second] = places.filter(isScenarioDocument);
  if (first === undefined || second === undefined) return right(first);
  return refused(second, `Expected one scenario. Instead, received a second. The first is in ${first.source.file}, document ${first.source.document}.`);
};
