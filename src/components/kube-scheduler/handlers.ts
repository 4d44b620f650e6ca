/**
 * What the scheduler does with what its informers tell: nodes and bound pods go to the cache, waiting pods to the queue, and all of it may wake pods.
 * Models: pkg/scheduler/eventhandlers.go addAllEventHandlers
 * Why two listeners on pods: upstream registers two filtered handlers, each with a queue of notifications of its own, so one may lag behind the other.
 */
import type { Namespace, Node, Pod } from '../../api/types.ts';
import type { Notification } from '../../client/caches.ts';
import { send } from '../../kernel/transition.ts';
import { reviewWaiting } from './attempt.ts';
import { isWaiting, rejectWaiting } from './binding.ts';
import { isAssumed, observePod, removeNode, removeObservedPod, setNode } from './cache/cache.ts';
import { ACTION, EVENT, nodeEvents, podEvents, storageEvent } from './framework/cluster-event.ts';
import { podPriority, podUid } from './framework/pod-info.ts';
import { unschedulable } from './framework/status.ts';
import { assignedPodEvent, moveAll, updateQueued } from './queue/moves.ts';
import { dequeue, enqueue } from './queue/queue.ts';
import { SCHEDULE_CHANNEL } from './state.ts';
import type { ScheduleBody, Turn } from './state.ts';
import { cachesIn, set, updateQueue } from './turn.ts';

export type Listener = 'nodes' | 'assigned-pods' | 'unassigned-pods' | 'storage';

const isAssigned = (pod: Pod): boolean => (pod.spec.nodeName ?? '') !== '';
const isOurs = (turn: Turn, pod: Pod): boolean => !isAssigned(pod) && pod.spec.schedulerName === turn.plan.profile.schedulerName;

/** As a filtered handler is told: an update across the filter is an add or a delete. */
const filtered = (notification: Notification, wants: (pod: Pod) => boolean): Notification | undefined => {
  const object = notification.object as Pod;
  if (notification.kind !== 'update') return wants(object) ? notification : undefined;
  const { resource } = notification;
  const before = notification.before as Pod;
  if (wants(object)) return wants(before) ? notification : { kind: 'add', resource, object, initial: false };
  return wants(before) ? { kind: 'delete', resource, object: before, tombstone: false } : undefined;
};

const namespaceLabels = (turn: Turn, pod: Pod): Readonly<Record<string, string>> =>
  cachesIn(turn).lister<Namespace>('namespaces').get('', pod.metadata.namespace ?? '')?.metadata.labels ?? {};

const assignedAdded = (turn: Turn, pod: Pod): void => {
  set(turn, { cache: observePod(turn.state.cache, pod) });
  updateQueue(turn, (queue, context) => assignedPodEvent(queue, EVENT.assignedPodAdd, { before: undefined, after: pod }, pod, namespaceLabels(turn, pod), context));
};

const assignedDeleted = (turn: Turn, pod: Pod): void => {
  set(turn, { cache: removeObservedPod(turn.state.cache, pod) });
  updateQueue(turn, (queue, context) => moveAll(queue, EVENT.assignedPodDelete, { before: pod, after: undefined }, context));
};

const assignedUpdated = (turn: Turn, before: Pod, pod: Pod): void => {
  if (podUid(before) !== podUid(pod)) {
    assignedDeleted(turn, before);
    if (turn.plan.policy.recreate === 'atomic') return assignedAdded(turn, pod);
    const body: ScheduleBody = { kind: 'recreated', life: turn.state.life, uid: podUid(pod), namespace: pod.metadata.namespace ?? '', name: pod.metadata.name };
    turn.effects.push(send(turn.env.self, SCHEDULE_CHANNEL, body));
    return;
  }
  set(turn, { cache: observePod(turn.state.cache, pod) });
  const { parked, inFlight } = turn.state.queue;
  if (parked.size === 0 && inFlight.pods.length === 0) return;
  const objects = { before, after: pod };
  for (const event of podEvents('AssignedPod', pod, before)) {
    updateQueue(turn, (queue, context) => ((event.action & ACTION.podScaleDown) !== 0
      ? moveAll(queue, event, objects, context)
      : assignedPodEvent(queue, event, objects, pod, namespaceLabels(turn, pod), context)));
  }
};

/** The second half of a split recreate. */
export const recreated = (turn: Turn, { uid, namespace, name }: ScheduleBody & { readonly kind: 'recreated' }): void => {
  const pod = cachesIn(turn).lister<Pod>('pods').get(namespace, name);
  if (pod !== undefined && podUid(pod) === uid && isAssigned(pod)) assignedAdded(turn, pod);
};

