/**
 * The status of a pod as the kubelet reports it.
 * Models: pkg/kubelet/kubelet_pods.go `generateAPIPodStatus`, `convertStatusToAPIStatus`; pkg/kubelet/pleg/generic.go `getPodIPs`
 * Not modelled: eviction, in-place resize, dual-stack addresses.
 */
import { isPodTerminal, qosClassOf } from '../../../api/pod-helpers.ts';
import type { Pod, PodStatus } from '../../../api/types.ts';
import type { Mutable } from '../../../base/mutable.ts';
import { conditionsOf } from './conditions.ts';
import { initContainerStatuses, regularContainerStatuses } from './container-statuses.ts';
import type { StatusSources } from './container-statuses.ts';
import { phaseOf } from './phase.ts';
import type { PodPhase } from './phase.ts';

export interface PodStatusSources extends Omit<StatusSources, 'before'> {
  /** What was reported last; else what the API has. */
  readonly reported: PodStatus | undefined;
  readonly hostIp: string;
}

const isTerminalPhase = (phase: string | undefined): phase is 'Succeeded' | 'Failed' => phase === 'Succeeded' || phase === 'Failed';

/** No way leads out of a terminal phase. */
const settledPhase = (computed: PodPhase, reported: PodStatus, pod: Pod): PodPhase => {
  if (isPodTerminal(pod)) return pod.status?.phase as PodPhase;
  return !isTerminalPhase(computed) && isTerminalPhase(reported.phase) ? reported.phase : computed;
};

const kept = (phase: PodPhase, reported: PodStatus, pod: Pod): Partial<PodStatus> => {
  if (phase !== reported.phase) return {};
  const reason = reported.reason ?? pod.status?.reason;
  const message = reported.message ?? pod.status?.message;
  return { ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) };
};

/** A pod keeps the address it had when its sandbox is gone. */
const addressOf = ({ pod, view, reported, hostIp }: PodStatusSources): string | undefined => {
  if (pod.spec.hostNetwork === true) return hostIp;
  const latest = view.sandboxes[0];
  return latest?.state === 'ready' && latest.ip !== undefined ? latest.ip : reported?.podIP;
};

/** Whether the sandbox is there and has its address, so that containers may start. */
const hasReadySandbox = ({ view }: Pick<PodStatusSources, 'view'>): boolean => view.sandboxes[0]?.state === 'ready' && view.sandboxes[0].ip !== undefined;

/** `isTerminal`: the pod's containers have stopped for good. Start and transition times are added by the status manager. */
export const podStatusOf = (sources: PodStatusSources, isTerminal: boolean): PodStatus => {
  const { pod, hostIp } = sources;
  const reported = sources.reported ?? pod.status ?? {};
  const init = initContainerStatuses({ ...sources, before: reported.initContainerStatuses ?? [] });
  const regular = regularContainerStatuses({ ...sources, before: reported.containerStatuses ?? [] });
  const hasInitialized = sources.view.containers.some((c) => c.state !== 'created' && pod.spec.containers.some(({ name }) => name === c.config.name));
  const phase = settledPhase(phaseOf(pod, [...regular, ...init], isTerminal, hasInitialized), reported, pod);
  const podIp = addressOf(sources);
  const status: Mutable<PodStatus> = pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation };
  status.phase = phase;
  status.conditions = conditionsOf(pod, [...init, ...regular], phase, hasReadySandbox(sources));
  Object.assign(status, kept(phase, reported, pod));
  status.hostIP = hostIp;
  status.hostIPs = [{ ip: hostIp }];
  if (podIp !== undefined) {
    status.podIP = podIp;
    status.podIPs = [{ ip: podIp }];
  }
  if (reported.startTime !== undefined) status.startTime = reported.startTime;
  if (init.length > 0) status.initContainerStatuses = init;
  status.containerStatuses = regular;
  status.qosClass = pod.status?.qosClass ?? qosClassOf(pod);
  return status;
};
