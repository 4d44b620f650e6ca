/**
 * What a chooser is offered while some links are held back: all but their messages, until nothing else can go on within the lag bound; then theirs
 * too. So a held link lags, by as much as the bound allows, and is no less legal a run: the schedule alone tells it.
 */
import { compareNumbers } from '../../base/order.ts';
import type { Offered } from '../../kernel/chooser.ts';
import type { LinkName, Step } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';

type Deliver = Step & { readonly kind: 'deliver' };

const isDelivery = (step: Step): step is Deliver => step.kind === 'deliver';

const nameOf = ({ from, to, channel }: LinkName): string => `${from} ${to} ${channel}`;

/** The free step that is due first; ties by the order of offers. */
const earliestOf = (world: World, free: readonly Step[]): Step | undefined => {
  const heads = new Map<string, number>();
  for (const message of world.undelivered()) if (!heads.has(nameOf(message))) heads.set(nameOf(message), message.dueMs);
  const [first] = free.filter(isDelivery).map((step) => ({ step, dueMs: heads.get(nameOf(step)) ?? Infinity })).sort((a, b) => compareNumbers(a.dueMs, b.dueMs));
  const timer = free.find((step) => step.kind === 'fire');
  if (first === undefined || timer === undefined) return first?.step ?? timer;
  const dueMs = world.timers().find(({ actor, key }) => actor === timer.actor && key === timer.key)?.dueMs ?? Infinity;
  return first.dueMs <= dueMs ? first.step : timer;
};

/** A view that is good until the next step is taken. */
export const withoutHeld = (world: World, offered: Offered, isHeld: (link: LinkName) => boolean): Offered => {
  const isFree = (step: Step): boolean => !isDelivery(step) || !isHeld(step);
  const free: Step[] = [];
  const { count } = offered;
  for (let i = 0; i < count; i += 1) if (isFree(offered.at(i))) free.push(offered.at(i));
  if (free.length === count || free.length === 0) return offered;
  return {
    count: free.length,
    at: (i) => {
      const step = free[i];
      if (step === undefined) throw new RangeError(`offered: expected 0 <= i < ${free.length}, found ${i}`);
      return step;
    },
    earliest: () => earliestOf(world, free),
    oldest: () => offered.oldestWhere(isFree),
    oldestWhere: (isWanted) => offered.oldestWhere((step) => isFree(step) && isWanted(step)),
  };
};
