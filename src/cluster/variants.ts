/** The registry of variants, and what several of them together make of a cluster. */
import { invariant } from '../base/assert.ts';
import type { Actor } from '../kernel/transition.ts';
import { canaryVariants } from './variants/canaries.ts';
import { raceVariants } from './variants/races.ts';
import type { Policies, Variant } from './variants/variant.ts';

export type { ComponentName, Mutation, Policies, Variant } from './variants/variant.ts';

/** Every variant that is shipped: first those of upstream's races, then the canaries. Ids are unique. */
export const variants: readonly Variant[] = [...raceVariants, ...canaryVariants];

const byId: ReadonlyMap<string, Variant> = new Map(variants.map((variant) => [variant.id, variant]));

export const findVariant = (id: string): Variant | undefined => byId.get(id);

/** Throws when there is none. */
export const variantNamed = (id: string): Variant => {
  const variant = byId.get(id);
  invariant(variant !== undefined, () => `Expected the id of a variant. Instead, received "${id}". There are: ${[...byId.keys()].join(', ')}`);
  return variant;
};

const both = (a: Policies, b: Policies): Policies => ({
  ...a, ...b,
  ...(a.deployment === undefined ? {} : { deployment: { ...a.deployment, ...b.deployment } }),
  ...(a.replicaSet === undefined ? {} : { replicaSet: { ...a.replicaSet, ...b.replicaSet } }),
  ...(a.daemonSet === undefined ? {} : { daemonSet: { ...a.daemonSet, ...b.daemonSet } }),
  ...(a.job === undefined ? {} : { job: { ...a.job, ...b.job } }),
  ...(a.cronJob === undefined ? {} : { cronJob: { ...a.cronJob, ...b.cronJob } }),
  ...(a.endpointSlice === undefined ? {} : { endpointSlice: { ...a.endpointSlice, ...b.endpointSlice } }),
  ...(a.kubelet === undefined ? {} : { kubelet: { ...a.kubelet, ...b.kubelet } }),
  ...(a.scheduler === undefined ? {} : { scheduler: { ...a.scheduler, ...b.scheduler } }),
  ...(a.mutations === undefined ? {} : { mutations: [...a.mutations, ...(b.mutations ?? [])] }),
});

/** What they replace together; of two that replace the same policy, the later counts. */
export const policiesOf = (chosen: readonly Variant[]): Policies => chosen.map(({ policies }) => policies).reduce(both, {});

/** The actors with every mutation that applies to them. */
export const mutated = ({ mutations = [] }: Policies, actors: readonly Actor[]): readonly Actor[] =>
  (mutations.length === 0 ? actors : actors.map((actor) => mutations.reduce((one, { appliesTo, mutate }) => (appliesTo(actor.id) ? mutate(one) : one), actor)));
