/**
 * JSON patches: lists of operations, all of which apply or none.
 * Models: RFC 6902; github.com/evanphx/json-patch v4 as the API server uses it, whose messages these are
 */
import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';
import type { Operation } from 'rfc6902';
import { applyPatch } from 'rfc6902';
import { deepCopy, goText, isList, isMap } from './json-value.ts';

const NAMES: ReadonlySet<unknown> = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

const isOperation = (value: unknown): value is Operation =>
  isMap(value) && NAMES.has(value['op']) && typeof value['path'] === 'string'
  && (value['path'] === '' || value['path'].startsWith('/'))
  && (!['move', 'copy'].includes(String(value['op'])) || typeof value['from'] === 'string');

const lastToken = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replaceAll('~1', '/').replaceAll('~0', '~');

const failure = (operation: Operation, kind: string): string => {
  const { op, path } = operation;
  if (op === 'test') return `testing value ${path} failed: test failed`;
  if (kind === 'InvalidOperationError') return `Unexpected kind: ${op}`;
  switch (op) {
    case 'add': return `add operation does not apply: doc is missing path: "${path}": missing value`;
    case 'remove': return `error in remove for path: '${path}': Unable to remove nonexistent key: ${lastToken(path)}: missing value`;
    case 'replace': return `replace operation does not apply: doc is missing key: ${path}: missing value`;
    case 'move': case 'copy': return `${op} operation does not apply: doc is missing from path: ${operation.from}: missing value`;
  }
};

/** The patched document; `doc` is not changed. Errors: the message of the first operation that does not apply. */
export const applyJsonPatch = (doc: unknown, patch: unknown): Either<string, unknown> => {
  if (!isList(patch)) return left('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  const holder = { doc: deepCopy(doc) };
  for (const operation of patch) {
    if (!isOperation(operation)) return left(`Unexpected kind: ${isMap(operation) ? goText(operation['op'] ?? 'unknown') : goText(operation)}`);
    const [error] = applyPatch(holder, [rooted(operation)]);
    if (error !== null && error !== undefined) return left(failure(operation, error.name));
  }
  return right(holder.doc);
};

/** Why a holder: the empty path names the whole document, which an operation may replace. */
const rooted = (operation: Operation): Operation => {
  const copied = deepCopy(operation) as Operation;
  return 'from' in copied ? { ...copied, path: `/doc${copied.path}`, from: `/doc${copied.from}` } : { ...copied, path: `/doc${copied.path}` };
};
