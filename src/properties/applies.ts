/**
 * Whether a property has anything to judge in a campaign, by what is asked of it: the user's commands, which faults may happen, and on how many nodes.
 * What applies and is never put to the test is vacuous, and fails the campaign; what does not apply is said to be so.
 */
import type { KubeObject } from '../api/object.ts';
import type { CronJob, Deployment, Job } from '../api/types.ts';
import type { ToUser, UserCommand } from '../protocol/user.ts';

export interface Asked {
  readonly timeline: Extract<ToUser, { readonly kind: 'user-agenda' }>['entries'];
  /** Kinds of faults: `crash`, `reset`, `cut`, `skew`, `node`, ... */
  readonly faults: readonly string[];
  readonly nodes: number;
}

export type Applies = (asked: Asked) => boolean;

type Holds = (object: KubeObject) => boolean;

const RESOURCES: Readonly<Record<string, string>> = {
  Pod: 'pods', Deployment: 'deployments.apps', ReplicaSet: 'replicasets.apps', DaemonSet: 'daemonsets.apps', Job: 'jobs.batch', CronJob: 'cronjobs.batch', Service: 'services',
};

const handedOver = (command: UserCommand): KubeObject | undefined =>
  (command.kind === 'apply' || command.kind === 'create' || command.kind === 'replace' ? command.object : undefined);

const commandsOf = ({ timeline }: Asked): readonly UserCommand[] => timeline.map(({ command }) => command);

const objectsIn = (asked: Asked): readonly KubeObject[] => commandsOf(asked).map(handedOver).filter((object) => object !== undefined);

const isDeletedIn = (asked: Asked, { kind, metadata }: KubeObject): boolean => commandsOf(asked).some((command) => {
  if (command.kind !== 'delete') return false;
  const { resource, name } = command.target;
  return (resource === 'namespaces' && name === (metadata.namespace ?? 'default')) || (resource === RESOURCES[kind] && name === metadata.name);
});

/** The user makes an object for which this holds. */
export const makes = (holds: Holds): Applies => (asked) => objectsIn(asked).some(holds);
/** And leaves it there. */
export const keeps = (holds: Holds): Applies => (asked) => objectsIn(asked).some((object) => holds(object) && !isDeletedIn(asked, object));

export const ofKind = (...kinds: readonly string[]): Holds => ({ kind }) => kinds.includes(kind);

const replicasOf = ({ spec }: Deployment): number => spec.replicas ?? 1;

/** Comes to have pods at once: a CronJob does not, and neither does a Job that is suspended. */
export const hasPods: Holds = (object) => {
  switch (object.kind) {
    case 'Pod':
    case 'DaemonSet': return true;
    case 'Deployment':
    case 'ReplicaSet': return replicasOf(object as Deployment) > 0;
    case 'Job': return isAtWork(object);
    default: return false;
  }
};

export const isAtWork: Holds = (object) => object.kind === 'Job' && (object as Job).spec.suspend !== true;
/** Pods that go on until they are deleted. */
export const serves: Holds = (object) => object.kind !== 'Job' && object.kind !== 'Pod' && hasPods(object);
export const ownsPods: Holds = (object) => object.kind !== 'Pod' && hasPods(object);

export const deploysBy = (type: 'RollingUpdate' | 'Recreate'): Holds => (object) =>
  object.kind === 'Deployment' && replicasOf(object as Deployment) > 0 && ((object as Deployment).spec.strategy?.type ?? 'RollingUpdate') === type;

/** The user deletes an object of one of these resources; of any, if none is named. */
export const deletes = (...resources: readonly string[]): Applies => (asked) =>
  commandsOf(asked).some((command) => command.kind === 'delete' && (resources.length === 0 || resources.includes(command.target.resource)));

export const evicts: Applies = (asked) => commandsOf(asked).some(({ kind }) => kind === 'evict');

/** The user puts a taint of this effect on a node, by a patch. */
export const taints = (effect: string): Applies => (asked) =>
  commandsOf(asked).some((command) => command.kind === 'patch' && command.target.resource === 'nodes' && JSON.stringify(command.patch).includes(effect));

export const hasNodes = (count: number): Applies => ({ nodes }) => nodes >= count;

export const suffers = (...faults: readonly string[]): Applies => (asked) => asked.faults.some((fault) => faults.includes(fault));

export const and = (...all: readonly Applies[]): Applies => (asked) => all.every((one) => one(asked));
export const or = (...any: readonly Applies[]): Applies => (asked) => any.some((one) => one(asked));

const isSame = (a: KubeObject, b: KubeObject): boolean => a.kind === b.kind && a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;

const templateOf = (object: KubeObject): string => JSON.stringify((object as Deployment).spec.template);

/** Such a workload, once made, is given a new template. A patch counts where it names one. */
export const rollsOut = (holds: Holds): Applies => (asked) => objectsIn(asked).some((object, i, objects) => holds(object) && (
  objects.slice(i + 1).some((later) => isSame(later, object) && templateOf(later) !== templateOf(object))
  || commandsOf(asked).some((command) => {
    if (!('target' in command) || command.target.resource !== RESOURCES[object.kind] || command.target.name !== object.metadata.name) return false;
    if (command.kind === 'patch') return JSON.stringify(command.patch).includes('"template"');
    return command.kind === 'set-image' || command.kind === 'rollout-restart';
  })));

/** What owns pods, directly or by another. */
const OWNERS = ['deployments.apps', 'replicasets.apps', 'daemonsets.apps'] as const;

/** Without grace a pod is gone at once, and no kubelet has a say. */
const deletesPodsWithGrace: Applies = (asked) =>
  commandsOf(asked).some((command) => command.kind === 'delete' && command.target.resource === 'pods' && command.gracePeriodSeconds !== 0);

/** Pods go because the user wants it, before they have ended by themselves, and by way of their kubelets. */
export const removesPods: Applies = or(evicts, deletesPodsWithGrace, deletes(...OWNERS), rollsOut(serves));

const TICK_MS = 3_600_000;

/** Whether the user's timeline leaves a CronJob the time for this many ticks of up to an hour. */
export const ticks = (times: number, holds: (cronJob: CronJob) => boolean = () => true): Applies => ({ timeline }) => {
  const lastMs = Math.max(0, ...timeline.map(({ afterMs }) => afterMs));
  return timeline.some(({ afterMs, command }) => {
    const object = handedOver(command);
    return object?.kind === 'CronJob' && (object as CronJob).spec.suspend !== true && holds(object as CronJob) && lastMs - afterMs > times * TICK_MS;
  });
};
