/**
 * client.observer-monotonic: what one reflector of one process is shown never goes back in revision.
 * Models: client-go tools/cache/reflector.go (relistResourceVersion); the race relist-back-in-time, #83520
 */
import type { StepRecord } from '../../kernel/step.ts';
import type { Input } from '../../kernel/transition.ts';
import type { World } from '../../kernel/world.ts';
import type { FromApiServer, ToApiServer } from '../../protocol/api.ts';
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

/** Which request each reflector has last sent. Why: answers to a process that has ended still arrive, and are for nobody. */
const newAsked = () => {
  const byActor = new Map<string, Map<string, number>>();
  const idsOf = (actor: string): Map<string, number> => {
    const known = byActor.get(actor);
    if (known !== undefined) return known;
    const fresh = new Map<string, number>();
    byActor.set(actor, fresh);
    return fresh;
  };
  /** Actors whose first process has ended: what the later ones have asked is all known. */
  const renewed = new Set<string>();
  return {
    note: (actor: string, effects: StepRecord['effects']): void => {
      for (const effect of effects) {
        if (effect.kind !== 'send' || !isReflector(effect.channel)) continue;
        const body = effect.body as ToApiServer;
        if (body.kind === 'api-request') idsOf(actor).set(effect.channel, body.id);
      }
    },
    forget: (actor: string): void => {
      byActor.delete(actor);
      renewed.add(actor);
    },
    isAwaited: (actor: string, channel: string, id: number): boolean => {
      const asked = byActor.get(actor)?.get(channel);
      return asked === undefined ? !renewed.has(actor) : asked === id;
    },
  };
};

export const observerMonotonic = always({
  id: 'client.observer-monotonic',
  statement: 'What one reflector is shown never goes back in revision, as long as its process lives.',
  source: 'https://github.com/kubernetes/kubernetes/issues/83520',
}, () => {
  /** By actor, then by channel. */
  const seen = new Map<string, Map<string, Seen>>();
  const asked = newAsked();
  const seenBy = (actor: string): Map<string, Seen> => {
    const known = seen.get(actor);
    if (known !== undefined) return known;
    const fresh = new Map<string, Seen>();
    seen.set(actor, fresh);
    return fresh;
  };
  const judge = (world: World, actor: string, input: Input): Verdict => {
    if (input.kind !== 'message' || !isReflector(input.channel)) return undefined;
    const body = input.body as FromApiServer;
    const revision = shownBy(body);
    if (revision === undefined || !asked.isAwaited(actor, input.channel, body.id)) return undefined;
    const incarnation = world.incarnationOf(actor);
    const channels = seenBy(actor);
    const last = channels.get(input.channel);
    if (last?.incarnation === incarnation && revision < last.revision) {
      return violation('back in time', `${actor} had seen revision ${last.revision} by ${input.channel} and was then shown revision ${revision}.`);
    }
    channels.set(input.channel, { incarnation, revision });
    return 'pass';
  };
  return {
    interest: { actors: ['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'] },
    step: (world: World, { actor, input, effects }): Verdict => {
      if (actor === undefined) return undefined;
      // Why: a container's process, and one that has lost its lead, starts anew without a restart of its actor.
      if (input !== undefined && isNewProcess(input)) {
        seen.delete(actor);
        asked.forget(actor);
      }
      const verdict = input === undefined ? undefined : judge(world, actor, input);
      asked.note(actor, effects);
      return verdict;
    },
  };
});
