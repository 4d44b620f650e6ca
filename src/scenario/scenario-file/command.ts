/**
 * The commands of a timeline, in kubectl's words, as what a user asks of kubectl.
 * Models: the verbs of kubectl that change a cluster
 */
import { isLeft, left, map, right } from 'fp-ts/lib/Either.js';
import { allResources } from '../../api/resources.ts';
import type { PatchType, PropagationPolicy } from '../../protocol/api.ts';
import type { UserCommand } from '../../protocol/user.ts';
import type { Place } from '../manifests/place.ts';
import { isFields, problemAt } from '../manifests/place.ts';
import type { Manifest } from '../manifests/read-manifests.ts';
import type { Decoded, Decoder } from './decoder.ts';
import { expected, mappingOf, oneOf, refused, textOf, wholeNumber } from './decoder.ts';
import { nearest } from './nearest.ts';
import type { Target } from './target.ts';
import { objectName, target } from './target.ts';

export interface CommandContext {
  /** Where a command names none. */
  readonly namespace: string;
  readonly nodeNames: readonly string[];
  /** The objects that a place holds or names by path. */
  readonly objectsAt: (place: Place) => Decoded<readonly Manifest[]>;
}

/** What a command is: one or, where it is given several objects, some of `UserCommand`. */
type CommandDecoder = (place: Place, context: CommandContext) => Decoded<readonly UserCommand[]>;

interface Targeted { readonly target: Target; readonly namespace?: string }

const namespace = textOf('the name of a namespace');
const ROLLED = ['deployments.apps', 'daemonsets.apps', 'statefulsets.apps'];
const SCALED = allResources.filter(({ subresources }) => subresources.includes('scale')).map(({ id }) => id);
const TEMPLATED = ['deployments.apps', 'replicasets.apps', 'daemonsets.apps', 'statefulsets.apps', 'replicationcontrollers'];

/** A command whose fields are read by `fields` and turned into one command by `make`. A target alone may stand for a mapping with only it. */
const targeted = <T extends Targeted>(fields: Decoder<T>, alone: Decoder<Target> | undefined, make: (read: T, name: ReturnType<typeof objectName>) => UserCommand): CommandDecoder =>
  (place, context) => {
    const read = alone !== undefined && typeof place.value === 'string' ? map((one: Target) => ({ target: one }) as T)(alone(place)) : fields(place);
    return map((held: T) => [make(held, objectName(held.target, held.namespace ?? context.namespace))])(read);
  };

const objects = (kind: 'apply' | 'create' | 'replace'): CommandDecoder => (place, context) => {
  const found = context.objectsAt(place);
  if (isLeft(found)) return found;
  const unnamed = kind === 'create' ? undefined : found.right.find(({ object }) => object.metadata.name === undefined);
  if (unnamed === undefined) return right(found.right.map(({ object }) => ({ kind, object })));
  const { metadata } = unnamed.object;
  return left([problemAt(unnamed.place, ['metadata', 'name'], kind === 'apply' ? `from ${metadata.generateName}: cannot use generate name with apply` : 'resource name may not be empty')]);
};

const CASCADES: Readonly<Record<string, PropagationPolicy>> = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' };

interface DeleteFields extends Targeted { readonly cascade?: 'background' | 'foreground' | 'orphan'; readonly gracePeriodSeconds?: number }
const anyTarget = target('deployment/web');
const deletion = targeted(mappingOf<DeleteFields>('what to delete, such as deployment/web or {target: deployment/web, cascade: foreground}', {
  target: anyTarget, namespace, cascade: oneOf(['background', 'foreground', 'orphan']), gracePeriodSeconds: wholeNumber('a number of seconds', 0),
}, ['target']), anyTarget, ({ cascade, gracePeriodSeconds }, name) => ({
  kind: 'delete', target: name,
  ...(cascade === undefined ? {} : { cascade: CASCADES[cascade] as PropagationPolicy }), ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
}));

