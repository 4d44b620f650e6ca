/**
 * How a container behaves, as data: the kubelet's default for its pod, under the image's profile, under the pod's annotations.
 * Models: KWOK's stages (behaviour of a pod as data); nothing upstream, where a container's program decides.
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { sortedKeys } from '../../base/order.ts';
import type { ContainerBehavior, ContainerConfig } from '../../protocol/cri.ts';

/** `kubeloom.dev/behavior`: a JSON object of fields of `ContainerBehavior`, for every container; `kubeloom.dev/behavior.<container>` for one, over it. */
export const BEHAVIOR_ANNOTATION = 'kubeloom.dev/behavior';

/** null takes a field of the default away: `{"runForMs": null}` runs until it is stopped. */
export type BehaviorOverlay = { readonly [Field in keyof ContainerBehavior]?: ContainerBehavior[Field] | null };

/** What is known of the images that match. */
export interface ImageProfile {
  /** `nginx:1.27`, `docker.io/library/nginx`, `nginx` or `gcr.io/*`: held against the whole image, its repository, and that one's last part. `*` is any text. */
  readonly image: string;
  readonly behavior?: BehaviorOverlay;
  /** On the node from the start; `image` is then a whole image. */
  readonly present?: boolean;
  readonly sizeBytes?: number;
  readonly pullMs?: number;
  /** All pulls fail, or the first `pullFailures`. */
  readonly pullFails?: boolean;
  readonly pullFailures?: number;
  /** In the runtime's words; absent: that the image was not found. */
  readonly pullError?: string;
}

/** The first that matches counts. */
export type ImageProfiles = readonly ImageProfile[];

export const repositoryOf = (image: string): string => {
  const named = image.split('@')[0] ?? '';
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  return colon < 0 ? named : named.slice(0, colon);
};

const matches = (pattern: string, text: string): boolean =>
  (pattern.includes('*') ? new RegExp(`^${pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`).test(text) : pattern === text);

const findProfile = (profiles: ImageProfiles, image: string): ImageProfile | undefined => {
  const repository = repositoryOf(image);
  const names = [image, repository, repository.slice(repository.lastIndexOf('/') + 1)];
  return profiles.find((profile) => names.some((name) => matches(profile.image, name)));
};

const found = new WeakMap<ImageProfiles, Map<string, ImageProfile | undefined>>();

/** Remembered by image. */
export const profileOf = (profiles: ImageProfiles, image: string): ImageProfile | undefined => {
  let known = found.get(profiles);
  if (known === undefined) found.set(profiles, known = new Map());
  if (!known.has(image)) known.set(image, findProfile(profiles, image));
  return known.get(image);
};

type FieldKind = 'duration' | 'code' | 'flag';
const REQUIRED: ReadonlyMap<string, FieldKind> = new Map([['startDelayMs', 'duration'], ['exitCode', 'code'], ['stopDelayMs', 'duration']]);
const OPTIONAL: ReadonlyMap<string, FieldKind> = new Map([
  ['runForMs', 'duration'], ['readyAfterMs', 'duration'], ['crashAfterMs', 'duration'], ['unhealthyAfterMs', 'duration'], ['oom', 'flag'],
]);
const FIELDS: ReadonlyMap<string, FieldKind> = new Map([...REQUIRED, ...OPTIONAL]);

const wanted = (kind: FieldKind): string => {
  switch (kind) {
    case 'duration': return 'a number of milliseconds, 0 or more';
    case 'code': return 'an integer from 0 to 255';
    case 'flag': return 'true or false';
  }
};

const fits = (kind: FieldKind, value: unknown): boolean => {
  switch (kind) {
    case 'duration': return typeof value === 'number' && value >= 0 && Number.isFinite(value);
    case 'code': return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;
    case 'flag': return typeof value === 'boolean';
  }
};

const problemOf = (name: string, value: unknown): string | undefined => {
  const kind = FIELDS.get(name);
  if (kind === undefined) return `unknown field "${name}"; known are ${[...FIELDS.keys()].join(', ')}`;
  if (value === null) return REQUIRED.has(name) ? `field "${name}" must be ${wanted(kind)}, not null` : undefined;
  return fits(kind, value) ? undefined : `field "${name}" must be ${wanted(kind)}, not ${JSON.stringify(value)}`;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const parseUncached = (text: string): Either<string, BehaviorOverlay> => {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return left(`expected a JSON object such as {"runForMs": 5000}, found ${JSON.stringify(text)}`);
  const record = value as Readonly<Record<string, unknown>>;
  const problem = sortedKeys(record).map((name) => problemOf(name, record[name])).find((found) => found !== undefined);
  return problem === undefined ? right(record as BehaviorOverlay) : left(problem);
};

const parsed = new Map<string, Either<string, BehaviorOverlay>>();

/** Errors say which field and what was expected. Remembered by text. */
export const parseOverlay = (text: string): Either<string, BehaviorOverlay> => {
  const known = parsed.get(text) ?? parseUncached(text);
  parsed.set(text, known);
  return known;
};

const overlaid = (base: ContainerBehavior, overlay: BehaviorOverlay | undefined): ContainerBehavior =>
  (overlay === undefined ? base : Object.fromEntries(Object.entries({ ...base, ...overlay }).filter(([, value]) => value !== null)) as unknown as ContainerBehavior);

/** Errors: `annotation kubeloom.dev/behavior: ...`. */
export const resolveBehavior = (config: ContainerConfig, profile: ImageProfile | undefined): Either<string, ContainerBehavior> => {
  let behavior = overlaid(config.behavior, profile?.behavior);
  for (const name of [BEHAVIOR_ANNOTATION, `${BEHAVIOR_ANNOTATION}.${config.name}`]) {
    const text = config.annotations !== undefined && Object.hasOwn(config.annotations, name) ? config.annotations[name] : undefined;
    if (text === undefined) continue;
    const overlay = parseOverlay(text);
    if (isLeft(overlay)) return left(`annotation ${name}: ${overlay.left}`);
    behavior = overlaid(behavior, overlay.right);
  }
  return right(behavior);
};
