/**
 * The timers of a cluster in which all is well and nothing happens: each fires, renews what it is there to renew, and is armed again.
 * Models: leaderelection.go `renew`; pkg/kubelet/kubelet_node_status.go; component-helpers/apimachinery/lease; node_lifecycle_controller.go `monitorNodeHealth`
 */
import { ELECTION_TIMERS } from '../client/leader-election/leader-election.ts';
import { LEASE_TIMER } from '../components/kubelet/node/node-lease.ts';
import { CHECK_TIMER, REPORT_TIMER } from '../components/kubelet/node/node-status.ts';
import type { ActorId } from '../kernel/transition.ts';
import type { World } from '../kernel/world.ts';
import { KUBE_CONTROLLER_MANAGER, KUBE_SCHEDULER } from './create-cluster.ts';

const MONITOR_TIMER = 'periodic/node-controller/monitor/monitor';

const controlPlane: ReadonlyMap<ActorId, ReadonlySet<string>> = new Map([
  [KUBE_SCHEDULER, new Set(ELECTION_TIMERS)], [KUBE_CONTROLLER_MANAGER, new Set([...ELECTION_TIMERS, MONITOR_TIMER])],
]);
const ofKubelets: ReadonlySet<string> = new Set([LEASE_TIMER, CHECK_TIMER, REPORT_TIMER]);

const isHeartbeat = (actor: ActorId, key: string): boolean => (controlPlane.get(actor) ?? (actor.startsWith('kubelet/') ? ofKubelets : undefined))?.has(key) === true;

/** Whether no timer but heartbeats is due within so many ms. What messages under way may arm is not looked at: ask when none is. */
export const isOnlyBeating = (world: World, withinMs: number): boolean =>
  world.timers().every(({ actor, key, dueMs }) => dueMs - world.nowMs > withinMs || isHeartbeat(actor, key));
