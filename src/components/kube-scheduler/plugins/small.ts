/**
 * The plugins that are a few lines: PrioritySort, SchedulingGates, ImageLocality, DefaultBinder, DynamicResources.
 * Models: pkg/scheduler/framework/plugins/{queuesort,schedulinggates,imagelocality,defaultbinder,dynamicresources}
 * Not modelled: resource claims. DynamicResources is here for its answer to pods without claims, which is part of every refusal in v1.34.
 */
import { compareNumbers } from '../../../base/order.ts';
import { nodesWithImage, numNodes } from '../cache/snapshot.ts';
import { ACTION } from '../framework/cluster-event.ts';
import { normalizedImageName } from '../framework/node-info.ts';
import { definePlugin, MAX_NODE_SCORE } from '../framework/plugin.ts';
import { unresolvable, unschedulable } from '../framework/status.ts';

/** Higher priority first, then older first. */
export const prioritySort = definePlugin({
  name: 'PrioritySort',
  compare: (a, b) => compareNumbers(b.pod.priority, a.pod.priority) || compareNumbers(a.timestampMs, b.timestampMs),
});

export const schedulingGates = definePlugin({
  name: 'SchedulingGates',
  events: [{ resource: 'Pod', action: ACTION.podGatesEliminated, hint: (pod, _, after) => (pod.metadata.uid === after?.metadata.uid ? 'queue' : 'skip') }],
  preEnqueue: (pod) => {
    const gates = pod.spec.schedulingGates ?? [];
    return gates.length === 0 ? undefined : unresolvable('SchedulingGates', `waiting for scheduling gates: [${gates.map(({ name }) => name).join(' ')}]`);
  },
});

const MB = 1024 * 1024;
const LEAST = 23 * MB;
const MOST_PER_CONTAINER = 1000 * MB;

export const imageLocality = definePlugin({
  name: 'ImageLocality',
  score: (_, { pod, snapshot }, node) => {
    if (node.images.size === 0) return 0;
    const { initContainers = [], containers } = pod.pod.spec;
    const nodes = numNodes(snapshot);
    let sum = 0;
    for (const container of [...initContainers, ...containers]) {
      const image = normalizedImageName(container.image ?? '');
      const size = node.images.get(image);
      if (size !== undefined) sum += Math.trunc(size * (nodesWithImage(snapshot, image) / nodes));
    }
    const most = MOST_PER_CONTAINER * (initContainers.length + containers.length);
    return Math.trunc((MAX_NODE_SCORE * (Math.min(Math.max(sum, LEAST), most) - LEAST)) / (most - LEAST));
  },
});

export const defaultBinder = definePlugin({
  name: 'DefaultBinder',
  bind: (pod, nodeName) => ({
    verb: 'create', resource: 'pods', subresource: 'binding', name: pod.metadata.name,
    ...(pod.metadata.namespace === undefined ? {} : { namespace: pod.metadata.namespace }),
    body: {
      apiVersion: 'v1', kind: 'Binding',
      metadata: {
        name: pod.metadata.name,
        ...(pod.metadata.namespace === undefined ? {} : { namespace: pod.metadata.namespace }),
        ...(pod.metadata.uid === undefined ? {} : { uid: pod.metadata.uid }),
      },
      target: { kind: 'Node', name: nodeName },
    },
  }),
});

const noClaims = unschedulable('DynamicResources', 'no new claims to deallocate');
export const dynamicResources = definePlugin({ name: 'DynamicResources', postFilter: () => ({ status: noClaims }) });
