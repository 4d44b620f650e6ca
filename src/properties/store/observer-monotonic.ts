/**
 * client.observer-monotonic: what one reflector of one process is shown never goes back in revision.
 * Models: client-go tools/cache/reflector.go (relistResourceVersion); the race relist-back-in-time, #83520
 */
import type { World } from '../../kernel/world.ts';
import type { FromApiServer } from '../../protocol/api.ts';
import { always, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';

/** The revision that a message of a list or a watch shows; undefined: none. */
const shownBy = (body: FromApiServer): number | undefined => {
  if (body.kind === 'api-answer') return body.answer.kind === 'list' ? Number(body.answer.list.metadata.resourceVersion) : undefined;
  return body.kind === 'api-watch-event' && body.event.type !== 'ERROR' ? Number(body.event.object.metadata.resourceVersion ?? 0) : undefined;
};

const isReflector = (channel: string): boolean => channel.startsWith('watch/');

export const observerMonotonic = always({
  id: 'client.observer-monotonic',
  statement: 'What one reflector is shown never goes back in revision, as long as its process lives.',
  source: 'https://github.com/kubernetes/kubernetes/issues/83520',
}, () => {
  const seen = new Map<string, number>();
  return {
    interest: { actors: ['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'] },
    step: (world: World, { actor, input }): Verdict => {
      if (actor === undefined || input?.kind !== 'message' || !isReflector(input.channel)) return undefined;
      const revision = shownBy(input.body as FromApiServer);
      if (revision === undefined) return undefined;
      const observer = `${actor} ${world.incarnationOf(actor)} ${input.channel}`;
      const last = seen.get(observer) ?? 0;
      if (revision < last) return violation('back in time', `${actor} had seen revision ${last} by ${input.channel} and was then shown revision ${revision}.`);
      seen.set(observer, revision);
      return 'pass';
    },
  };
});
