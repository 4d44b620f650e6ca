/**
 * What a pod asks of its node.
 * Models: staging/src/k8s.io/component-helpers/resource/helpers.go PodRequests, pkg/scheduler/util/pod_resources.go
 * Not modelled: in-place resize (requests of container statuses).
 */
import { sortedKeys } from '../base/order.ts';
import { milliValueOf, valueOf } from './quantity.ts';
import type { Container, Pod, ResourceList } from './types.ts';

export interface PodRequests {
  /** Millicores. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  /** Always 1. */
  readonly pods: 1;
  /** Every other resource by name, in whole units; in byte order of names. */
  readonly scalar: ReadonlyMap<string, number>;
}

/** What scoring assumes of a container that asks for nothing. */
const DEFAULT_MILLI_CPU_REQUEST = 100;
const DEFAULT_MEMORY_REQUEST = 200 * 1024 * 1024;

type Amounts = ReadonlyMap<string, number>;
type Floor = { readonly cpu: number; readonly memory: number };

const amountsOf = (list: ResourceList | undefined, floor?: Floor): Amounts => {
  const amounts = new Map<string, number>();
  if (floor !== undefined) amounts.set('cpu', floor.cpu).set('memory', floor.memory);
  for (const name of sortedKeys(list ?? {})) amounts.set(name, name === 'cpu' ? milliValueOf(list?.[name]) : valueOf(list?.[name]));
  return amounts;
};

const merged = (a: Amounts, b: Amounts, join: (x: number, y: number) => number): Amounts => {
  const out = new Map(a);
  for (const [name, amount] of b) out.set(name, join(out.get(name) ?? 0, amount));
  return out;
};
const plus = (a: Amounts, b: Amounts): Amounts => merged(a, b, (x, y) => x + y);
const most = (a: Amounts, b: Amounts): Amounts => merged(a, b, Math.max);

/** Sidecars add to the containers; each other init container runs alone beside the sidecars before it. */
const aggregate = (pod: Pod, floor: Floor | undefined): Amounts => {
  const requestsOf = (container: Container): Amounts => amountsOf(container.resources?.requests, floor);
  let running = pod.spec.containers.map(requestsOf).reduce(plus, new Map());
  let sidecars: Amounts = new Map();
  let peak: Amounts = new Map();
  for (const container of pod.spec.initContainers ?? []) {
    const own = requestsOf(container);
    if (container.restartPolicy === 'Always') {
      running = plus(running, own);
      sidecars = plus(sidecars, own);
      peak = most(peak, sidecars);
    } else peak = most(peak, plus(own, sidecars));
  }
  return most(running, peak);
};

const POD_LEVEL: ReadonlySet<string> = new Set(['cpu', 'memory']);

const totalOf = (pod: Pod, floor: Floor | undefined): PodRequests => {
  const containers = aggregate(pod, floor);
  const podLevel = [...amountsOf(pod.spec.resources?.requests)].filter(([name]) => POD_LEVEL.has(name) || name.startsWith('hugepages-'));
  const effective = new Map([...containers, ...podLevel]);
  const total = plus(effective, amountsOf(pod.spec.overhead));
  const scalar = sortedKeys(Object.fromEntries(total)).filter((name) => !POD_LEVEL.has(name));
  return { cpu: total.get('cpu') ?? 0, memory: total.get('memory') ?? 0, pods: 1, scalar: new Map(scalar.map((name) => [name, total.get(name) ?? 0])) };
};

const remembered = (floor: Floor | undefined): ((pod: Pod) => PodRequests) => {
  const bySpec = new WeakMap<object, PodRequests>();
  return (pod) => {
    const known = bySpec.get(pod.spec);
    if (known !== undefined) return known;
    const total = totalOf(pod, floor);
    bySpec.set(pod.spec, total);
    return total;
  };
};

/** What the pod asks for: what filtering counts. */
export const podRequests: (pod: Pod) => PodRequests = remembered(undefined);

/** The same with 100m and 200Mi for each container that asks for none: what scoring counts. */
export const nonZeroPodRequests: (pod: Pod) => PodRequests = remembered({ cpu: DEFAULT_MILLI_CPU_REQUEST, memory: DEFAULT_MEMORY_REQUEST });
