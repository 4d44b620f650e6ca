/** The files that a scenario names, and the objects in them or written in their place. */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import type { InputProblem } from '../manifests/input-problem.ts';
import type { Place } from '../manifests/place.ts';
import { isFields, within } from '../manifests/place.ts';
import type { Manifest, ManifestOptions } from '../manifests/read-manifests.ts';
import { duplicateProblems, manifestsAt, placesIn } from '../manifests/read-manifests.ts';
import type { SourceFile } from '../manifests/yaml-documents.ts';
import type { Decoded } from './decoder.ts';
import { expected, refused } from './decoder.ts';

/** Reads files and folders of them; a problem names the path that cannot be read. */
export type ReadFiles = (paths: readonly string[]) => Either<readonly InputProblem[], readonly SourceFile[]>;

/** Without `.`, and without `..` where it can be resolved. */
export const normalPath = (path: string): string => {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '.' || (part === '' && parts.length > 0)) continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..' && parts.at(-1) !== '') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
};

/** A path that a file names is relative to that file's folder. */
export const pathFrom = (file: string, path: string): string => {
  const slash = file.lastIndexOf('/');
  return normalPath(path.startsWith('/') || slash < 0 ? path : `${file.slice(0, slash)}/${path}`);
};

export interface Objects {
  readonly manifests: readonly Manifest[];
  readonly skipped: readonly InputProblem[];
  /** Normal paths of the files that were read. */
  readonly files: readonly string[];
}

const filesAt = (place: Place, readFiles: ReadFiles): Decoded<readonly SourceFile[]> => {
  const path = pathFrom(place.source.file, place.value as string);
  const files = readFiles([path]);
  return isLeft(files) ? refused(place, files.left.map(({ file, message }) => `${file}: ${message}`).join(' ')) : files;
};

const oneReference = (place: Place, options: ManifestOptions, readFiles: ReadFiles): Decoded<Objects> => {
  const isPath = typeof place.value === 'string' && place.value !== '';
  if (!isPath && !isFields(place.value)) return expected(place, 'a path, an object, or a list of them');
  const files = isPath ? filesAt(place, readFiles) : right([]);
  if (isLeft(files)) return files;
  const places = isPath ? placesIn(files.right) : right([place]);
  if (isLeft(places)) return places;
  const read = manifestsAt(places.right, options);
  if (isLeft(read)) return read;
  const { manifests, skipped } = read.right;
  if (manifests.length + skipped.length === 0) return refused(place, `Expected at least one object. Instead, received none in ${String(place.value)}.`);
  return right({ manifests, skipped, files: files.right.map(({ file }) => normalPath(file)) });
};

/** The objects of a path, of an object, or of a list of them, each object once. */
export const objectsAt = (place: Place, options: ManifestOptions, readFiles: ReadFiles): Decoded<Objects> => {
  const places = Array.isArray(place.value) ? place.value.map((_, i) => within(place, i)) : [place];
  const read = places.map((one) => oneReference(one, options, readFiles));
  const problems = read.flatMap((one) => (isLeft(one) ? one.left : []));
  const found = read.flatMap((one) => (isLeft(one) ? [] : [one.right]));
  const manifests = found.flatMap((one) => one.manifests);
  const every = [...problems, ...duplicateProblems(manifests)];
  return every.length > 0 ? left(every) : right({ manifests, skipped: found.flatMap((one) => one.skipped), files: found.flatMap((one) => one.files) });
};
