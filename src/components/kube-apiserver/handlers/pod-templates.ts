/**
 * Pods made of one template: what decoding, defaulting, admission and validation made of its spec the first time holds for all of them.
 * Why: a spec comes in as the same object with every pod of its template, and the pods then share one spec, which everyone can remember things by.
 */
import type { KubeObject } from '../../../api/object.ts';
import { isDns1123Subdomain } from '../../../api/names.ts';
import { fillSystemFields } from '../../../api/strategy.ts';
import { timestamp } from './timestamps.ts';
import type { Namespace, Pod } from '../../../api/types.ts';
import { validateObjectMeta } from '../../../api/validation/metadata.ts';
import { namespaceOf } from '../cacher/cache-reads.ts';
import { objectIn } from '../cacher/store.ts';
import type { Cacher, WriteJob } from '../state.ts';
import type { Turn } from '../turn.ts';
import { cacherOf } from '../turn.ts';
import { drawName } from './names.ts';

/** What the outcome of the first time depended on, and the outcome. */
interface Known {
  readonly namespace: string;
  readonly base: string;
  readonly account: KubeObject | undefined;
  readonly classes: Cacher['objects'];
  readonly limits: Cacher['objects'];
  readonly spec: Pod['spec'];
  readonly status: NonNullable<Pod['status']>;
}

const known = new WeakMap<object, Known>();

const specOf = (body: unknown): object | undefined => {
  const spec = (body as { readonly spec?: unknown } | undefined)?.spec;
  return typeof spec === 'object' && spec !== null ? spec : undefined;
};

const classesOf = (turn: Turn): Cacher['objects'] => cacherOf(turn, 'priorityclasses.scheduling.k8s.io').objects;
const limitsOf = (turn: Turn): Cacher['objects'] => cacherOf(turn, 'limitranges').objects;

/** Remembers a pod that was let through, by the spec it came with. */
export const rememberPod = (turn: Turn, write: WriteJob, pod: KubeObject): void => {
  const { spec, status } = pod as Pod;
  const given = specOf(write.job.request.body);
  const namespace = namespaceOf(write.job) ?? '';
  if (given === undefined || status === undefined || pod.metadata.generateName === undefined) return;
  const account = objectIn(cacherOf(turn, 'serviceaccounts'), namespace, spec.serviceAccountName ?? '');
  known.set(given, { namespace, base: pod.metadata.generateName, account, classes: classesOf(turn), limits: limitsOf(turn), spec, status });
};

/** Nothing about the request asks for another look than the first pod had. */
const isPlain = (write: WriteJob, namespace: string): boolean => {
  const { request } = write.job;
  const body = request.body as Partial<KubeObject>;
  return request.resource === 'pods' && request.options === undefined && body.apiVersion === 'v1' && body.kind === 'Pod' && body.metadata !== undefined
    && (body.metadata.name ?? '') === '' && body.metadata.resourceVersion === undefined && (body.metadata.namespace ?? namespace) === namespace
    && body.metadata.annotations?.['kubernetes.io/config.mirror'] === undefined;
};

const stillHolds = (turn: Turn, entry: Known, namespace: string, base: string | undefined): boolean => {
  const home = objectIn(cacherOf(turn, 'namespaces'), undefined, namespace) as Namespace | undefined;
  return entry.namespace === namespace && entry.base === base && entry.classes === classesOf(turn) && entry.limits === limitsOf(turn) && home?.status?.phase === 'Active'
    && entry.account !== undefined && entry.account === objectIn(cacherOf(turn, 'serviceaccounts'), namespace, entry.spec.serviceAccountName ?? '');
};

/** The new pod, ready to be stored; undefined when it has to go the whole way. */
export const podOfTemplate = (turn: Turn, write: WriteJob): Pod | undefined => {
  const body = write.job.request.body;
  const spec = specOf(body);
  const entry = spec === undefined ? undefined : known.get(spec);
  if (entry === undefined) return undefined;
  const namespace = namespaceOf(write.job) ?? '';
  const pod = body as Pod;
  if (!isPlain(write, namespace) || !stillHolds(turn, entry, namespace, pod.metadata.generateName)) return undefined;
  const filled = fillSystemFields({ apiVersion: 'v1', kind: 'Pod', metadata: { ...pod.metadata, generation: 1 }, spec: entry.spec, status: entry.status } as Pod, {
    ...drawName(turn, `pods/${namespace}`, '', entry.base), namespace, creationTimestamp: timestamp(turn.env.nowMs),
  });
  return validateObjectMeta(filled.metadata, true, isDns1123Subdomain).length === 0 ? filled : undefined;
};
