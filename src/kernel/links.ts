/**
 * The undelivered messages of one world: a queue per link, and the orders in which choosers ask for their heads. Each order is built when it
 * is first asked for and kept current from then on, so a run pays only for the order that its chooser uses.
 */
import { BrokenInvariant } from '../base/assert.ts';
import { emptyFifo } from '../base/fifo.ts';
import type { Fifo } from '../base/fifo.ts';
import { highLane, lowLane } from '../base/hash.ts';
import { heapFrom, liveTop, pushHeap } from './heap.ts';
import type { Heap } from './heap.ts';
import { compareLinks, newLinkTable } from './link-table.ts';
import type { Link, LinkTable } from './link-table.ts';
import type { ActorId } from './transition.ts';

/** A message on its way. */
export interface Envelope {
  readonly link: Link;
  readonly body: unknown;
  /** The kernel's own message that the connection broke; `body` is undefined. */
  readonly isNotice: boolean;
  /** The step that sent it. */
  readonly cause: number;
  readonly sentMs: number;
  readonly dueMs: number;
  /** Position in the order of sending over all links. */
  readonly sequence: number;
  /** Of the body, once asked for; -1 before. */
  bodyHash: number;
}

/** Indexed by the number of a link: `queues`, `sent` (messages ever sent), `lastDue` (of the newest message), `notices` (undelivered ones), `hashes` (-1: stale). */
export interface Links {
  readonly table: LinkTable;
  readonly queues: Fifo<Envelope>[];
  readonly sent: number[];
  readonly lastDue: number[];
  readonly notices: number[];
  readonly hashes: number[];
  /** Indexed by connection: in use, in either direction, since it last broke. */
  readonly isOpen: boolean[];
  /** XOR of the hashes of open connections. */
  openHigh: number;
  openLow: number;
  /** Links that are not empty. */
  filled: number;
  undelivered: number;
  sequence: number;
  /** A lower bound on `sentMs` of what is undelivered, exact while `oldestKnown` > 0. */
  oldestMs: number;
  oldestKnown: number;
  byName: Link[] | undefined;
  byAge: { items: Envelope[]; front: number } | undefined;
  byDue: Heap<Envelope> | undefined;
}

export const newLinks = (actors: readonly ActorId[]): Links => ({
  table: newLinkTable(actors), queues: [], sent: [], lastDue: [], notices: [], hashes: [], isOpen: [], openHigh: 0, openLow: 0,
  filled: 0, undelivered: 0, sequence: 0, oldestMs: 0, oldestKnown: 0, byName: undefined, byAge: undefined, byDue: undefined,
});

/** Copies flat arrays only. Why not `byAge` and `byDue`: a fork is taken to explore, and explorers ask by name. */
export const forkLinks = (links: Links): Links => ({
  ...links,
  queues: links.queues.slice(), sent: links.sent.slice(), lastDue: links.lastDue.slice(), notices: links.notices.slice(), hashes: links.hashes.slice(), isOpen: links.isOpen.slice(),
  byName: links.byName?.slice(), byAge: undefined, byDue: undefined,
});

/** Makes room for links that this world or another fork has added to the table. */
export const reserve = (links: Links): void => {
  while (links.queues.length < links.table.links.length) {
    links.queues.push(emptyFifo());
    links.sent.push(0);
    links.lastDue.push(0);
    links.notices.push(0);
    links.hashes.push(-1);
    links.isOpen.push(false);
  }
};

export const headOf = (links: Links, link: Link): Envelope | undefined => links.queues[link.id]?.head;

