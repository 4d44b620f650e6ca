/** An explanation as text: a number, the time since the user's command, who to whom, and what. */
import { compareStrings } from '../../base/order.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { FlowLine } from './flow.ts';

const routeWidth = 42;

/** Actors of one kind are counted: `kube-proxy on 3 nodes`. */
const receivers = (to: readonly ActorId[]): string => {
  const kinds = [...new Set(to.map((actor) => actor.split('/')[0] as string))].sort(compareStrings);
  return kinds.map((kind) => {
    const own = to.filter((actor) => actor.split('/')[0] === kind);
    return own.length === 1 ? own[0] as string : `${kind} on ${own.length} nodes`;
  }).join(', ');
};

const printLine = ({ atMs, from, to, text }: FlowLine, index: number, beganMs: number): string => {
  const number = String(index + 1).padStart(3);
  const time = `${((atMs - beganMs) / 1000).toFixed(3)}s`.padStart(8);
  const route = to.length === 0 ? from : `${from} -> ${receivers(to)}`;
  return `${number}  ${time}  ${route.padEnd(routeWidth)}  ${text}`;
};

/** One line per step; '' when there are none. */
export const printFlow = (lines: readonly FlowLine[]): string => {
  const beganMs = lines[0]?.atMs ?? 0;
  return lines.map((line, index) => printLine(line, index, beganMs)).join('\n');
};
