/** The statecharts of the client machinery: for the docs' pictures, and for the property that compiled and interpreted machines agree. */
import type { HostEvent } from './host/machine.ts';
import { hostChart } from './host/machine.ts';
import type { ElectionEvent } from './leader-election/machine.ts';
import { electionChart } from './leader-election/machine.ts';
import type { ReflectorEvent } from './reflector/machine.ts';
import { reflectorChart } from './reflector/machine.ts';
import type { WorkerEvent } from './workers/machine.ts';
import { workerChart } from './workers/machine.ts';

export const clientMachines = [reflectorChart, workerChart, electionChart, hostChart] as const;

const reflectorEvents: readonly ReflectorEvent[] = [
  { type: 'start' }, { type: 'stop' }, { type: 'listed' }, { type: 'unavailable' }, { type: 'absent' }, { type: 'failed' }, { type: 'event' }, { type: 'ended' },
  { type: 'refused' }, { type: 'timer' },
];
const workerEvents: readonly WorkerEvent[] = [
  { type: 'take' }, { type: 'ask' }, { type: 'answer', last: true }, { type: 'answer', last: false }, { type: 'succeed' }, { type: 'fail', giveUp: true },
  { type: 'fail', giveUp: false },
];
const electionEvents: readonly ElectionEvent[] = [
  { type: 'start' }, { type: 'timer', valid: true }, { type: 'timer', valid: false }, { type: 'deadline' }, { type: 'missing' }, { type: 'held' }, { type: 'free' },
  { type: 'written' }, { type: 'error' },
];
const hostEvents: readonly HostEvent[] = [{ type: 'start', elects: true }, { type: 'start', elects: false }, { type: 'lead' }, { type: 'lose' }];

/** Of each machine, by its id: events that make every guard say yes and no. */
export const sampleEvents: Readonly<Record<string, readonly { readonly type: string }[]>> = {
  [reflectorChart.id]: reflectorEvents, [workerChart.id]: workerEvents, [electionChart.id]: electionEvents, [hostChart.id]: hostEvents,
};
