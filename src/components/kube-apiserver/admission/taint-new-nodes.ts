/**
 * A new node takes no pods until it has said that it is ready.
 * Models: plugin/pkg/admission/nodetaint/admission.go
 */
import type { Node, Taint } from '../../../api/types.ts';
import { admitted, onCreateOf } from './plugin.ts';

const NOT_READY: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

export const taintNodesByCondition = onCreateOf('nodes', 'TaintNodesByCondition', (object) => {
  const node = object as Node;
  const taints = node.spec?.taints ?? [];
  return admitted(taints.some((taint) => taint.key === NOT_READY.key && taint.effect === NOT_READY.effect) ? node
    : { ...node, spec: { ...node.spec, taints: [...taints, NOT_READY] } });
});
