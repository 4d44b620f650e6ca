/**
 * NodePorts: host ports are taken once per node, address and protocol.
 * Models: pkg/scheduler/framework/plugins/nodeports/node_ports.go
 */
import type { Pod } from '../../../api/types.ts';
import { ACTION } from '../framework/cluster-event.ts';
import { addPod, emptyNodeInfo, portsConflict } from '../framework/node-info.ts';
import { definePlugin, ready, skip } from '../framework/plugin.ts';
import { podInfo } from '../framework/pod-info.ts';
import { unschedulable } from '../framework/status.ts';

const taken = unschedulable('NodePorts', "node(s) didn't have free ports for the requested pod ports");

export const nodePorts = definePlugin({
  name: 'NodePorts',
  events: [
    {
      resource: 'AssignedPod', action: ACTION.delete,
      hint: (pod, before) => (before !== undefined && portsConflict(addPod(emptyNodeInfo(''), podInfo(before as Pod)), podInfo(pod).ports) ? 'queue' : 'skip'),
    },
    { resource: 'Node', action: ACTION.add },
  ],
  preFilter: ({ pod }) => (pod.ports.length === 0 ? skip : ready(undefined)),
  filter: (_, { pod }, node) => (portsConflict(node, pod.ports) ? taken : undefined),
});
