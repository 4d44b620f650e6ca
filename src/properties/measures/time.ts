/** time: how much simulated time passes from when the user's commands are handed over until all is settled, each message within the lag bound. */
import type { Measure } from './measure.ts';

export const time: Measure = {
  id: 'time', unit: 'simulated ms', kind: 'total',
  statement: 'How much simulated time passes until every workload stands at its desired state.',
  gauge: ({ nowMs: sinceMs }) => ({ interest: {}, step: () => undefined, value: ({ nowMs }) => nowMs - sinceMs }),
};
