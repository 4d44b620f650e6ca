/** What a campaign has to have seen at least once, or its other properties were put to no real test. */
import { controllerOf } from '../../api/pod-helpers.ts';
import type { Pod } from '../../api/types.ts';
import { KUBE_CONTROLLER_MANAGER } from '../../cluster/create-cluster.ts';
import type { HostState } from '../../client/controller-host.ts';
import { exchangesOf, requestIn } from '../api-traffic.ts';
import type { Exchange } from '../api-traffic.ts';
import { and, deletes, evicts, hasNodes, makes, or, ownsPods, rollsOut, serves, suffers } from '../applies.ts';
import { overChanges, sometimes } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { bindingIn } from '../scheduler/bindings.ts';

export const podRescheduled = sometimes({
  id: 'seen.pod-rescheduled',
  statement: 'A pod was bound to a node in place of one of the same controller that had been on another.',
  source: 'none: coverage',
  appliesTo: and(hasNodes(2), makes(serves), or(evicts, deletes('nodes'))),
}, () => {
  /** Controller -> the nodes that pods of it went from. */
  const left = new Map<string, Set<string>>();
  return overChanges(['pods'], (change): Verdict => {
    const owner = controllerOf(change.after ?? change.before ?? { apiVersion: '', kind: '', metadata: { name: '' } })?.uid;
    if (owner === undefined) return undefined;
    const gone = change.after === undefined ? (change.before as Pod).spec.nodeName : undefined;
    if (gone !== undefined) left.set(owner, (left.get(owner) ?? new Set<string>()).add(gone));
    const binding = bindingIn(change);
    return binding !== undefined && [...left.get(owner) ?? []].some((node) => node !== binding.node) ? 'pass' : undefined;
  });
});

const targetOf = ({ client, userAgent, request }: Exchange): string =>
  `${client} ${userAgent ?? ''} ${request.verb} ${request.resource}/${request.subresource ?? ''} ${request.namespace ?? ''}/${request.name ?? ''}`;

export const conflictRetried = sometimes({
  id: 'seen.conflict-retried',
  statement: 'A write was refused as a conflict, and one like it by the same client then went through.',
  source: 'none: coverage',
  appliesTo: makes(ownsPods),
}, () => {
  const refused = new Set<string>();
  return {
    interest: { exchanges: true },
    step: (world, record): Verdict => {
      let verdict: Verdict;
      for (const exchange of exchangesOf(world, record)) {
        const { answer } = exchange;
        if (answer.kind === 'refused' && answer.status.reason === 'Conflict') refused.add(targetOf(exchange));
        else if (answer.kind === 'object' && refused.size > 0 && refused.delete(targetOf(exchange))) verdict = 'pass';
      }
      return verdict;
    },
  };
});

export const watchResumed = sometimes({
  id: 'seen.watch-resumed',
  statement: 'A reflector that had watched before watched on from a revision.',
  source: 'none: coverage',
  appliesTo: suffers('reset', 'cut'),
}, () => {
  const watched = new Set<string>();
  return {
    interest: { requests: true },
    step: (_world, record): Verdict => {
      const asked = requestIn(record);
      if (asked?.request.verb !== 'watch') return undefined;
      const channel = `${asked.client} ${asked.channel}`;
      const isAgain = watched.has(channel);
      watched.add(channel);
      return isAgain && Number(asked.request.options?.resourceVersion ?? 0) > 0 ? 'pass' : undefined;
    },
  };
});

export const reconcilesOverlap = sometimes({
  id: 'seen.reconciles-overlap',
  statement: 'Two keys of one controller were reconciled at the same time.',
  source: 'none: coverage',
  appliesTo: rollsOut(serves),
}, () => ({
  interest: { actors: [KUBE_CONTROLLER_MANAGER] },
  step: (world, { effects }): Verdict => {
    if (!effects.some((effect) => effect.kind === 'observe' && effect.fact === 'reconcile')) return undefined;
    const { controllers } = world.stateOf<HostState>(KUBE_CONTROLLER_MANAGER);
    return controllers.some(({ queues }) => queues.some(({ syncs }) => syncs.size > 1)) ? 'pass' : undefined;
  },
}));
