/**
 * The plugins that look at one field of the node: NodeName, NodeUnschedulable, TaintToleration.
 * Models: pkg/scheduler/framework/plugins/{nodename,nodeunschedulable,tainttoleration}
 */
import { tolerationOf, untoleratedTaint } from '../../../api/tolerations.ts';
import type { Node, Pod, Taint, Toleration } from '../../../api/types.ts';
import type { KubeObject } from '../../../api/object.ts';
import { ACTION } from '../framework/cluster-event.ts';
import { defaultNormalize, definePlugin, ready } from '../framework/plugin.ts';
import { interned, unresolvable } from '../framework/status.ts';

const wrongName = unresolvable('NodeName', "node(s) didn't match the requested node name");

export const nodeName = definePlugin({
  name: 'NodeName',
  events: [{ resource: 'Node', action: ACTION.add }],
  filter: (_, { pod }, node) => {
    const wanted = pod.pod.spec.nodeName;
    return wanted === undefined || wanted === '' || wanted === node.name ? undefined : wrongName;
  },
});

const UNSCHEDULABLE_TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const isCordonTolerated = ({ spec }: Pod): boolean => tolerationOf(spec.tolerations, UNSCHEDULABLE_TAINT) !== undefined;
const cordoned = unresolvable('NodeUnschedulable', 'node(s) were unschedulable');
const nodeOf = (object: KubeObject | undefined): Node | undefined => object as Node | undefined;

export const nodeUnschedulable = definePlugin({
  name: 'NodeUnschedulable',
  events: [
    {
      resource: 'Node', action: ACTION.add | ACTION.nodeTaint,
      hint: (_, before, after) => (nodeOf(after)?.spec.unschedulable !== true && (before === undefined || nodeOf(before)?.spec.unschedulable === true) ? 'queue' : 'skip'),
    },
    {
      resource: 'Pod', action: ACTION.podToleration,
      hint: (pod, _, after) => (pod.metadata.uid === after?.metadata.uid && isCordonTolerated(after as Pod) ? 'queue' : 'skip'),
    },
  ],
  filter: (_, { pod }, node) =>
    (node.node?.spec.unschedulable !== true || isCordonTolerated(pod.pod) ? undefined : cordoned),
});

const tainted = interned((text) => unresolvable('TaintToleration', `node(s) had untolerated taint {${text}}`));
const prefers = (toleration: Toleration): boolean => toleration.effect === undefined || toleration.effect === '' || toleration.effect === 'PreferNoSchedule';

export const taintToleration = definePlugin<undefined, readonly Toleration[]>({
  name: 'TaintToleration',
  events: [
    {
      resource: 'Node', action: ACTION.add | ACTION.nodeTaint,
      hint: (pod, before, after) => {
        const blocked = (node: Node | undefined): boolean => untoleratedTaint(node?.spec.taints ?? [], pod.spec.tolerations) !== undefined;
        return !blocked(nodeOf(after)) && (before === undefined || blocked(nodeOf(before))) ? 'queue' : 'skip';
      },
    },
    { resource: 'Pod', action: ACTION.podToleration, hint: (pod, _, after) => (pod.metadata.uid === after?.metadata.uid ? 'queue' : 'skip') },
  ],
  filter: (_, { pod }, node) => {
    if (node.taints.length === 0) return undefined;
    const taint = untoleratedTaint(node.taints, pod.pod.spec.tolerations);
    return taint === undefined ? undefined : tainted(`${taint.key}: ${taint.value ?? ''}`);
  },
  preScore: ({ pod }) => ready((pod.pod.spec.tolerations ?? []).filter(prefers)),
  score: (tolerations, _, node) => {
    let intolerable = 0;
    for (const taint of node.taints) if (taint.effect === 'PreferNoSchedule' && tolerationOf(tolerations, taint) === undefined) intolerable += 1;
    return intolerable;
  },
  normalize: (_, scores) => defaultNormalize(scores, true),
});
