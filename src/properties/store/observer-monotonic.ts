/**
 * client.observer-monotonic: what one reflector of one process is shown never goes back in revision.
 * Models: client-go tools/cache/reflector.go (relistResourceVersion); the race relist-back-in-time, #83520
 */
import type { Input } from '../../kernel/transition.ts';
import type { World } from '../../kernel/world.ts';
import type { FromApiServer } from '../../protocol/api.ts';
import { always, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';

/** The revision that a message of a list or a watch shows; undefined: none. */
const shownBy = (body: FromApiServer): number | undefined => {
  if (body.kind === 'api-answer') return body.answer.kind === 'list' ? Number(body.answer.list.metadata.resourceVersion) : undefined;
  return body.kind === 'api-watch-event' && body.event.type !== 'ERROR' ? Number(body.event.object.metadata.resourceVersion ?? 0) : undefined;
};

interface Seen {
  readonly incarnation: number;
  readonly revision: number;
}

const isReflector = (channel: string): boolean => channel.startsWith('watch/');

const isNewProcess = (input: Input): boolean =>
  (input.kind === 'timer' ? input.key === 'restart' : input.kind === 'message' && (input.body as { readonly kind?: string }).kind === 'process-start');

export const observerMonotonic = always({
  id: 'client.observer-monotonic',
  statement: 'What one reflector is shown never goes back in revision, as long as its process lives.',
  source: 'https://github.com/kubernetes/kubernetes/issues/83520',
}, () => {
  /** By actor, then by channel. */
  const seen = new Map<string, Map<string, Seen>>();
  const seenBy = (actor: string): Map<string, Seen> => {
    const known = seen.get(actor);
    if (known !== undefined) return known;
    const fresh = new Map<string, Seen>();
    seen.set(actor, fresh);
    return fresh;
  };
  return {
    interest: { actors: ['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'] },
    step: (world: World, { actor, input }): Verdict => {
      if (actor === undefined || input === undefined) return undefined;
      // Why: a container's process, and one that has lost its lead, starts anew without a restart of its actor.
      if (isNewProcess(input)) seen.delete(actor);
      if (input.kind !== 'message') return undefined;
      if (!isReflector(input.channel)) return undefined;
      const revision = shownBy(input.body as FromApiServer);
      if (revision === undefined) return undefined;
      const incarnation = world.incarnationOf(actor);
      const channels = seenBy(actor);
      const last = channels.get(input.channel);
      if (last?.incarnation === incarnation && revision < last.revision) {
        return violation('back in time', `${actor} had seen revision ${last.revision} by ${input.channel} and was then shown revision ${revision}.`);
      }
      channels.set(input.channel, { incarnation, revision });
      return 'pass';
    },
  };
});
