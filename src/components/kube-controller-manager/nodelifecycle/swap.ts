/**
 * A swap of taints as a plan: read, add, read, remove, each write retried on conflict.
 * Models: pkg/controller/util/node/controller_utils.go SwapNodeControllerTaint
 */
import type { Node } from '../../../api/types.ts';
import type { Answer } from '../../../client/controller.ts';
import { errorOf, objectOf } from '../../../client/controller.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { isRefusedAs } from '../pod-control/errors.ts';
import type { TaintSwap } from './taints.ts';
import { addRequest, readNode, removeRequest } from './taints.ts';

type Part = 'add' | 'remove';

export interface SwapStage {
  readonly kind: 'swap';
  readonly node: string;
  readonly swap: TaintSwap;
  readonly part: Part;
  readonly doing: 'read' | 'write';
  readonly tries: number;
}

export type SwapNext =
  | { readonly kind: 'ask'; readonly request: ApiRequest; readonly stage: SwapStage }
  | { readonly kind: 'swapped' }
  | { readonly kind: 'failed'; readonly error: string };

/** updateTaintBackoff.Steps. */
const MAX_TRIES = 5;

const read = (stage: SwapStage): SwapNext => ({ kind: 'ask', request: readNode(stage.node, stage.tries > 0), stage: { ...stage, doing: 'read' } });

const startPart = (node: string, swap: TaintSwap, part: Part): SwapNext => read({ kind: 'swap', node, swap, part, doing: 'read', tries: 0 });

export const startSwap = (node: string, swap: TaintSwap): SwapNext => {
  if (swap.add.length > 0) return startPart(node, swap, 'add');
  return swap.remove.length > 0 ? startPart(node, swap, 'remove') : { kind: 'swapped' };
};

const afterPart = (stage: SwapStage): SwapNext =>
  (stage.part === 'add' && stage.swap.remove.length > 0 ? startPart(stage.node, stage.swap, 'remove') : { kind: 'swapped' });

const write = (stage: SwapStage, node: Node, nowMs: number): SwapNext => {
  const request = stage.part === 'add' ? addRequest(node, stage.swap.add, nowMs) : removeRequest(node, stage.swap.remove);
  return request === undefined ? afterPart(stage) : { kind: 'ask', request, stage: { ...stage, doing: 'write' } };
};

export const resumeSwap = (stage: SwapStage, answer: Answer, nowMs: number): SwapNext => {
  const error = errorOf(answer);
  if (error === undefined) return stage.doing === 'read' ? write(stage, objectOf(answer) as Node, nowMs) : afterPart(stage);
  const mayRetry = stage.doing === 'write' && isRefusedAs(answer, 'Conflict') && stage.tries + 1 < MAX_TRIES;
  return mayRetry ? read({ ...stage, tries: stage.tries + 1 }) : { kind: 'failed', error };
};
