/**
 * The names of links, each with a number of its own. The table only grows and holds no state of a world, so all forks of a world share it.
 * Invariant: nothing that a run shows may depend on a link's number, for it depends on what other forks have sent.
 */
import { combine, hashText } from '../base/hash.ts';
import { compareStrings } from '../base/order.ts';
import type { Step } from './step.ts';
import type { ActorId } from './transition.ts';

export interface Link {
  readonly id: number;
  /** Indices into the world's actors, which are sorted by name. */
  readonly from: number;
  readonly to: number;
  readonly fromId: ActorId;
  readonly toId: ActorId;
  readonly channel: string;
  readonly hash: number;
  /** The same for both directions of a connection. */
  readonly connection: number;
  readonly connectionHash: number;
  /** Delivers its head; one object for good. */
  readonly step: Step;
}

export interface LinkTable {
  readonly actors: readonly ActorId[];
  readonly indexOf: ReadonlyMap<ActorId, number>;
  readonly links: Link[];
  /** From the sender's index to the receiver's name to the channel. */
  readonly bySender: readonly Map<ActorId, Map<string, Link>>[];
  /** All links from or to an actor. */
  readonly touching: readonly Link[][];
}

/** The order in which deliveries are offered: by the names of sender, receiver and channel. */
export const compareLinks = (a: Link, b: Link): number => {
  if (a === b) return 0;
  return a.from - b.from || a.to - b.to || compareStrings(a.channel, b.channel);
};

/** `actors` sorted by name. */
export const newLinkTable = (actors: readonly ActorId[]): LinkTable => ({
  actors,
  indexOf: new Map(actors.map((id, index) => [id, index])),
  links: [],
  bySender: actors.map(() => new Map<ActorId, Map<string, Link>>()),
  touching: actors.map(() => []),
});

const addLink = (table: LinkTable, from: number, to: number, channel: string, connection: number): Link => {
  const fromId = table.actors[from] as ActorId;
  const toId = table.actors[to] as ActorId;
  const hash = combine(combine(hashText(fromId), hashText(toId)), hashText(channel));
  const connectionHash = from <= to ? hash : combine(combine(hashText(toId), hashText(fromId)), hashText(channel));
  const step: Step = Object.freeze({ kind: 'deliver', from: fromId, to: toId, channel });
  const link: Link = { id: table.links.length, from, to, fromId, toId, channel, hash, connection, connectionHash, step };
  table.links.push(link);
  table.touching[from]?.push(link);
  if (to !== from) table.touching[to]?.push(link);
  const receivers = table.bySender[from] as Map<ActorId, Map<string, Link>>;
  const channels = receivers.get(toId) ?? new Map<string, Link>();
  receivers.set(toId, channels.set(channel, link));
  return link;
};

/** The link of that name if it was ever used. */
export const findLink = (table: LinkTable, from: number, to: ActorId, channel: string): Link | undefined =>
  table.bySender[from]?.get(to)?.get(channel);

/** The link of that name; both directions of a connection are made together. Undefined when there is no such receiver. */
export const openLink = (table: LinkTable, from: number, to: ActorId, channel: string): Link | undefined => {
  const known = findLink(table, from, to, channel);
  if (known !== undefined) return known;
  const receiver = table.indexOf.get(to);
  if (receiver === undefined) return undefined;
  const link = addLink(table, from, receiver, channel, table.links.length);
  if (receiver !== from) addLink(table, receiver, from, channel, link.id);
  return link;
};

/** The other direction; a link to oneself is its own. */
export const reverseOf = (table: LinkTable, link: Link): Link =>
  link.from === link.to ? link : table.links[link.id === link.connection ? link.id + 1 : link.connection] as Link;
