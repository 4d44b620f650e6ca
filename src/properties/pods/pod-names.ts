/** What the properties of pods share: names for people, and what a node's runtime runs for a pod. */
import type { KubeObject } from '../../api/object.ts';
import type { RuntimeState } from '../../components/container-runtime/state.ts';
import type { World } from '../../kernel/world.ts';

export const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;

const runtimeOf = (world: World, node: string): RuntimeState | undefined => {
  const runtime = `container-runtime/${node}`;
  return world.actors().includes(runtime) ? world.stateOf<RuntimeState>(runtime) : undefined;
};

/** How many containers of the pod run on the node; undefined: the node has no runtime in this world. */
export const runningContainers = (world: World, node: string, podUid: string): number | undefined => {
  const runtime = runtimeOf(world, node);
  if (runtime === undefined) return undefined;
  let count = 0;
  runtime.containers.forEach(({ status }) => {
    if (status.state === 'running' && runtime.sandboxes.get(status.sandboxId)?.status.config.podUid === podUid) count += 1;
  });
  return count;
};
