/** The `kubeloom.dev/behavior` annotations of a pod or of a workload's template, checked before the container runtime would stumble over them. */
import { isLeft } from 'fp-ts/lib/Either.js';
import { sortedKeys } from '../../base/order.ts';
import { BEHAVIOR_ANNOTATION, parseOverlay } from '../../components/container-runtime/behavior.ts';
import type { InputProblem } from './input-problem.ts';
import type { Path, Place } from './place.ts';
import { isFields, problemAt, within } from './place.ts';

/** Where the metadata of the pods of a kind is. */
const metadataOfPods = (kind: unknown): Path => {
  switch (kind) {
    case 'Pod': return ['metadata'];
    case 'CronJob': return ['spec', 'jobTemplate', 'spec', 'template', 'metadata'];
    default: return ['spec', 'template', 'metadata'];
  }
};

export const behaviorProblems = (place: Place): readonly InputProblem[] => {
  const path: Path = [...metadataOfPods(within(place, 'kind').value), 'annotations'];
  const annotations = path.reduce(within, place).value;
  if (!isFields(annotations)) return [];
  return sortedKeys(annotations).filter((name) => name === BEHAVIOR_ANNOTATION || name.startsWith(`${BEHAVIOR_ANNOTATION}.`)).flatMap((name) => {
    const read = parseOverlay(String(annotations[name]));
    return isLeft(read) ? [problemAt(place, [...path, name], `annotation ${name}: ${read.left}`)] : [];
  });
};
