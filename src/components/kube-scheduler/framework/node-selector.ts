/**
 * What a pod asks of its node, as the scheduler's plugins read it: compiled once per pod spec.
 * Models: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go PreFilter
 */
import { nodeAffinityTests } from '../../../api/node-affinity.ts';
import type { NodeAffinityTests } from '../../../api/node-affinity.ts';
import type { NodeSelectorTerm, PodSpec } from '../../../api/types.ts';
import { memoised } from '../../../base/memo.ts';
import { compareStrings, sortedEntries } from '../../../base/order.ts';

export interface NodeRequirements extends NodeAffinityTests {
  /** Equal texts, equal tests: what counts by node are memoised by. '' for any node. */
  readonly text: string;
  /** Node names that every term pins by `metadata.name`; undefined: not pinned. */
  readonly names: readonly string[] | undefined;
}

const pinnedNames = (terms: readonly NodeSelectorTerm[] | undefined): readonly string[] | undefined => {
  if (terms === undefined) return undefined;
  const names = new Set<string>();
  for (const term of terms) {
    let own: Set<string> | undefined;
    for (const field of term.matchFields ?? []) {
      if (field.key !== 'metadata.name' || field.operator !== 'In') continue;
      const listed = new Set(field.values ?? []);
      own = own === undefined ? listed : new Set([...own].filter((name) => listed.has(name)));
    }
    if (own === undefined) return undefined;
    for (const name of own) names.add(name);
  }
  return [...names].sort(compareStrings);
};

const compile = (spec: PodSpec): NodeRequirements => {
  const tests = nodeAffinityTests(spec);
  if (tests.required === undefined) return { ...tests, text: '', names: undefined };
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return { ...tests, text: JSON.stringify([sortedEntries(spec.nodeSelector ?? {}), terms ?? null]), names: pinnedNames(terms) };
};

export const nodeRequirements: (spec: PodSpec) => NodeRequirements = memoised(compile);
