/**
 * The kubelets of the recording: they register nodes and keep their leases, and for pods do what the recorded ones did, when they did it:
 * set the status of the n-th pod of an owner, and finish the deletion of the n-th that is deleted.
 */
import { formatMicroTime, formatTime } from '../../src/api/time.ts';
import type { ApiRequest } from '../../src/protocol/api.ts';
import type { Json, Write } from './history.ts';
import { isJson, isWriteTo, metaOf } from './history.ts';
import { podKeysOf } from './names.ts';

export interface Timed { readonly afterMs: number; readonly request: ApiRequest }

const RENEW_MS = 10_000;
const LEASES = { resource: 'leases.coordination.k8s.io', namespace: 'kube-node-lease' } as const;
const CAPACITY = { cpu: '4', memory: '16Gi', pods: '110' };
const ZONES: Readonly<Record<string, string>> = { 'node-1': 'z1', 'node-2': 'z0', 'node-3': 'z1' };

export const NODES = ['node-1', 'node-2', 'node-3'] as const;

const nodeAt = (name: string, nowMs: number): Json => {
  const time = formatTime(nowMs);
  const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'stand-in', lastHeartbeatTime: time, lastTransitionTime: time };
  return {
    apiVersion: 'v1', kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'topology.kubernetes.io/zone': ZONES[name] } },
    spec: {}, status: { capacity: CAPACITY, allocatable: CAPACITY, conditions: [condition] },
  };
};

const leaseAt = (name: string, nowMs: number): Json => ({
  apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: LEASES.namespace },
  spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: formatMicroTime(nowMs) },
});

const renewals = (name: string, startMs: number, forMs: number): readonly Timed[] => Array.from({ length: Math.floor(forMs / RENEW_MS) }, (_, i) => {
  const afterMs = (i + 1) * RENEW_MS;
  return { afterMs, request: { verb: 'patch', ...LEASES, name, patchType: 'merge', body: { spec: { renewTime: formatMicroTime(startMs + afterMs) } } } };
});

/** What keeps three nodes ready from `startMs` on. */
export const heartbeats = (startMs: number, forMs: number): readonly Timed[] => NODES.flatMap((name) => [
  { afterMs: 0, request: { verb: 'create', resource: 'nodes', body: nodeAt(name, startMs) } },
  { afterMs: 0, request: { verb: 'create', ...LEASES, body: leaseAt(name, startMs) } },
  ...renewals(name, startMs, forMs),
]);

const ownerOf = (key: string): string => key.split('/')[0] ?? key;

/** By owner, the recorded ends of deletions in their order. */
const recordedEnds = (recorded: readonly Write[]): Map<string, Write[]> => {
  const keys = podKeysOf(recorded);
  const ends = new Map<string, Write[]>();
  for (const write of recorded.filter((one) => one.user === 'system:kubelet' && isWriteTo(one, 'delete', 'pods'))) {
    const owner = ownerOf(keys.get(write.name) ?? write.name);
    ends.set(owner, [...ends.get(owner) ?? [], write]);
  }
  return ends;
};

const recordedStatuses = (recorded: readonly Write[]): ReadonlyMap<string, Write> => {
  const keys = podKeysOf(recorded);
  return new Map(recorded.filter((one) => one.user === 'system:kubelet' && isWriteTo(one, 'patch', 'pods/status')).map((write) => [keys.get(write.name) ?? write.name, write]));
};

const isDeletionOfRunning = (write: Write): boolean =>
  write.verb === 'delete' && write.resource === 'pods' && write.user !== 'system:kubelet' && isJson(write.response?.['spec']) && write.response['spec']['nodeName'] !== undefined;

/** When each pod was bound in the recording. */
const recordedBindings = (recorded: readonly Write[]): ReadonlyMap<string, number> => {
  const keys = podKeysOf(recorded);
  return new Map(recorded.filter((one) => isWriteTo(one, 'create', 'pods/binding')).map(({ name, ms }) => [keys.get(name) ?? name, ms] as const));
};

/** When the recorded one was done; and never sooner after its cause, where that came later than in the recording. */
const delayOf = (done: Write, cause: Write, recordedCauseMs = cause.ms): number => Math.max(0, done.ms - cause.ms, done.ms - recordedCauseMs);

/** What the stand-ins do once `write`, the newest of `ours`, stands; `afterMs` from then. */
export const standInKubelets = (recorded: readonly Write[], namespace: string): ((write: Write, ours: readonly Write[]) => readonly Timed[]) => {
  const statuses = recordedStatuses(recorded);
  const ends = recordedEnds(recorded);
  const bindings = recordedBindings(recorded);
  const ending = new Set<string>();
  const started = (write: Write, key: string): readonly Timed[] => {
    const status = statuses.get(key);
    if (status === undefined) return [];
    const request: ApiRequest = { verb: 'patch', resource: 'pods', subresource: 'status', namespace, name: write.name, patchType: 'strategic', body: status.request };
    return [{ afterMs: delayOf(status, write, bindings.get(key)), request }];
  };
  const ended = (write: Write, key: string): readonly Timed[] => {
    const uid = metaOf(write.response).uid ?? '';
    const end = ending.has(uid) ? undefined : ends.get(ownerOf(key))?.shift();
    ending.add(uid);
    if (end === undefined) return [];
    return [{ afterMs: delayOf(end, write), request: { verb: 'delete', resource: 'pods', namespace, name: write.name, options: { gracePeriodSeconds: 0 } } }];
  };
  return (write, ours) => {
    const key = podKeysOf(ours).get(write.name) ?? write.name;
    if (isWriteTo(write, 'create', 'pods/binding')) return started(write, key);
    return isDeletionOfRunning(write) ? ended(write, key) : [];
  };
};
