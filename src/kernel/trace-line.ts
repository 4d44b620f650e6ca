/** One line of trace for a step, in fixed columns: `#000042 t=12.340s  deliver  kube-apiserver -> kubelet/n1   watch MODIFIED pods default/web-0`. */
import { unreachable } from '../base/assert.ts';
import type { Step, StepRecord } from './step.ts';

const routeWidth = 52;

const route = (step: Step): string => {
  switch (step.kind) {
    case 'deliver': return `${step.from} -> ${step.to}`;
    case 'inject': return `-> ${step.to}`;
    case 'cut': return `${step.a} -- ${step.b}`;
    case 'heal': return `${step.a} -- ${step.b}`;
    case 'reset': return `${step.a} -- ${step.b}`;
    case 'fire': return step.actor;
    case 'crash': return step.actor;
    case 'restart': return step.actor;
    case 'skew': return step.actor;
    default: return unreachable(step);
  }
};

const detail = (record: StepRecord, describe: (body: unknown) => string): string => {
  const { step, input } = record;
  if (input?.kind === 'disconnected') return `disconnected ${input.channel}`;
  switch (step.kind) {
    case 'deliver': return input?.kind === 'message' ? describe(input.body) : '';
    case 'inject': return describe(step.body);
    case 'fire': return step.key;
    case 'reset': return step.channel;
    case 'skew': return `offset ${step.offsetMs}ms rate ${step.rate}`;
    default: return '';
  }
};

/** `startMs`: what t=0 stands for. `describe` says a message in a few words; the kernel knows no messages. */
export const traceLine = (record: StepRecord, startMs: number, describe: (body: unknown) => string): string => {
  const index = `#${String(record.index).padStart(6, '0')}`;
  const time = `t=${((record.nowMs - startMs) / 1000).toFixed(3)}s`;
  return `${index} ${time.padEnd(11)} ${record.step.kind.padEnd(8)} ${route(record.step).padEnd(routeWidth)} ${detail(record, describe)}`.trimEnd();
};
