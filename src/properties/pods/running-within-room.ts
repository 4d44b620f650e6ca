/**
 * pods.running-within-room: what runs on a node is within what the node offers, whoever bound it there: the kubelet admits no more.
 * Models: pkg/kubelet/lifecycle/predicate.go, pkg/kubelet/kubelet.go canAdmitPod
 * Judged when a container starts, over the pods that have a running container then and are still in the store.
 */
import type { Pod } from '../../api/types.ts';
import type { RuntimeState } from '../../components/container-runtime/state.ts';
import type { World } from '../../kernel/world.ts';
import type { FromRuntime } from '../../protocol/cri.ts';
import { hasPods, makes } from '../applies.ts';
import { always, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { exceeded, offeredBy, takenBy } from '../scheduler/room.ts';
import { readNode } from '../scheduler/bindings.ts';
import { storeIndex } from '../store-index.ts';
import { nameOf } from './pod-names.ts';

const RUNTIME = 'container-runtime';

const runningPods = (world: World, runtime: string): readonly Pod[] => {
  const { containers, sandboxes } = world.stateOf<RuntimeState>(runtime);
  const uids = new Set<string>();
  containers.forEach(({ status }) => {
    const uid = status.state === 'running' ? sandboxes.get(status.sandboxId)?.status.config.podUid : undefined;
    if (uid !== undefined) uids.add(uid);
  });
  const index = storeIndex(world);
  return [...uids].map((uid) => index.byUid(uid) as Pod | undefined).filter((pod) => pod !== undefined);
};

export const runningWithinRoom = always({
  id: 'pods.running-within-room',
  statement: 'When a container starts, the requests of all pods that run on its node are within what the node offers.',
  source: 'pkg/kubelet/lifecycle/predicate.go',
  appliesTo: makes(hasPods),
}, () => ({
  interest: { actors: [RUNTIME] },
  step: (world, { actor, effects }): Verdict => {
    if (actor === undefined || !effects.some((effect) => effect.kind === 'send' && (effect.body as FromRuntime).kind === 'cri-event' && (effect.body as { readonly event?: string }).event === 'started')) return undefined;
    const node = readNode(world, actor.slice(RUNTIME.length + 1));
    if (node === undefined) return undefined;
    const [pods, offered] = [runningPods(world, actor), offeredBy(node)];
    const taken = takenBy(pods);
    const what = exceeded(taken, offered);
    return what === undefined ? 'pass' : violation(what, `${pods.map(nameOf).join(', ')} run on ${node.metadata.name} and ask for ${taken[what]} of ${what}; it offers ${offered[what]}.`);
  },
}));
