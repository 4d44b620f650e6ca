/**
 * Images: pulled in the time that their profile or a draw says, or not at all.
 * Models: containerd internal/cri/server/images/image_pull.go
 * Not modelled: layers, credentials, garbage collection.
 */
import { digestOfHash } from '../../base/digest.ts';
import { hashText } from '../../base/hash.ts';
import { arm } from '../../kernel/transition.ts';
import type { Env } from '../../kernel/transition.ts';
import { profileOf, repositoryOf } from './behavior.ts';
import type { ImageProfiles } from './behavior.ts';
import { pullTimer, reply, replyError } from './effects.ts';
import type { Outcome, RuntimeOptions } from './effects.ts';
import type { Caller, ImageRecord, RuntimeState } from './state.ts';

const NO_PROFILES: ImageProfiles = [];
const DEFAULT_PULL_MS = { min: 500, max: 2500 };
const DEFAULT_REFRESH_MS = 200;
const MEBIBYTE = 1024 * 1024;
const SMALLEST_BYTES = 5 * MEBIBYTE;
const SPREAD_BYTES = 95 * MEBIBYTE;

/** 64 hexadecimal digits, as a sha256 has. */
const contentDigest = (image: string): string => ['a', 'b', 'c', 'd'].map((part) => digestOfHash(hashText(`${part} ${image}`))).join('');

const recordOf = (image: string, profiles: ImageProfiles): ImageRecord => {
  const hash = hashText(image);
  return { imageRef: `${repositoryOf(image)}@sha256:${contentDigest(image)}`, sizeBytes: profileOf(profiles, image)?.sizeBytes ?? SMALLEST_BYTES + hash % SPREAD_BYTES };
};

/** The images whose profile says that the node has them, under the profile's own name. */
export const presentImages = (profiles: ImageProfiles): readonly (readonly [string, ImageRecord])[] =>
  profiles.flatMap(({ image, present }) => (present === true ? [[image, recordOf(image, profiles)] as const] : []));

const durationMs = (state: RuntimeState, options: RuntimeOptions, image: string, attempt: number, env: Env): number => {
  if (state.images.has(image)) return options.refreshMs ?? DEFAULT_REFRESH_MS;
  const { min, max } = options.pullMs ?? DEFAULT_PULL_MS;
  return profileOf(options.images ?? NO_PROFILES, image)?.pullMs ?? min + (max === min ? 0 : env.random(`pull ${image}`, attempt) % (max - min + 1));
};

/** A pull of an image that is being pulled already waits for that one. */
export const pullImage = (state: RuntimeState, options: RuntimeOptions, caller: Caller, image: string, env: Env): Outcome => {
  const under = state.pulls.get(image);
  if (under !== undefined) return [{ ...state, pulls: state.pulls.set(image, { ...under, callers: [...under.callers, caller] }) }, []];
  const attempt = state.attempts.get(image) ?? 0;
  const next = { ...state, attempts: state.attempts.set(image, attempt + 1), pulls: state.pulls.set(image, { startedMs: env.nowMs, callers: [caller] }) };
  return [next, [arm(pullTimer(image), durationMs(state, options, image, attempt, env))]];
};

const cannotPull = (image: string, code: string, why: string): string =>
  `rpc error: code = ${code} desc = failed to pull and unpack image ${JSON.stringify(image)}: failed to resolve reference ${JSON.stringify(image)}: ${why}`;

const failureOf = (state: RuntimeState, options: RuntimeOptions, image: string): string | undefined => {
  if (state.registryIsDown === true) return cannotPull(image, 'Unknown', 'failed to do request: dial tcp: i/o timeout');
  const profile = profileOf(options.images ?? NO_PROFILES, image);
  const fails = profile !== undefined && (profile.pullFails === true || profile.pullError !== undefined || profile.pullFailures !== undefined);
  if (!fails || (profile.pullFailures !== undefined && (state.attempts.get(image) ?? 0) > profile.pullFailures)) return undefined;
  return profile.pullError ?? cannotPull(image, 'NotFound', `${image}: not found`);
};

export const pullDone = (state: RuntimeState, options: RuntimeOptions, image: string, env: Env): Outcome => {
  const pull = state.pulls.get(image);
  if (pull === undefined) return [state, []];
  const rest = { ...state, pulls: state.pulls.delete(image) };
  const failure = failureOf(state, options, image);
  if (failure !== undefined) return [rest, pull.callers.map((caller) => replyError(caller, failure))];
  const known = state.images.get(image);
  const record = known ?? recordOf(image, options.images ?? NO_PROFILES);
  const answer = { kind: 'image', imageRef: record.imageRef, present: known !== undefined, sizeBytes: record.sizeBytes, tookMs: env.nowMs - pull.startedMs } as const;
  return [{ ...rest, images: state.images.set(image, record) }, pull.callers.map((caller) => reply(caller, answer))];
};

export const registryIs = (state: RuntimeState, isReachable: boolean): RuntimeState => {
  const { registryIsDown: _was, ...rest } = state;
  return isReachable ? rest : { ...state, registryIsDown: true };
};
