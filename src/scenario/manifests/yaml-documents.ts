/**
 * The documents of a YAML or JSON file with their positions, or what is wrong with the text.
 * Models: sigs.k8s.io/yaml (YAML 1.1 as Go's yaml.v2 resolves it: `yes` is true, `0644` is octal, dates are text)
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { isLeft, left, right } from 'fp-ts/lib/Either.js';
import { LineCounter, isAlias, isMap, isNode, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Tags, YAMLError } from 'yaml';
import type { InputProblem } from './input-problem.ts';
import type { Path, SourceDocument } from './place.ts';
import { shownPath } from './place.ts';

export interface SourceFile {
  /** As the user named it. */
  readonly file: string;
  readonly text: string;
}

const offsetOf = (node: unknown): number | undefined => (isNode(node) && node.range ? node.range[0] : undefined);
const keyText = (key: unknown): string => String(isScalar(key) ? key.value : key);

/** The child that a part of a path leads to, and where its key (or list item) begins. */
const descend = (document: Document, parent: unknown, part: string | number): { readonly node: unknown; readonly offset: number | undefined } | undefined => {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isSeq(node)) {
    const item = node.items[Number(part)];
    return item === undefined ? undefined : { node: item, offset: offsetOf(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => keyText(key) === String(part));
  return pair === undefined ? undefined : { node: pair.value, offset: offsetOf(pair.key) };
};

const lineFinder = (document: Document, lines: LineCounter) => (path: Path): number | undefined => {
  let node: unknown = document.contents;
  let offset = offsetOf(node);
  for (const part of path) {
    const found = descend(document, node, part);
    if (found === undefined) break;
    node = found.node;
    offset = found.offset ?? offset;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
};

/** The path of the key that begins at an offset. */
const pathOfKey = (node: unknown, offset: number): Path | undefined => {
  if (isSeq(node)) return firstPath(node.items.map((item, i) => [i, item] as const), offset);
  if (!isMap(node)) return undefined;
  const here = node.items.find(({ key }) => offsetOf(key) === offset);
  return here === undefined ? firstPath(node.items.map(({ key, value }) => [keyText(key), value] as const), offset) : [keyText(here.key)];
};

const firstPath = (children: readonly (readonly [string | number, unknown])[], offset: number): Path | undefined => {
  for (const [part, child] of children) {
    const below = pathOfKey(child, offset);
    if (below !== undefined) return [part, ...below];
  }
  return undefined;
};

const firstLineOf = (message: string): string => (message.split('\n')[0] as string).replace(/ at line \d+, column \d+:?$/, '');

const problemOf = (file: string, number: number, document: Document, error: YAMLError): InputProblem => {
  const place = { file, document: number, ...(error.linePos === undefined ? {} : { line: error.linePos[0].line }) };
  const path = error.code === 'DUPLICATE_KEY' ? pathOfKey(document.contents, error.pos[0]) : undefined;
  if (path === undefined) return { ...place, message: `Expected YAML. Instead, received text that does not parse: ${firstLineOf(error.message)}` };
  return { ...place, path: shownPath(path), message: `Expected every key of a mapping once. Instead, received "${path.at(-1)}" a second time.` };
};

/** Why: Go's yaml.v2 leaves dates and sexagesimal numbers (`1:30`) as text. */
const likeGo = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || (tag.tag !== 'tag:yaml.org,2002:timestamp' && !('format' in tag && tag.format === 'TIME')));

/** What a document says. Errors: an alias without an anchor, or aliases that would blow up to more than a person can have meant. */
const valueOf = (file: string, number: number, document: Document, lines: LineCounter): Either<InputProblem, unknown> => {
  try {
    return right(document.toJS() as unknown);
  } catch (thrown) {
    const line = lineFinder(document, lines)([]);
    const message = thrown instanceof Error ? firstLineOf(thrown.message) : String(thrown);
    return left({ file, document: number, ...(line === undefined ? {} : { line }), message: `Expected YAML. Instead, received text that does not resolve: ${message}` });
  }
};

/** Every document that is not empty, with merge keys; duplicate keys are refused. */
export const readDocuments = ({ file, text }: SourceFile): Either<readonly InputProblem[], readonly SourceDocument[]> => {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, merge: true, uniqueKeys: true, version: '1.1', customTags: likeGo });
  const documents = (Array.isArray(parsed) ? parsed : []) as readonly Document[];
  const unparsed = documents.flatMap((document, i) => document.errors.map((error) => problemOf(file, i + 1, document, error)));
  if (unparsed.length > 0) return left(unparsed);
  const values = documents.map((document, i) => valueOf(file, i + 1, document, lines));
  const unresolved = values.flatMap((value) => (isLeft(value) ? [value.left] : []));
  if (unresolved.length > 0) return left(unresolved);
  return right(values.flatMap((value, i): readonly SourceDocument[] => (isLeft(value) || value.right === null || value.right === undefined ? []
    : [{ file, document: i + 1, value: value.right, lineOf: lineFinder(documents[i] as Document, lines) }])));
};
