/**
 * Minimised staleness: whose copy of what was behind when it acted, and how little of that suffices. The run is replayed with the copy kept fresh: what is
 * undelivered to it is delivered before each step of the actor, but for a lag of so many messages. With a lag of 0 the property holds; the smallest
 * lag with which it breaks is the staleness that suffices.
 */
import type { LinkName, Step } from '../../kernel/step.ts';
import type { ActorId } from '../../kernel/transition.ts';
import type { World } from '../../kernel/world.ts';
import type { Pilot } from '../pilot.ts';
import { isSpent } from '../shrink/shrink-options.ts';
import type { ShrunkRun } from '../shrink/shrink-run.ts';
import { nameOf } from '../shrink/step-name.ts';
import { actorOf } from '../strategies/chain.ts';
import type { CacheInsight, Subject } from '../subject.ts';
import { alongList, isBrokenBy } from './replays.ts';
import type { ExplainOptions } from './replays.ts';

export interface Staleness {
  readonly actor: ActorId;
  /** What it keeps a copy of. */
  readonly what: string;
  /** The last step of the shrunk run, counted from 1, that the actor took with a copy that was behind. */
  readonly at: number;
  /** The version at which the copy stood then, and that of the newest state there was. */
  readonly stoodAt: number;
  readonly newest: number;
  /** Messages that were undelivered to the copy then. */
  readonly behind: number;
  /** The smallest lag, in messages, with which the property still breaks. */
  readonly enough: number;
}

type Delivery = Step & { readonly kind: 'deliver' };

interface Stale {
  readonly link: Delivery;
  readonly what: string;
  readonly at: number;
  readonly stoodAt: number;
  readonly newest: number;
  readonly behind: number;
}

const deliveryOf = ({ from, to, channel }: LinkName): Delivery => ({ kind: 'deliver', from, to, channel });

/** What is undelivered and news to an actor, by link. */
const newsTo = (world: World, actor: ActorId, { brings }: CacheInsight): ReadonlyMap<string, { readonly link: Delivery; readonly what: string; readonly count: number }> => {
  const news = new Map<string, { readonly link: Delivery; readonly what: string; readonly count: number }>();
  for (const { from, to, channel, body, isDisconnect } of world.undelivered()) {
    const brought = to === actor && !isDisconnect ? brings({ from, to, channel }, body) : undefined;
    if (brought === undefined) continue;
    const link = deliveryOf({ from, to, channel });
    const name = nameOf(link) as string;
    news.set(name, { link, what: brought.what, count: (news.get(name)?.count ?? 0) + 1 });
  }
  return news;
};

/** Every link on which news waited while its actor did something else: how it stood at the last such step. Those of the latest steps first. */
const staleLinks = (subject: Subject, schedule: readonly Step[], insight: CacheInsight): readonly Stale[] => {
  const world = subject.world.fork();
  const atFirst = insight.newest(world);
  const stoodAt = new Map<string, number>();
  const stale = new Map<string, Stale>();
  schedule.forEach((step, i) => {
    const actor = actorOf(step);
    const isDown = actor === undefined || !world.isUp(actor);
    for (const [name, { link, what, count }] of isDown ? [] : newsTo(world, actor, insight)) {
      if (name === nameOf(step)) continue;
      stale.delete(name);
      stale.set(name, { link, what, at: i + 1, stoodAt: stoodAt.get(name) ?? atFirst, newest: insight.newest(world), behind: count });
    }
    const record = world.take(step);
    if (step.kind !== 'deliver' || record.input?.kind !== 'message') return;
    const brought = insight.brings(step, record.input.body);
    if (brought !== undefined) stoodAt.set(nameOf(step) as string, brought.version);
  });
  return [...stale.values()].reverse();
};

const countOn = (world: World, { from, to, channel }: Delivery): number =>
  world.undelivered().reduce((count, one) => count + (one.from === from && one.to === to && one.channel === channel ? 1 : 0), 0);

/** Before each step of the link's actor, but for deliveries of the link itself, what exceeds the lag is delivered. */
const freshened = (pilot: Pilot, world: World, link: Delivery, lag: number): Pilot => {
  let waiting: Step | undefined;
  return {
    ...pilot,
    next: () => {
      const step = waiting ?? pilot.next();
      waiting = undefined;
      if (step === undefined || actorOf(step) !== link.to || nameOf(step) === nameOf(link) || countOn(world, link) <= lag || !world.canTake(link)) return step;
      waiting = step;
      return link;
    },
  };
};

/** Most failures turn on one copy; of many that are behind, the latest are tried. */
const MAX_LINKS = 6;

/** Undefined: no copy was behind, or keeping it fresh averts nothing. */
export const findStaleness = ({ subject, schedule, matters, criticalPair }: ShrunkRun, options: ExplainOptions): Staleness | undefined => {
  const insight = subject.caches;
  if (insight === undefined) return undefined;
  const steps = schedule.slice(0, matters);
  const breaksAt = (link: Delivery, lag: number): boolean => isBrokenBy(subject, (world) => freshened(alongList(steps)(world), world, link, lag), options);
  const all = staleLinks(subject, steps, insight);
  const critical = criticalPair === undefined ? undefined : nameOf(criticalPair.second);
  const likely = [...all.filter(({ link }) => nameOf(link) === critical), ...all.filter(({ link }) => nameOf(link) !== critical)].slice(0, MAX_LINKS);
  for (const { link, ...found } of likely) {
    if (isSpent(options.effort)) return undefined;
    if (breaksAt(link, 0)) continue;
    for (let lag = 1; lag <= found.behind; lag += 1) if (breaksAt(link, lag)) return { actor: link.to, ...found, enough: lag };
  }
  return undefined;
};
