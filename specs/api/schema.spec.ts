import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { checkSchema, decodingMessage } from '../../src/api/schema/check-schema.ts';
import { decodeObject } from '../../src/api/schema/decode.ts';

const deployment = (spec: object): object => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec });
const message = (spec: object): string | undefined => decodingMessage('apps/v1', 'Deployment', checkSchema(deployment(spec), { strict: true }));

describe('schema', () => {
  it('names unknown fields with their path', () => {
    const errors = checkSchema(deployment({ foo: 1, template: { spec: { containers: [{ name: 'a', imge: 'x' }] } } }), { strict: true });
    expect(errors.map((error) => error.path)).toEqual([['spec', 'foo'], ['spec', 'template', 'spec', 'containers', 0, 'imge']]);
    expect(decodingMessage('apps/v1', 'Deployment', errors)).toBe('Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.foo", unknown field "spec.template.spec.containers[0].imge"');
    expect(checkSchema(deployment({ foo: 1 }), { strict: false })).toEqual([]);
  });
  it('says what type was expected, as Go does', () => {
    expect(message({ replicas: 'three' })).toBe('Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32');
    expect(message({ replicas: 1.5 })).toContain('cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32');
    expect(message({ template: { spec: { containers: [{ env: [{ name: 'A', value: 1 }] }] } } })).toContain('cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string');
    expect(message({ template: { spec: { containers: {} } } })).toContain('cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container');
    expect(message({ selector: { matchLabels: ['a'] } })).toContain('cannot unmarshal array into Go struct field LabelSelector.spec.selector.matchLabels of type map[string]string');
    expect(decodingMessage('apps/v1', 'Deployment', checkSchema({ apiVersion: 'apps/v1', kind: 'Deployment', spec: 'x' }, { strict: true })))
      .toContain('cannot unmarshal string into Go struct field Deployment.spec of type v1.DeploymentSpec');
  });
  it('refuses malformed quantities', () => {
    const errors = checkSchema(deployment({ template: { spec: { containers: [{ resources: { limits: { cpu: 'lots' } } }] } } }), { strict: true });
    expect(errors[0]?.path).toEqual(['spec', 'template', 'spec', 'containers', 0, 'resources', 'limits', 'cpu']);
    expect(errors[0]?.message).toBe("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  });
  it('knows the fields of v1.34 and lets custom resources be', () => {
    expect(message({ template: { spec: { containers: [{ restartPolicyRules: [{ action: 'Restart' }] }], hostnameOverride: 'h' } } })).toBeUndefined();
    expect(checkSchema({ apiVersion: 'example.com/v1', kind: 'Thing', anything: 1 }, { strict: true })).toEqual([]);
  });
  it('decoding drops nulls and writes quantities as text', () => {
    const decoded = decodeObject(deployment({ replicas: null, template: { spec: { containers: [{ name: 'a', resources: { limits: { cpu: 1 } } }] } } }));
    expect(decoded).toEqual(deployment({ template: { spec: { containers: [{ name: 'a', resources: { limits: { cpu: '1' } } }] } } }));
    expect(decodeObject(decoded)).toBe(decoded);
  });
  const folder = resolve(import.meta.dirname, '../../../shared/manifests');
  for (const name of ['online-boutique', 'guestbook', 'cassandra']) {
    const path = resolve(folder, `${name}.yaml`);
    it.skipIf(!existsSync(path))(`finds nothing wrong with ${name}`, () => {
      for (const document of parseAllDocuments(readFileSync(path, 'utf8'))) {
        const object: unknown = document.toJS();
        expect(checkSchema(object, { strict: true })).toEqual([]);
      }
    });
  }
});
