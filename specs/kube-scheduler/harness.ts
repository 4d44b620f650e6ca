/** Drives a kube-scheduler actor alone: a small API server that answers at once and echoes every write through the watches. */
import { isRight } from 'fp-ts/lib/Either.js';
import type { KubeObject } from '../../src/api/object.ts';
import { applyStrategicMergePatch } from '../../src/api/patch/strategic-merge-patch.ts';
import { notFound } from '../../src/api/status.ts';
import type { Node, Pod } from '../../src/api/types.ts';
import { kubeSchedulerActor } from '../../src/components/kube-scheduler/kube-scheduler-actor.ts';
import type { KubeSchedulerOptions } from '../../src/components/kube-scheduler/kube-scheduler-actor.ts';
import type { SchedulerState } from '../../src/components/kube-scheduler/state.ts';
import type { Effect, Input } from '../../src/kernel/transition.ts';
import type { ApiAnswer, ApiRequest, ToApiServer, WatchEvent } from '../../src/protocol/api.ts';
import { hashText } from '../../src/base/hash.ts';

export const node = (name: string, cpu: string, more: { readonly labels?: Record<string, string>; readonly spec?: Node['spec']; readonly memory?: string } = {}): Node => ({
  apiVersion: 'v1', kind: 'Node', metadata: { name, uid: `uid-${name}`, resourceVersion: '1', labels: { 'kubernetes.io/hostname': name, ...more.labels } },
  spec: more.spec ?? {}, status: { allocatable: { cpu, memory: more.memory ?? '16Gi', pods: '110' } },
});

export interface PodMore {
  readonly namespace?: string; readonly labels?: Record<string, string>; readonly spec?: Partial<Pod['spec']>; readonly status?: Pod['status']; readonly uid?: string;
}
export const pod = (name: string, cpu: string, more: PodMore = {}): Pod => ({
  apiVersion: 'v1', kind: 'Pod',
  metadata: { name, namespace: more.namespace ?? 'default', uid: more.uid ?? `uid-${name}`, resourceVersion: '1', ...(more.labels === undefined ? {} : { labels: more.labels }) },
  spec: { schedulerName: 'default-scheduler', containers: [{ name: 'c', image: 'nginx:1', ...(cpu === '0' ? {} : { resources: { requests: { cpu } } }) }], ...more.spec },
  status: more.status ?? { phase: 'Pending' },
});

type Answering = (request: ApiRequest) => ApiAnswer | 'lost' | undefined;

export interface Harness {
  readonly state: () => SchedulerState;
  /** Writes so far, reads and leases left out. */
  readonly writes: () => readonly ApiRequest[];
  readonly notes: (reason: string) => readonly string[];
  readonly bound: () => Readonly<Record<string, string>>;
  readonly put: (...objects: readonly (KubeObject | Node | Pod)[]) => void;
  readonly remove: (object: KubeObject) => void;
  readonly get: (name: string) => Pod | undefined;
  /** Delivers until nothing is on its way. */
  readonly settle: () => void;
  /** At most `steps` deliveries. */
  readonly deliver: (steps: number) => void;
  readonly advance: (ms: number) => void;
  /** From now on decisions wait, until `release`. */
  readonly hold: () => void;
  readonly release: () => void;
}

interface Setup extends Partial<KubeSchedulerOptions> {
  readonly objects?: readonly KubeObject[];
  readonly answer?: Answering;
  readonly seed?: string;
}

const RESOURCE: Readonly<Record<string, string>> = {
  Node: 'nodes', Pod: 'pods', Service: 'services', ReplicaSet: 'replicasets.apps', Namespace: 'namespaces', PersistentVolumeClaim: 'persistentvolumeclaims',
  PodDisruptionBudget: 'poddisruptionbudgets.policy', StorageClass: 'storageclasses.storage.k8s.io',
};

