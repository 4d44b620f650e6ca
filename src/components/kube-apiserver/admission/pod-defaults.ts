/**
 * What the server adds to every new pod: its priority, and how long it stays on a node that is lost.
 * Models: plugin/pkg/admission/priority/admission.go, plugin/pkg/admission/defaulttolerationseconds/admission.go
 */
import { forbidden } from '../../../api/status.ts';
import type { Pod, PriorityClass, Toleration } from '../../../api/types.ts';
import { objectIn, objectsIn } from '../cacher/store.ts';
import type { Turn } from '../turn.ts';
import { cacherOf } from '../turn.ts';
import type { Verdict } from './plugin.ts';
import { admitted, nameForRefusal, onCreateOf, refused } from './plugin.ts';

const CLASSES = 'priorityclasses.scheduling.k8s.io';

interface Ranked {
  readonly priorityClassName?: string;
  readonly priority: number;
  readonly preemptionPolicy: string;
}

/** The default of the lowest value, if two call themselves that. */
const defaultClass = (turn: Turn): PriorityClass | undefined => {
  const classes = objectsIn(cacherOf(turn, CLASSES), '') as readonly PriorityClass[];
  return classes.filter((c) => c.globalDefault === true).reduce<PriorityClass | undefined>((low, c) => (low === undefined || c.value < low.value ? c : low), undefined);
};

const rankOf = (turn: Turn, name: string): Ranked | undefined => {
  const found = name === '' ? defaultClass(turn) : objectIn(cacherOf(turn, CLASSES), undefined, name) as PriorityClass | undefined;
  if (found === undefined) return name === '' ? { priority: 0, preemptionPolicy: 'PreemptLowerPriority' } : undefined;
  return { priorityClassName: found.metadata.name, priority: found.value, preemptionPolicy: found.preemptionPolicy ?? 'PreemptLowerPriority' };
};

export const priority = onCreateOf('pods', 'Priority', (object, { turn }): Verdict => {
  const pod = object as Pod;
  const refusal = (why: string): Verdict => refused(forbidden('', 'pods', nameForRefusal(pod), why));
  const name = pod.spec.priorityClassName ?? '';
  const rank = rankOf(turn, name);
  if (rank === undefined) return refusal(`no PriorityClass with name ${name} was found`);
  const given = pod.spec.priority;
  if (given !== undefined && given !== rank.priority) {
    return refusal(`the integer value of priority (${given}) must not be provided in pod spec; priority admission controller computed ${rank.priority} from the given PriorityClass name`);
  }
  if (pod.spec.preemptionPolicy !== undefined && pod.spec.preemptionPolicy !== rank.preemptionPolicy) {
    return refusal(`the string value of PreemptionPolicy (${pod.spec.preemptionPolicy}) must not be provided in pod spec; `
      + `priority admission controller computed ${rank.preemptionPolicy} from the given PriorityClass name`);
  }
  return admitted({ ...pod, spec: { ...pod.spec, ...rank } } as Pod);
});

const LOST_NODE: readonly string[] = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const STAY_SECONDS = 300;

const tolerates = (toleration: Toleration, key: string): boolean =>
  ((toleration.key ?? '') === key || (toleration.key ?? '') === '') && ((toleration.effect ?? '') === 'NoExecute' || (toleration.effect ?? '') === '');

const stays: readonly Toleration[] = LOST_NODE.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: STAY_SECONDS }));

export const defaultTolerationSeconds = onCreateOf('pods', 'DefaultTolerationSeconds', (object): Verdict => {
  const pod = object as Pod;
  const given = pod.spec.tolerations ?? [];
  const missing = stays.filter((stay) => !given.some((toleration) => tolerates(toleration, stay.key ?? '')));
  return admitted(missing.length === 0 ? pod : { ...pod, spec: { ...pod.spec, tolerations: [...given, ...missing] } });
});
