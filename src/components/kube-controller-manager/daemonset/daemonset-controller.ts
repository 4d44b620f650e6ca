/**
 * The DaemonSet controller: a pod of each DaemonSet on every node that fits.
 * Models: pkg/controller/daemon/daemon_controller.go NewDaemonSetsController; `--concurrent-daemonset-syncs` 2
 */
import type { Controller, ControllerContext, ControllerOf } from '../../../client/controller.ts';
import { done, erase } from '../../../client/controller.ts';
import { POD_CONTROLLER_INDEX, podControllerIndex } from '../pod-control/owner-index.ts';
import { handleNotification, NODE_NAME_INDEX, nodeNameIndex, syncNode } from './handlers.ts';
import type { DaemonMemory, DaemonPolicy, DaemonStage, Run } from './state.ts';
import { initialMemory, MAIN_QUEUE, NODE_QUEUE, upstreamPolicy } from './state.ts';
import { resumeDaemonSet, syncDaemonSet } from './sync.ts';

export type { DaemonPolicy } from './state.ts';

const typed = (policy: DaemonPolicy): ControllerOf<DaemonMemory, DaemonStage> => {
  const runOf = (memory: DaemonMemory, context: ControllerContext): Run => ({ memory, ops: [], context, policy });
  return {
    name: 'daemon-set-controller',
    eventSource: 'daemonset-controller',
    queues: [{ name: MAIN_QUEUE, workers: 2 }, { name: NODE_QUEUE, workers: 1 }],
    informers: [
      { resource: 'daemonsets.apps', handles: true },
      { resource: 'controllerrevisions.apps', handles: true },
      { resource: 'pods', handles: true, indexes: { [POD_CONTROLLER_INDEX]: podControllerIndex, [NODE_NAME_INDEX]: nodeNameIndex } },
      { resource: 'nodes', handles: true },
    ],
    initial: initialMemory,
    handle: handleNotification,
    reconcile: (memory, queue, key, context) =>
      (queue === NODE_QUEUE ? done(memory, syncNode(key, context)) : syncDaemonSet(runOf(memory, context), key)),
    resume: (memory, _queue, _key, stage, answers, context) => resumeDaemonSet(runOf(memory, context), stage, answers),
  };
};

/** `policy` replaces single decisions; upstream's stand for the rest. */
export const daemonSetController = (policy: Partial<DaemonPolicy> = {}): Controller => erase(typed({ ...upstreamPolicy, ...policy }));