/** Where `link` stands, or would stand, in `byName`. */
const positionOf = (byName: readonly Link[], link: Link): number => {
  let low = 0;
  let high = byName.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareLinks(byName[middle] as Link, link) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

const insertByName = (byName: Link[], link: Link): void => {
  const position = positionOf(byName, link);
  byName.push(link);
  for (let i = byName.length - 1; i > position; i -= 1) byName[i] = byName[i - 1] as Link;
  byName[position] = link;
};

const removeByName = (byName: Link[], link: Link): void => {
  for (let i = positionOf(byName, link); i + 1 < byName.length; i += 1) byName[i] = byName[i + 1] as Link;
  // Why not `length -= 1`: V8 sets the length of an array by a call that costs as much as the whole loop.
  byName.pop();
};

const noteSent = (links: Links, sentMs: number): void => {
  if (links.undelivered === 1) {
    links.oldestMs = sentMs;
    links.oldestKnown = 1;
  } else if (links.oldestKnown > 0 && sentMs === links.oldestMs) links.oldestKnown += 1;
};

export const setOpen = (links: Links, link: Link, open: boolean): void => {
  if (links.isOpen[link.connection] === open) return;
  links.isOpen[link.connection] = open;
  links.openHigh ^= highLane(link.connectionHash);
  links.openLow ^= lowLane(link.connectionHash);
};

export const pushEnvelope = (links: Links, envelope: Envelope): void => {
  const { link } = envelope;
  const queue = links.queues[link.id] as Fifo<Envelope>;
  links.queues[link.id] = queue.push(envelope);
  links.hashes[link.id] = -1;
  links.undelivered += 1;
  if (envelope.isNotice) links.notices[link.id] = (links.notices[link.id] as number) + 1;
  noteSent(links, envelope.sentMs);
  if (links.byAge !== undefined) links.byAge.items.push(envelope);
  if (queue.size > 0) return;
  links.filled += 1;
  if (links.byName !== undefined) insertByName(links.byName, link);
  if (links.byDue !== undefined) pushHeap(links.byDue, envelope);
};

/** Takes the head away. */
export const shiftEnvelope = (links: Links, link: Link): Envelope => {
  const queue = links.queues[link.id];
  const envelope = queue?.head;
  if (queue === undefined || envelope === undefined) throw new BrokenInvariant(`deliver: nothing is undelivered on ${link.fromId} -> ${link.toId} ${link.channel}`);
  const rest = queue.shift();
  links.queues[link.id] = rest;
  links.hashes[link.id] = -1;
  links.undelivered -= 1;
  if (envelope.isNotice) links.notices[link.id] = (links.notices[link.id] as number) - 1;
  if (envelope.sentMs === links.oldestMs && links.oldestKnown > 0) links.oldestKnown -= 1;
  if (rest.head !== undefined) {
    if (links.byDue !== undefined) pushHeap(links.byDue, rest.head);
    return envelope;
  }
  links.filled -= 1;
  if (links.byName !== undefined) removeByName(links.byName, link);
  return envelope;
};

/** Loses what is undelivered on a link. */
export const clearLink = (links: Links, link: Link): void => {
  const queue = links.queues[link.id];
  if (queue === undefined || queue.size === 0) return;
  links.undelivered -= queue.size;
  links.queues[link.id] = emptyFifo();
  links.hashes[link.id] = -1;
  links.notices[link.id] = 0;
  links.oldestKnown = 0;
  links.filled -= 1;
  if (links.byName !== undefined) removeByName(links.byName, link);
};

const filledLinks = (links: Links): Link[] => {
  const filled: Link[] = [];
  const { queues, table } = links;
  for (let id = 0; id < queues.length; id += 1) if ((queues[id] as Fifo<Envelope>).size > 0) filled.push(table.links[id] as Link);
  return filled;
};

/** The links that are not empty, by name. */
export const linksByName = (links: Links): readonly Link[] => (links.byName ??= filledLinks(links).sort(compareLinks));

/** `linksByName` for observers: does not make a run keep the order up from now on. */
export const listLinks = (links: Links): readonly Link[] => links.byName ?? filledLinks(links).sort(compareLinks);

const sooner = (a: Envelope, b: Envelope): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && compareLinks(a.link, b.link) < 0);

/** The head that is due first; ties by name. */
export const earliestEnvelope = (links: Links): Envelope | undefined => {
  links.byDue ??= heapFrom(filledLinks(links).map((link) => headOf(links, link) as Envelope), sooner);
  return liveTop(links.byDue, (envelope) => headOf(links, envelope.link) === envelope);
};

const isUndelivered = (links: Links, envelope: Envelope): boolean => {
  const head = headOf(links, envelope.link);
  return head !== undefined && head.sequence <= envelope.sequence;
};

const allByAge = (links: Links): { items: Envelope[]; front: number } => {
  const items = filledLinks(links).flatMap((link) => (links.queues[link.id] as Fifo<Envelope>).toArray());
  return { items: items.sort((a, b) => a.sequence - b.sequence), front: 0 };
};

/** Up to so many links a look at each head costs less than an order over all messages that has to be kept up. */
const FEW_LINKS = 16;

const oldestHead = (links: Links, filled: readonly Link[]): Envelope | undefined => {
  let oldest: Envelope | undefined;
  for (const link of filled) {
    const head = headOf(links, link) as Envelope;
    if (oldest === undefined || head.sequence < oldest.sequence) oldest = head;
  }
  return oldest;
};

/** The oldest undelivered message, which is the head of its link. Why by name where that order is there: a fork has it, and asks a few times only. */
export const oldestEnvelope = (links: Links): Envelope | undefined =>
  (links.byAge === undefined && links.byName !== undefined && links.byName.length <= FEW_LINKS ? oldestHead(links, links.byName) : oldestByAge(links));

const oldestByAge = (links: Links): Envelope | undefined => {
  const queue = (links.byAge ??= allByAge(links));
  if (queue.front > 1024 || queue.items.length - queue.front > 2 * links.undelivered + 64) {
    queue.items = queue.items.filter((envelope) => isUndelivered(links, envelope));
    queue.front = 0;
  }
  while (queue.front < queue.items.length) {
    const envelope = queue.items[queue.front] as Envelope;
    if (isUndelivered(links, envelope)) return envelope;
    queue.front += 1;
  }
  return undefined;
};

/** The link of the oldest undelivered message of those whose delivery is free to go. */
export const oldestLinkWhere = (links: Links, isFree: (step: Link['step']) => boolean): Link | undefined => {
  if (oldestByAge(links) === undefined) return undefined;
  const { items, front } = links.byAge as { items: Envelope[]; front: number };
  for (let i = front; i < items.length; i += 1) {
    const envelope = items[i] as Envelope;
    if (headOf(links, envelope.link) === envelope && isFree(envelope.link.step)) return envelope.link;
  }
  return undefined;
};

/** When the oldest undelivered message was sent; Infinity when there is none. */
export const oldestSentMs = (links: Links): number => {
  if (links.undelivered === 0) return Infinity;
  if (links.oldestKnown > 0) return links.oldestMs;
  links.oldestMs = Infinity;
  for (const link of linksByName(links)) {
    const sentMs = (headOf(links, link) as Envelope).sentMs;
    if (sentMs < links.oldestMs) {
      links.oldestMs = sentMs;
      links.oldestKnown = 0;
    }
    if (sentMs === links.oldestMs) links.oldestKnown += 1;
  }
  return links.oldestMs;
};
