/** What a run or a replay says of the cluster it leaves: as data for `-o json`, and as tables for a person. */
import { controllerOf, getPodCondition } from '../../api/pod-helpers.ts';
import type { Pod } from '../../api/types.ts';
import { readStore, storeRevision } from '../../cluster/store-view.ts';
import type { Workload } from '../../cluster/workloads.ts';
import { podPhases, workloadsOf } from '../../cluster/workloads.ts';
import type { World } from '../../kernel/world.ts';
import { formatTable } from './tables.ts';

export interface ClusterReport {
  readonly revision: number;
  readonly pods: Readonly<Record<string, number>>;
  readonly workloads: readonly { readonly kind: string; readonly namespace: string; readonly name: string; readonly desired: number; readonly ready: number }[];
}

/** `revision`: as the store was then; the newest when absent. */
export const clusterReport = (world: World, revision?: number): ClusterReport => {
  const read = readStore(world, revision);
  return {
    revision: revision ?? storeRevision(world),
    pods: podPhases(read),
    workloads: workloadsOf(read).map(({ kind, namespace, name, desired, ready }) => ({ kind, namespace, name, desired, ready })),
  };
};

const isSystem = (namespace: string): boolean => namespace.startsWith('kube-');

/** `node-1 x2, node-3`: where the pods of a workload are. */
const whereabouts = (pods: readonly Pod[]): string => {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    const node = pod.spec.nodeName ?? '(no node)';
    counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = sorted.slice(0, 4).map(([node, count]) => (count === 1 ? node : `${node} x${count}`));
  return sorted.length > shown.length ? `${shown.join(', ')} and ${sorted.length - shown.length} more` : shown.join(', ');
};

/** The pods of each workload: by owner, and by the owner of the owner for a Deployment's or CronJob's. */
const podsByWorkload = (world: World, revision?: number): ReadonlyMap<string, readonly Pod[]> => {
  const read = readStore(world, revision);
  const topOwner = new Map<string, string>();
  for (const resource of ['replicasets.apps', 'jobs.batch'] as const) {
    for (const object of read(resource)) {
      const owner = controllerOf(object);
      if (owner !== undefined && owner.kind !== 'CronJob') topOwner.set(object.metadata.uid ?? '', `${owner.kind} ${object.metadata.namespace}/${owner.name}`);
    }
  }
  const groups = new Map<string, Pod[]>();
  for (const pod of read('pods') as readonly Pod[]) {
    const owner = controllerOf(pod);
    const key = owner === undefined ? `Pod ${pod.metadata.namespace}/${pod.metadata.name}` : topOwner.get(owner.uid) ?? `${owner.kind} ${pod.metadata.namespace}/${owner.name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pod]);
    else group.push(pod);
  }
  return groups;
};

const state = ({ kind, isSettled, desired, ready }: Workload): string => (kind === 'CronJob' ? 'scheduled' : isSettled ? 'settled' : ready < desired ? 'not ready' : 'changing');

/** One row a workload; those of the system only when `wide`. */
export const workloadTable = (world: World, options: { readonly wide: boolean; readonly revision?: number }): string => {
  const all = workloadsOf(readStore(world, options.revision)).filter(({ namespace }) => options.wide || !isSystem(namespace));
  if (all.length === 0) return 'No workloads.';
  const pods = podsByWorkload(world, options.revision);
  return formatTable(['NAMESPACE', 'KIND', 'NAME', 'DESIRED', 'READY', 'STATE', 'WHERE'], all.map((one) => [
    one.namespace, one.kind, one.name, String(one.desired), String(one.ready), state(one), whereabouts(pods.get(`${one.kind} ${one.namespace}/${one.name}`) ?? []),
  ]));
};

/** Why pods wait: the scheduler's words, or the kubelet's. */
export const pendingReasons = (world: World, revision?: number): readonly string[] => {
  const reasons = new Map<string, string[]>();
  for (const pod of readStore(world, revision)('pods') as readonly Pod[]) {
    if (pod.status?.phase !== 'Pending') continue;
    const scheduled = getPodCondition(pod.status, 'PodScheduled');
    const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
    const waiting = statuses.map(({ state: now }) => now?.waiting).find((one) => one !== undefined && one.reason !== 'PodInitializing');
    const why = scheduled?.status === 'False' ? `${scheduled.reason}: ${scheduled.message}`
      : waiting !== undefined ? `${waiting.reason}${waiting.message === undefined ? '' : `: ${waiting.message}`}` : 'not started yet';
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    const group = reasons.get(why);
    if (group === undefined) reasons.set(why, [name]);
    else group.push(name);
  }
  return [...reasons].map(([why, pods]) => (pods.length === 1 ? `${pods[0]}: ${why}` : `${pods.length} pods, such as ${pods[0]}: ${why}`));
};
