import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/api/object.ts';
import { resourceByKind } from '../../src/api/resources.ts';
import { decodeObject } from '../../src/api/schema/decode.ts';
import { fillSystemFields, strategyOf } from '../../src/api/strategy.ts';
import { formatFieldError } from '../../src/api/validation/field-error.ts';

const folder = resolve(import.meta.dirname, '../../../shared/manifests');

/** Decodes, defaults, prepares and checks one document as a create does. */
const errorsOf = (object: KubeObject): string[] => {
  const info = resourceByKind(object.apiVersion, object.kind);
  if (info === undefined) return [`unknown ${object.apiVersion} ${object.kind}`];
  const strategy = strategyOf(info.id);
  const filled = fillSystemFields(strategy.defaultsOf(decodeObject(object)), {
    name: object.metadata.name, uid: 'u', creationTimestamp: '1970-01-01T00:00:00Z', ...(info.namespaced ? { namespace: 'default' } : {}),
  });
  return strategy.validateCreate(strategy.prepareForCreate(filled, {})).map(formatFieldError);
};

describe('real manifests', () => {
  for (const name of ['online-boutique', 'guestbook', 'cassandra']) {
    const path = resolve(folder, `${name}.yaml`);
    it.skipIf(!existsSync(path))(`${name} is created without complaint`, () => {
      const objects = parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS() as KubeObject | null);
      for (const object of objects) if (object !== null) expect(errorsOf(object)).toEqual([]);
    });
  }
});
