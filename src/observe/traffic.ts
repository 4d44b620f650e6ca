/** Who sends how much to whom: the messages that were delivered, by route. */
import type { Observable } from 'rxjs';
import { map, reduce } from 'rxjs';
import { compareStrings } from '../base/order.ts';
import type { StepRecord } from '../kernel/step.ts';
import type { ActorId } from '../kernel/transition.ts';

export interface Traffic {
  readonly from: ActorId;
  readonly to: ActorId;
  readonly messages: number;
}

const count = (routes: Map<string, Traffic>, { step }: StepRecord): Map<string, Traffic> => {
  if (step.kind !== 'deliver') return routes;
  const { from, to } = step;
  const route = `${from} ${to}`;
  return routes.set(route, { from, to, messages: (routes.get(route)?.messages ?? 0) + 1 });
};

/** One list when the records end, by sender and receiver; what an actor sends itself is left out. */
export const trafficOf = (records: Observable<StepRecord>): Observable<readonly Traffic[]> => records.pipe(
  reduce(count, new Map<string, Traffic>()),
  map((routes) => [...routes.values()].filter(({ from, to }) => from !== to)
    .sort((a, b) => compareStrings(a.from, b.from) || compareStrings(a.to, b.to))),
);
