/**
 * Takes away pods that nobody else will: finished ones beyond a number, those of nodes that are gone, and those that no node ever had.
 * Models: pkg/controller/podgc/gc_controller.go
 * Not modelled: where several pods go side by side, each pod's delete follows its own patch at once; here all patches are answered first.
 */
import { SECOND_MS } from '../../../api/time.ts';
import type { Node, Pod } from '../../../api/types.ts';
import type { PersistentMap } from '../../../base/persistent-map.ts';
import { emptyMap } from '../../../base/persistent-map.ts';
import type { Answer, Controller, ControllerContext, ControllerOf, Op, Plan } from '../../../client/controller.ts';
import { done, erase, errorOf } from '../../../client/controller.ts';
import { isNotFound } from '../pod-control/errors.ts';
import { forceDelete, markFailed, outOfService, surplusTerminated, unscheduledTerminating } from './doomed-pods.ts';

interface Memory {
  /** By the name of a node that is not in the cache: when it is asked for. */
  readonly quarantine: PersistentMap<number>;
}

/** Pods that go side by side, one list after another; then those that go one by one. */
interface Pass {
  readonly pods: readonly Pod[];
  readonly together: readonly (readonly Pod[])[];
}

interface Doomed { readonly pod: Pod; readonly isOrphan: boolean }

type Stage =
  | { readonly kind: 'marked'; readonly pass: Pass; readonly marked: readonly Pod[]; readonly ready: readonly Pod[] }
  | { readonly kind: 'deleted'; readonly pass: Pass }
  | { readonly kind: 'looked'; readonly pods: readonly Pod[]; readonly names: readonly string[] }
  | { readonly kind: 'killed'; readonly rest: readonly Doomed[] };

type GcPlan = Plan<Memory, Stage>;

/** gcCheckPeriod and quarantineTime. */
const CHECK_PERIOD_MS = 20 * SECOND_MS;
const QUARANTINE_MS = 40 * SECOND_MS;

const reported = (answers: readonly Answer[]): readonly Op[] =>
  answers.map(errorOf).filter((error) => error !== undefined).map((error): Op => ({ op: 'observe', fact: 'sync-error', data: error }));

const collect = (memory: Memory, { caches, nowMs }: ControllerContext): GcPlan => {
  const pods = caches.lister<Pod>('pods').list();
  return takeTogether(memory, { pods, together: [surplusTerminated(pods), outOfService(pods, caches.lister<Node>('nodes'))] }, [], { caches, nowMs });
};

type Seen = Pick<ControllerContext, 'caches' | 'nowMs'>;

const takeTogether = (memory: Memory, { pods, together }: Pass, ops: readonly Op[], seen: Seen): GcPlan => {
  const [first, ...rest] = together;
  if (first === undefined) return lookForNodes(memory, pods, ops, seen);
  const pass: Pass = { pods, together: rest };
  const marks = first.map((pod) => ({ pod, request: markFailed(pod, false, seen.nowMs) }));
  const marked = marks.filter(({ request }) => request !== undefined);
  const ready = marks.filter(({ request }) => request === undefined).map(({ pod }) => pod);
  if (marked.length === 0) return deleteTogether(memory, pass, ready, ops, seen);
  const requests = marked.flatMap(({ request }) => (request === undefined ? [] : [request]));
  return { kind: 'ask', memory, ops, requests, mode: 'parallel', stage: { kind: 'marked', pass, marked: marked.map(({ pod }) => pod), ready } };
};

const deleteTogether = (memory: Memory, pass: Pass, pods: readonly Pod[], ops: readonly Op[], seen: Seen): GcPlan =>
  (pods.length === 0 ? takeTogether(memory, pass, ops, seen)
    : { kind: 'ask', memory, ops, requests: pods.map(forceDelete), mode: 'parallel', stage: { kind: 'deleted', pass } });

/** Nodes that pods are bound to and the cache has not got: quarantined, and asked for once that is over. */
const lookForNodes = (memory: Memory, pods: readonly Pod[], ops: readonly Op[], { caches, nowMs }: Seen): GcPlan => {
  const nodes = caches.lister<Node>('nodes');
  const isMissing = (name: string): boolean => nodes.get('', name) === undefined;
  const due = memory.quarantine.entries().filter(([, atMs]) => atMs <= nowMs).map(([name]) => name);
  let quarantine = due.reduce((map, name) => map.delete(name), memory.quarantine);
  for (const { spec: { nodeName = '' } } of pods) {
    if (nodeName !== '' && !quarantine.has(nodeName) && isMissing(nodeName)) quarantine = quarantine.set(nodeName, nowMs + QUARANTINE_MS);
  }
  const next = quarantine === memory.quarantine ? memory : { ...memory, quarantine };
  const names = due.filter(isMissing);
  if (names.length === 0) return killOne(next, unscheduled(pods), ops, nowMs);
  const requests = names.map((name) => ({ verb: 'get', resource: 'nodes', name }) as const);
  return { kind: 'ask', memory: next, ops, requests, mode: 'parallel', stage: { kind: 'looked', pods, names } };
};

const unscheduled = (pods: readonly Pod[]): readonly Doomed[] => unscheduledTerminating(pods).map((pod) => ({ pod, isOrphan: false }));

const killOne = (memory: Memory, [first, ...rest]: readonly Doomed[], ops: readonly Op[], nowMs: number): GcPlan => {
  if (first === undefined) return done(memory, ops);
  const mark = markFailed(first.pod, first.isOrphan, nowMs);
  const requests = mark === undefined ? [forceDelete(first.pod)] : [mark, forceDelete(first.pod)];
  return { kind: 'ask', memory, ops, requests, mode: 'in-order', stage: { kind: 'killed', rest } };
};

const looked = (memory: Memory, { pods, names }: Stage & { kind: 'looked' }, answers: readonly Answer[], nowMs: number): GcPlan => {
  const gone = new Set(names.filter((_, i) => isNotFound(answers[i] as Answer)));
  const orphans = pods.filter(({ spec }) => gone.has(spec.nodeName ?? '')).map((pod): Doomed => ({ pod, isOrphan: true }));
  return killOne(memory, [...orphans, ...unscheduled(pods)], reported(answers.filter((answer) => !isNotFound(answer))), nowMs);
};

/** The controller with its types, for specs. */
export const typedPodGcController: ControllerOf<Memory, Stage> = {
  name: 'pod-garbage-collector',
  queues: [{ name: 'gc', workers: 1 }],
  informers: [{ resource: 'pods', handles: false }, { resource: 'nodes', handles: false }],
  periodic: [{ queue: 'gc', key: 'gc', everyMs: CHECK_PERIOD_MS }],
  initial: { quarantine: emptyMap<number>() },
  handle: (memory) => ({ memory, ops: [] }),
  reconcile: (memory, _queue, _key, context) => collect(memory, context),
  resume: (memory, _queue, _key, stage, answers, context) => {
    switch (stage.kind) {
      case 'marked': {
        const written = stage.marked.filter((_, i) => errorOf(answers[i] as Answer) === undefined);
        return deleteTogether(memory, stage.pass, [...stage.ready, ...written], reported(answers), context);
      }
      case 'deleted': return takeTogether(memory, stage.pass, reported(answers), context);
      case 'looked': return looked(memory, stage, answers, context.nowMs);
      case 'killed': return killOne(memory, stage.rest, reported(answers), context.nowMs);
      default: return stage satisfies never;
    }
  },
};

export const podGcController = (): Controller => erase(typedPodGcController);
