/** kubectl-shaped commands against the reference model: agreement when the cluster has come to rest, at either pace, and a short list where it lies. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitrarySchedule, kubectlCluster, kubectlCommands } from '../../src/testing/index.ts';
import type { KubectlCommand } from '../../src/testing/index.ts';

const cluster = kubectlCluster();

const check = (pace: 'settled' | 'in-motion', numRuns: number): void => {
  fc.assert(fc.property(kubectlCommands({ pace, maxCommands: 6 }), arbitrarySchedule(), (commands, schedule) => cluster.run(commands, schedule)), { numRuns });
};

describe('a cluster of default components', () => {
  it('agrees with the model after every command', () => check('settled', 5));
  it('agrees with the model at the end, commands having come while it was busy', () => check('in-motion', 8));
});

describe('the model', () => {
  it('expects kubectl to refuse what is not there, and what is there already', () => {
    const session = cluster.session();
    const model = { desired: new Map(), fails: [] as boolean[] };
    session.type({ kind: 'scale', target: { resource: 'deployments.apps', namespace: 'default', name: 'none' }, replicas: 1 });
    model.fails.push(false);
    expect(() => session.settle(model)).toThrow('Expected the cluster to come to be as asked. Instead, kubectl said "Error from server (NotFound): deployments.apps "none" not found" where the command was to succeed');
    model.fails[0] = true;
    session.settle(model);
  });

  it('notices a cluster that does otherwise', () => {
    const session = cluster.session();
    const desired = { kind: 'Deployment', name: 'web', replicas: 2, image: 'example/server:1', labels: {} } as const;
    expect(() => session.settle({ desired: new Map([['Deployment/web', desired]]), fails: [] })).toThrow('Deployment/web is not there');
  });
});

describe('a cluster that lies', () => {
  const broken = (variant: string): fc.RunDetails<[Iterable<KubectlCommand>]> => {
    const lying = kubectlCluster({ variants: [variant], maxSteps: 3000 });
    return fc.check(fc.property(kubectlCommands({ maxCommands: 3, kinds: ['Deployment'], maxWorkloads: 1 }), (commands) => lying.run(commands)), { numRuns: 30 });
  };

  it('is shown by the fewest commands', () => {
    const { counterexample, errorInstance } = broken('deployment-never-grows');
    // One to make it, and at most one to change its size.
    expect(fc.stringify(counterexample)).toMatch(/^\[(apply|create) Deployment default\/w0 replicas=[012](,(apply|scale) [^,]*)?( \/\*|\])/);
    expect(String(errorInstance)).toMatch(/Expected the cluster to come to be as asked\. Instead, .*the number of pods of Deployment\/w0 is \d, expected \d/);
  });
});
