/** The kinds' types: what callers may rely on without a check. */
import { describe, expect, it } from 'vitest';
import type { UnknownObject } from '../../src/api/object.ts';
import type { Deployment, Node, Pod } from '../../src/api/types.ts';

const pod: Pod = {
  apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-0', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx', restartPolicyRules: [{ action: 'Restart' }] }], resources: { requests: { cpu: '1' } } },
  status: { phase: 'Running', observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True', observedGeneration: 1 }] },
};

describe('types', () => {
  it('metadata and spec are always there, and v1.34 fields are known', () => {
    const name: string = pod.metadata.name;
    const first: string | undefined = pod.spec.containers[0]?.name;
    expect([name, first]).toEqual(['web-0', 'c']);
  });

  it('a typed object is an unknown object', () => {
    const unknownObject: UnknownObject = pod;
    expect(unknownObject['kind']).toBe('Pod');
  });

  it('is readonly all the way down', () => {
    // @ts-expect-error readonly
    const mutate = (p: Pod): void => { p.spec.containers[0]!.name = 'x'; };
    // @ts-expect-error no such field
    const wrong = (d: Deployment): unknown => d.spec.replica;
    const ok = (n: Node): string | undefined => n.status?.nodeInfo?.kubeletVersion;
    expect([mutate, wrong, ok]).toHaveLength(3);
  });
});
