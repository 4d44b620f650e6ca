/**
 * The plugins of v1.34's default profile, in order and with their weights.
 * Models: pkg/scheduler/apis/config/v1/default_plugins.go getDefaultPlugins
 * Not modelled: VolumeRestrictions, NodeVolumeLimits, VolumeZone.
 */
import type { PluginSpec, ProfileSpec } from './framework/profile.ts';
import { interPodAffinity } from './plugins/inter-pod-affinity.ts';
import { nodeAffinity } from './plugins/node-affinity.ts';
import { nodeName, nodeUnschedulable, taintToleration } from './plugins/node-basics.ts';
import { nodePorts } from './plugins/node-ports.ts';
import { nodeResourcesBalancedAllocation, nodeResourcesFit } from './plugins/node-resources.ts';
import { podTopologySpread } from './plugins/pod-topology-spread.ts';
import { defaultBinder, dynamicResources, imageLocality, prioritySort, schedulingGates } from './plugins/small.ts';
import { volumeBinding } from './plugins/volume-binding.ts';
import { defaultPreemption } from './preemption/default-preemption.ts';

const defaultPlugins: readonly PluginSpec[] = [
  { plugin: schedulingGates },
  { plugin: prioritySort },
  { plugin: nodeUnschedulable },
  { plugin: nodeName },
  { plugin: taintToleration, weight: 3 },
  { plugin: nodeAffinity, weight: 2 },
  { plugin: nodePorts },
  { plugin: nodeResourcesFit, weight: 1 },
  { plugin: volumeBinding },
  { plugin: podTopologySpread, weight: 2 },
  { plugin: interPodAffinity, weight: 2 },
  { plugin: dynamicResources },
  { plugin: defaultPreemption },
  { plugin: nodeResourcesBalancedAllocation, weight: 1 },
  { plugin: imageLocality, weight: 1 },
  { plugin: defaultBinder },
];

/** What a scheduler runs when it is not told otherwise. Add plugins with `{...defaultProfile, plugins: [...defaultProfile.plugins, mine]}`. */
export const defaultProfile: ProfileSpec = { schedulerName: 'default-scheduler', plugins: defaultPlugins };
