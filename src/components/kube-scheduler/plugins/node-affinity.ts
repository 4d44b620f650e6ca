/**
 * NodeAffinity: `spec.nodeSelector`, required and preferred node affinity.
 * Models: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go
 * Not modelled: addedAffinity of the plugin's configuration.
 */
import { matchesNodeAffinity } from '../../../api/node-affinity.ts';
import { ACTION } from '../framework/cluster-event.ts';
import { nodeRequirements } from '../framework/node-selector.ts';
import type { NodeRequirements } from '../framework/node-selector.ts';
import { defaultNormalize, definePlugin, ready, rejected, skip } from '../framework/plugin.ts';
import { unresolvable } from '../framework/status.ts';

const mismatch = unresolvable('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
const conflict = unresolvable('NodeAffinity', 'pod affinity terms conflict');

export const nodeAffinity = definePlugin<NodeRequirements, NodeRequirements>({
  name: 'NodeAffinity',
  events: [{
    resource: 'Node', action: ACTION.add | ACTION.nodeLabel,
    hint: ({ spec }, before, after) =>
      (after !== undefined && matchesNodeAffinity(spec, after) && (before === undefined || !matchesNodeAffinity(spec, before)) ? 'queue' : 'skip'),
  }],
  preFilter: ({ pod }) => {
    const requirements = nodeRequirements(pod.pod.spec);
    if (requirements.required === undefined) return skip;
    if (requirements.names === undefined) return ready(requirements);
    return requirements.names.length === 0 ? rejected(conflict) : { kind: 'ready', state: requirements, nodes: requirements.names };
  },
  filter: ({ required }, _, node) => (node.node !== undefined && (required === undefined || required(node.node)) ? undefined : mismatch),
  preScore: ({ pod }) => {
    const requirements = nodeRequirements(pod.pod.spec);
    return requirements.preferred.length === 0 ? skip : ready(requirements);
  },
  score: ({ preferred }, _, { node }) => preferred.reduce((sum, { weight, test }) => (node !== undefined && test(node) ? sum + weight : sum), 0),
  normalize: (_, scores) => defaultNormalize(scores, false),
});