export const harness = (setup: Setup = {}): Harness => {
  const { objects = [], answer = () => undefined, seed = 'a', ...options } = setup;
  const actor = kubeSchedulerActor({ id: 'kube-scheduler', apiservers: ['kube-apiserver'], leaderElection: false, ...options });
  const store = new Map<string, Map<string, KubeObject>>();
  const keyOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  const of = (resource: string): Map<string, KubeObject> => {
    const found = store.get(resource) ?? new Map<string, KubeObject>();
    store.set(resource, found);
    return found;
  };
  for (const object of objects) of(RESOURCE[object.kind] ?? '').set(keyOf(object), object);
  const inbox: Input[] = [];
  const held: Input[] = [];
  let holding = false;
  const timers = new Map<string, number>();
  const watches = new Map<string, { readonly id: number; readonly channel: string }>();
  const log: ApiRequest[] = [];
  let state = actor.initial;
  let nowMs = 1_700_000_000_000;
  let version = 10;

  const hear = (channel: string, body: unknown): void => { inbox.push({ kind: 'message', from: 'kube-apiserver', channel, body }); };
  const emit = (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void => {
    const resource = RESOURCE[object.kind] ?? '';
    const watch = watches.get(resource);
    version += 1;
    const versioned = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    if (type === 'DELETED') of(resource).delete(keyOf(object));
    else of(resource).set(keyOf(object), versioned);
    const event: WatchEvent = { type, object: versioned };
    if (watch !== undefined) hear(watch.channel, { kind: 'api-watch-event', id: watch.id, event });
  };
  const podNamed = (request: ApiRequest): Pod | undefined => of('pods').get(`${request.namespace ?? ''}/${request.name ?? ''}`) as Pod | undefined;
  const missing = (request: ApiRequest): ApiAnswer => ({ kind: 'refused', code: 404, status: notFound('', request.resource, request.name ?? '') });

  const podWrite = (request: ApiRequest): ApiAnswer => {
    const found = podNamed(request);
    if (found === undefined) return missing(request);
    if (request.verb === 'delete') {
      emit('DELETED', found);
      return { kind: 'object', code: 200, object: found };
    }
    if (request.subresource === 'binding') {
      emit('MODIFIED', { ...found, spec: { ...found.spec, nodeName: (request.body as { readonly target: { readonly name: string } }).target.name } } as Pod);
      return { kind: 'done', code: 200, status: { kind: 'Status', apiVersion: 'v1', status: 'Success', code: 201 } };
    }
    const patched = applyStrategicMergePatch(found, request.body, found);
    if (!isRight(patched)) throw new Error(`patch refused: ${patched.left} ${JSON.stringify(request.body)}`);
    emit('MODIFIED', patched.right as Pod);
    return { kind: 'object', code: 200, object: patched.right as Pod };
  };

  const serve = (request: ApiRequest): ApiAnswer => {
    if (request.verb === 'list') {
      return { kind: 'list', code: 200, list: { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: String(version) }, items: [...of(request.resource).values()] } };
    }
    if (request.verb === 'get') return missing(request);
    if (request.resource === 'pods') return podWrite(request);
    return { kind: 'object', code: 201, object: request.body as KubeObject };
  };

  const ask = (channel: string, body: ToApiServer): void => {
    if (body.kind !== 'api-request') return;
    const { request, id } = body;
    if (request.verb === 'watch') {
      watches.set(request.resource, { id, channel });
      return;
    }
    if (request.verb !== 'list' && request.verb !== 'get' && !request.resource.startsWith('leases')) log.push(request);
    const given = answer(request);
    if (given === 'lost') return;
    hear(channel, { kind: 'api-answer', id, answer: given ?? serve(request) });
  };

  const perform = (effect: Effect): void => {
    switch (effect.kind) {
      case 'send':
        if (effect.to === 'kube-scheduler') {
          const isDecision = (effect.body as { readonly kind?: string }).kind === 'decide';
          (holding && isDecision ? held : inbox).push({ kind: 'message', from: effect.to, channel: effect.channel, body: effect.body });
        }
        else ask(effect.channel, effect.body as ToApiServer);
        return;
      case 'arm': timers.set(effect.key, nowMs + effect.afterMs); return;
      case 'cancel': timers.delete(effect.key); return;
      case 'append': case 'observe': return;
      default: effect satisfies never;
    }
  };

  const give = (input: Input): void => {
    const env = { self: 'kube-scheduler', nowMs, incarnation: 0, random: (label: string, n: number) => hashText(`${seed}/${label}/${n}`) >>> 0 };
    const [next, effects] = actor.transition(state, input, env);
    state = next;
    for (const effect of effects) perform(effect);
  };

  const deliver = (steps: number): void => {
    for (let i = 0; i < steps; i += 1) {
      const input = inbox.shift();
      if (input === undefined) return;
      give(input);
    }
  };
  const settle = (): void => deliver(1_000_000);
  const advance = (ms: number): void => {
    const until = nowMs + ms;
    for (;;) {
      const due = [...timers].filter(([, at]) => at <= until).sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))[0];
      if (due === undefined) break;
      timers.delete(due[0]);
      nowMs = due[1];
      give({ kind: 'timer', key: due[0] });
      settle();
    }
    nowMs = until;
  };

  give({ kind: 'start', durable: undefined });
  return {
    state: () => state,
    writes: () => log,
    notes: (reason) => log.flatMap(({ body }) => {
      const event = body as { readonly kind?: string; readonly reason?: string; readonly note?: string } | undefined;
      return event?.kind === 'Event' && event.reason === reason ? [event.note ?? ''] : [];
    }),
    bound: () => Object.fromEntries([...of('pods').values()].flatMap((object) => {
      const nodeName = (object as Pod).spec.nodeName;
      return nodeName === undefined ? [] : [[object.metadata.name, nodeName]];
    })),
    put: (...given) => given.forEach((object) => emit(of(RESOURCE[object.kind] ?? '').has(keyOf(object)) ? 'MODIFIED' : 'ADDED', object)),
    remove: (object) => emit('DELETED', object),
    get: (name) => of('pods').get(`default/${name}`) as Pod | undefined,
    settle, deliver, advance,
    hold: () => { holding = true; },
    release: () => {
      holding = false;
      inbox.push(...held.splice(0));
    },
  };
};
