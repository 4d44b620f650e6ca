/** A value within a document of an input file, and the problem that is there. */
import type { InputProblem } from './input-problem.ts';

/** Field names and list indexes from a document's root. */
export type Path = readonly (string | number)[];

export interface SourceDocument {
  readonly file: string;
  /** 1 for the first. */
  readonly document: number;
  readonly value: unknown;
  /** The line of the key or list item that a path leads to, or of the nearest parent that is there. */
  readonly lineOf: (path: Path) => number | undefined;
}

export interface Place {
  readonly source: SourceDocument;
  readonly value: unknown;
  readonly at: Path;
}

export type Fields = Readonly<Record<string, unknown>>;
export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

export const rootOf = (source: SourceDocument): Place => ({ source, value: source.value, at: [] });

/** The place of a field, or of an item of a list; its value is undefined when there is none. */
export const within = (place: Place, part: string | number): Place => {
  const { value, source, at } = place;
  const held = typeof part === 'number' ? (Array.isArray(value) ? value[part] as unknown : undefined) : isFields(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  return { source, value: held, at: [...at, part] };
};

/** `spec.containers[0].name`. */
export const shownPath = (path: Path): string => path.map((part) => (typeof part === 'number' ? `[${part}]` : /^[\w-]+$/.test(part) ? `.${part}` : `[${part}]`)).join('').replace(/^\./, '');

/** A value in a message; long ones are cut. */
export const shownValue = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

const nameOf = (value: unknown): string | undefined => {
  if (!isFields(value) || typeof value['kind'] !== 'string') return undefined;
  if (!isFields(value['metadata'])) return value['kind'];
  const { name, namespace, generateName } = value['metadata'];
  const shown = typeof name === 'string' ? name : typeof generateName === 'string' ? `${generateName}*` : undefined;
  return shown === undefined ? value['kind'] : `${value['kind']} ${typeof namespace === 'string' ? `${namespace}/` : ''}${shown}`;
};

/** A problem at `path` below a place. Its line is that of the nearest parent where the path itself is missing. */
export const problemAt = (place: Place, path: Path, message: string): InputProblem => {
  const whole = [...place.at, ...path];
  const line = place.source.lineOf(whole);
  const object = nameOf(place.value) ?? nameOf(place.source.value);
  return {
    file: place.source.file, document: place.source.document, message,
    ...(line === undefined ? {} : { line }), ...(object === undefined ? {} : { object }), ...(whole.length === 0 ? {} : { path: shownPath(whole) }),
  };
};

/** The API group of scenario documents. */
export const SCENARIO_GROUP = 'kubeloom.dev';

/** A document for `kubeloom` itself, of any version and kind, well-formed or not. */
export const isScenarioDocument = ({ value }: Place): boolean => isFields(value) && typeof value['apiVersion'] === 'string' && value['apiVersion'].startsWith(`${SCENARIO_GROUP}/`);