interface ScaleFields extends Targeted { readonly replicas: number }
const scale = targeted(mappingOf<ScaleFields>('a mapping such as {target: deployment/web, replicas: 5}', {
  target: target('deployment/web', SCALED), namespace, replicas: wholeNumber('a number of replicas', 0),
}, ['target', 'replicas']), undefined, ({ replicas }, name) => ({ kind: 'scale', target: name, replicas }));

interface PatchFields extends Targeted { readonly type?: PatchType; readonly patch: unknown; readonly subresource?: string }
const patchFields = mappingOf<PatchFields>('a mapping such as {target: deployment/web, patch: {spec: {paused: true}}}', {
  target: anyTarget, namespace, type: oneOf<PatchType>(['strategic', 'merge', 'json']), patch: (place) => right(place.value), subresource: textOf('a subresource such as status'),
}, ['target', 'patch']);
/** A JSON patch is a list of operations; the other kinds are mappings. */
const fittingPatch: Decoder<PatchFields> = (place) => {
  const read = patchFields(place);
  if (isLeft(read)) return read;
  const { type = 'strategic', patch } = read.right;
  const fits = type === 'json' ? Array.isArray(patch) : isFields(patch);
  return fits ? read : expected({ ...place, value: patch, at: [...place.at, 'patch'] }, type === 'json' ? 'a list of operations' : 'a mapping', type === 'json' ? '' : 'A JSON patch has type: json.');
};
const patch = targeted(fittingPatch, undefined, ({ type = 'strategic', patch: body, subresource }, name) => ({
  kind: 'patch', target: name, patchType: type, patch: body, ...(subresource === undefined ? {} : { subresource }),
}));

interface ImageFields extends Targeted { readonly container: string; readonly image: string }
const setImage = targeted(mappingOf<ImageFields>('a mapping such as {target: deployment/web, container: web, image: nginx:1.29}', {
  target: target('deployment/web', TEMPLATED), namespace, container: textOf('the name of a container'), image: textOf('an image such as nginx:1.29'),
}, ['target', 'container', 'image']), undefined, ({ container, image }, name) => ({ kind: 'set-image', target: name, container, image }));

const rolled = target('deployment/web', ROLLED);
const rolloutRestart = targeted(mappingOf<Targeted>('what to restart, such as deployment/web', { target: rolled, namespace }, ['target']), rolled,
  (_, name) => ({ kind: 'rollout-restart', target: name }));

const pod = target('pod/web-1', ['pods']);
const evict = targeted(mappingOf<Targeted>('what to evict, such as pod/web-1', { target: pod, namespace }, ['target']), pod, (_, name) => ({ kind: 'evict', target: name }));

const onNode = (kind: 'cordon' | 'uncordon'): CommandDecoder => (place, { nodeNames }) => {
  const read = textOf('the name of a node such as node-1')(place);
  if (isLeft(read)) return read;
  const few = nodeNames.length > 6 ? `${nodeNames.slice(0, 5).join(', ')} and ${nodeNames.length - 5} more` : nodeNames.join(', ');
  return nodeNames.includes(read.right) ? right([{ kind, node: read.right }]) : refused(place, `nodes "${read.right}" not found. The cluster has ${few}.`);
};

const COMMANDS: ReadonlyMap<string, CommandDecoder> = new Map([
  ['apply', objects('apply')], ['create', objects('create')], ['replace', objects('replace')], ['delete', deletion], ['scale', scale], ['patch', patch],
  ['setImage', setImage], ['rolloutRestart', rolloutRestart], ['cordon', onNode('cordon')], ['uncordon', onNode('uncordon')], ['evict', evict],
]);

export const commandNames: readonly string[] = [...COMMANDS.keys()];

/** The commands that the value of a command's field asks for. */
export const commandsOf = (name: string, place: Place, context: CommandContext): Decoded<readonly UserCommand[]> => {
  const decode = COMMANDS.get(name);
  return decode === undefined ? refused(place, `Expected one of ${commandNames.join(', ')}. Instead, received "${name}". ${nearest(name, commandNames)}`.trimEnd()) : decode(place, context);
};