const assignedPods = (turn: Turn, told: Notification): void => {
  const notification = told.kind === 'delete' && told.tombstone ? told : filtered(told, isAssigned);
  if (notification === undefined) return;
  const pod = notification.object as Pod;
  switch (notification.kind) {
    case 'add': return assignedAdded(turn, pod);
    case 'update': return assignedUpdated(turn, notification.before as Pod, pod);
    case 'delete': return assignedDeleted(turn, pod);
    default: return notification satisfies never;
  }
};

const nominatedNode = (pod: Pod): string => pod.status?.nominatedNodeName ?? '';
/** A nominated pod that goes, or is promised another node, gives room to pods of its priority and below. */
const nominationGone = (turn: Turn, pod: Pod): void => updateQueue(turn, (queue, context) =>
  moveAll(queue, EVENT.assignedPodDelete, { before: pod, after: undefined }, context, ({ info }) => info.priority <= podPriority(pod)));

const waitingDeleted = (turn: Turn, pod: Pod): void => {
  const uid = podUid(pod);
  updateQueue(turn, (queue, context) => dequeue(queue, uid, context));
  if (isWaiting(turn, uid)) {
    rejectWaiting(turn, uid, unschedulable('', 'removed'));
    updateQueue(turn, (queue, context) => moveAll(queue, EVENT.assignedPodDelete, { before: pod, after: undefined }, context));
  } else if (nominatedNode(pod) !== '') nominationGone(turn, pod);
};

const waitingUpdated = (turn: Turn, before: Pod, pod: Pod): void => {
  if (before.metadata.resourceVersion === pod.metadata.resourceVersion) return;
  if (podUid(before) !== podUid(pod)) {
    waitingDeleted(turn, before);
    return updateQueue(turn, (queue, context) => enqueue(queue, pod, context));
  }
  if (isAssumed(turn.state.cache, podUid(pod))) return;
  updateQueue(turn, (queue, context) => updateQueued(queue, before, pod, context));
  if (nominatedNode(before) !== '' && nominatedNode(before) !== nominatedNode(pod)) nominationGone(turn, before);
};

const unassignedPods = (turn: Turn, told: Notification): void => {
  const notification = filtered(told, (pod) => isOurs(turn, pod));
  if (notification === undefined) return;
  const pod = notification.object as Pod;
  switch (notification.kind) {
    case 'add': return updateQueue(turn, (queue, context) => (queue.pods.has(podUid(pod)) ? queue : enqueue(queue, pod, context)));
    case 'update': return waitingUpdated(turn, notification.before as Pod, pod);
    case 'delete': return waitingDeleted(turn, pod);
    default: return notification satisfies never;
  }
};

const nodes = (turn: Turn, notification: Notification): void => {
  const node = notification.object as Node;
  switch (notification.kind) {
    case 'add':
      set(turn, { cache: setNode(turn.state.cache, node) });
      return updateQueue(turn, (queue, context) => moveAll(queue, EVENT.nodeAdd, { before: undefined, after: node }, context));
    case 'update': {
      const before = notification.before as Node;
      set(turn, { cache: setNode(turn.state.cache, node) });
      for (const event of nodeEvents(node, before)) updateQueue(turn, (queue, context) => moveAll(queue, event, { before, after: node }, context));
      return;
    }
    case 'delete':
      updateQueue(turn, (queue, context) => moveAll(queue, EVENT.nodeDelete, { before: node, after: undefined }, context));
      return set(turn, { cache: removeNode(turn.state.cache, node.metadata.name) });
    default: return notification satisfies never;
  }
};

const storage = (turn: Turn, notification: Notification): void => {
  const event = storageEvent(notification.resource, notification.kind);
  const objects = {
    before: notification.kind === 'update' ? notification.before : notification.kind === 'delete' ? notification.object : undefined,
    after: notification.kind === 'delete' ? undefined : notification.object,
  };
  if (event !== undefined) updateQueue(turn, (queue, context) => moveAll(queue, event, objects, context));
};

const handlers: Readonly<Record<Listener, (turn: Turn, notification: Notification) => void>> =
  { nodes, storage, 'assigned-pods': assignedPods, 'unassigned-pods': unassignedPods };

export const handle = (turn: Turn, listener: Listener, notifications: readonly Notification[]): void => {
  const kept = turn.state.queue.inFlight;
  for (const notification of notifications) handlers[listener](turn, notification);
  if (turn.plan.policy.inFlightEvents === 'lost' && turn.state.queue.inFlight !== kept) {
    const { pods } = turn.state.queue.inFlight;
    set(turn, { queue: { ...turn.state.queue, inFlight: { ...turn.state.queue.inFlight, pods, events: undefined } } });
  }
  reviewWaiting(turn);
};
