import { describe, expect, it } from 'vitest';
import { strategyOf } from '../../src/api/strategy.ts';
import { resourceByKind } from '../../src/api/resources.ts';
import { checkSchema } from '../../src/api/schema/check-schema.ts';
import { bootstrapObjects, storedEntries } from '../../src/components/kube-apiserver/bootstrap/bootstrap-objects.ts';
import { START_MS, startBench } from './bench.ts';

describe('bootstrap objects', () => {
  it('are objects that the server itself would accept', () => {
    for (const object of bootstrapObjects(START_MS)) {
      const info = resourceByKind(object.apiVersion, object.kind);
      expect(checkSchema(object, { strict: true }), object.metadata.name).toEqual([]);
      expect(strategyOf(info?.id ?? '').validateCreate(object), object.metadata.name).toEqual([]);
    }
  });

  it('have keys of their own, and hold the address of the kubernetes service', () => {
    const keys = bootstrapObjects(START_MS).flatMap(storedEntries).map((entry) => entry.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain('/registry/namespaces/kube-system');
    expect(keys).toContain('/registry/services/specs/default/kubernetes');
    expect(keys).toContain('/registry/ipaddresses/10.96.0.1');
    expect(keys).toContain('/registry/clusterroles/system:controller:deployment-controller');
  });

  it('are served', () => {
    const bench = startBench();
    expect(bench.object({ verb: 'get', resource: 'services', namespace: 'default', name: 'kubernetes' })).toMatchObject({ spec: { clusterIP: '10.96.0.1' } });
    expect(bench.object({ verb: 'get', resource: 'priorityclasses.scheduling.k8s.io', name: 'system-node-critical' })).toMatchObject({ value: 2_000_001_000 });
  });
});
