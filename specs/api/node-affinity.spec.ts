/** Which nodes a pod's node selector and node affinity let it run on, by example. */
import { describe, expect, it } from 'vitest';
import { matchesNodeAffinity, nodeAffinityTests } from '../../src/api/node-affinity.ts';
import type { NodeSelectorTerm, PodSpec } from '../../src/api/types.ts';

const node = { metadata: { name: 'n1', labels: { zone: 'a', cores: '8' } } };
const required = (...nodeSelectorTerms: readonly NodeSelectorTerm[]): PodSpec =>
  ({ containers: [], affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } });
const expression = (key: string, operator: string, ...values: readonly string[]): NodeSelectorTerm => ({ matchExpressions: [{ key, operator, values }] });
const named = (operator: string, ...values: readonly string[]): NodeSelectorTerm => ({ matchFields: [{ key: 'metadata.name', operator, values }] });

describe('node affinity', () => {
  it('asks nothing of a node when the pod says nothing', () => {
    expect(nodeAffinityTests({ containers: [] }).required).toBeUndefined();
    expect(matchesNodeAffinity({ containers: [] }, { metadata: { name: 'bare' } })).toBe(true);
  });
  it('wants every label of the node selector', () => {
    expect(matchesNodeAffinity({ containers: [], nodeSelector: { zone: 'a' } }, node)).toBe(true);
    expect(matchesNodeAffinity({ containers: [], nodeSelector: { zone: 'a', disk: 'ssd' } }, node)).toBe(false);
  });
  it.each([
    [expression('zone', 'In', 'a', 'b'), true], [expression('zone', 'NotIn', 'a'), false], [expression('disk', 'NotIn', 'ssd'), true],
    [expression('zone', 'Exists'), true], [expression('zone', 'DoesNotExist'), false], [expression('toString', 'Exists'), false],
    [expression('cores', 'Gt', '7'), true], [expression('cores', 'Lt', '8'), false], [expression('zone', 'Gt', '7'), false],
    [named('In', 'n1'), true], [named('NotIn', 'n1'), false], [named('In', 'n2'), false],
  ])('%j: %s', (term, matches) => {
    expect(matchesNodeAffinity(required(term), node)).toBe(matches);
  });
  it('lets nothing match a term that is empty or malformed', () => {
    const terms = [{}, expression('zone', 'Like', 'a'), expression('zone', 'NotIn'), expression('cores', 'Gt', 'x'), named('In', 'n1', 'n2'), named('Exists')];
    expect(terms.map((term) => matchesNodeAffinity(required(term), node))).toEqual(terms.map(() => false));
    expect(matchesNodeAffinity(required(), node)).toBe(false);
  });
  it('needs one term whole, and the node selector as well', () => {
    const half = { ...expression('zone', 'In', 'a'), ...named('In', 'n2') };
    expect(matchesNodeAffinity(required(half), node)).toBe(false);
    expect(matchesNodeAffinity(required(half, expression('zone', 'Exists')), node)).toBe(true);
    expect(matchesNodeAffinity({ ...required(expression('zone', 'Exists')), nodeSelector: { zone: 'b' } }, node)).toBe(false);
  });
  it('weighs what is preferred, and leaves out what weighs or asks nothing', () => {
    const preference = expression('zone', 'In', 'a');
    const spec: PodSpec = {
      containers: [], affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, preference }, { weight: 0, preference }, { weight: 7, preference: {} }] } },
    };
    expect(nodeAffinityTests(spec).preferred.map(({ weight, test }) => [weight, test(node)])).toEqual([[5, true]]);
  });
  it('is compiled once per spec', () => {
    const spec = required(expression('zone', 'Exists'));
    expect(nodeAffinityTests(spec)).toBe(nodeAffinityTests(spec));
  });
});
