/** What an explanation has to know of a cluster: what steps decide, what its caches stand at, and which variants could take the place of its components. */
import type { Alternative, CacheInsight, Subject } from '../explore/subject.ts';
import { storeRevision } from '../cluster/store-view.ts';
import { variantNamed, variants } from '../cluster/variants.ts';
import type { Variant } from '../cluster/variants.ts';
import type { StepRecord } from '../kernel/step.ts';
import { describe, describeRequest } from '../protocol/describe.ts';
import type { Message } from '../protocol/message.ts';
import type { Scenario } from '../scenario/scenario.ts';

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'delete-collection']);
/** They come and go with time, and decide nothing that the rest does not show. */
const HEARTBEATS: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io', 'leases.coordination.k8s.io', 'nodes/status']);

/** Writes as they reach an API server, and containers as they are started and stopped. */
export const tellStep = ({ step, input }: StepRecord): string | undefined => {
  if (step.kind !== 'deliver' || input?.kind !== 'message') return undefined;
  const body = input.body as Message;
  if (body.kind === 'cri-call') return body.call.kind === 'start-container' || body.call.kind === 'stop-container' ? `${step.from}   ${describe(body)}` : undefined;
  if (body.kind !== 'api-request' || !WRITES.has(body.request.verb)) return undefined;
  const { resource, subresource } = body.request;
  if (HEARTBEATS.has(resource) || HEARTBEATS.has(`${resource}/${subresource ?? ''}`)) return undefined;
  return `${body.userAgent ?? step.from}   ${describeRequest(body.request)}`;
};

const WATCH = 'watch/';

/** The caches of API servers are fed by etcd, those of everybody else by an API server; versions are revisions of the store. */
export const clusterCaches: CacheInsight = {
  newest: storeRevision,
  brings: ({ channel }, body) => {
    if (!channel.startsWith(WATCH)) return undefined;
    const message = body as Message;
    const what = channel.slice(WATCH.length);
    if (message.kind === 'etcd-events') return { what, version: message.revision };
    if (message.kind === 'api-watch-event' && message.event.type !== 'ERROR') return { what, version: Number(message.event.object.metadata.resourceVersion ?? 0) };
    return message.kind === 'api-answer' && message.answer.kind === 'list' ? { what, version: Number(message.answer.list.metadata.resourceVersion) } : undefined;
  },
};

const withVariants = (scenario: Scenario, ids: readonly string[]): Scenario => {
  const { variants: _replaced, ...rest } = scenario;
  return ids.length === 0 ? rest : { ...rest, variants: ids };
};

const subsets = <T>(items: readonly T[]): readonly (readonly T[])[] => items.reduce<readonly (readonly T[])[]>((all, item) => [...all, ...all.map((one) => [...one, item])], [[]]);

/** Of more variants than this at once, sets are not tried: there are too many. */
const MOST_VARIANTS = 6;

/** Where variants were asked for, the default in place of each set of them; where none were, each that cures a race of upstream. */
export const clusterAlternatives = (scenario: Scenario, make: (scenario: Scenario) => Subject) => (): readonly Alternative[] => {
  const asked = (scenario.variants ?? []).map(variantNamed);
  if (asked.length === 0) {
    return variants.filter(({ kind }) => kind === 'fixed').map(({ id, component }) => ({ actors: [component], what: `variant ${id}`, make: () => make(withVariants(scenario, [id])) }));
  }
  const swaps = asked.length > MOST_VARIANTS ? asked.map((variant) => [variant]) : subsets(asked).filter((set) => set.length > 0);
  const without = (set: readonly Variant[]): readonly string[] => asked.filter((one) => !set.includes(one)).map(({ id }) => id);
  return swaps.map((set) => ({ actors: set.map(({ component }) => component), what: `the default in place of ${set.map(({ id }) => id).join(', ')}`, make: () => make(withVariants(scenario, without(set))) }));
};
