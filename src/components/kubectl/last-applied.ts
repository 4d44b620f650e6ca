/**
 * The annotation in which kubectl keeps what was applied last.
 * Models: staging/src/k8s.io/kubectl/pkg/util/apply.go GetModifiedConfiguration
 */
import type { KubeObject } from '../../api/object.ts';
import { canonicalJson } from '../../base/canonical-json.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const withoutOwn = (annotations: Readonly<Record<string, string>> | undefined): Record<string, string> => {
  const { [LAST_APPLIED]: _own, ...rest } = annotations ?? {};
  return rest;
};

/** The object as kubectl sends it: itself, annotated with its own JSON (keys in byte order, a newline at the end). */
export const withLastApplied = (object: KubeObject): KubeObject => {
  const annotations = withoutOwn(object.metadata.annotations);
  const bare = { ...object, metadata: { ...object.metadata, annotations } };
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [LAST_APPLIED]: `${canonicalJson(bare)}\n` } } };
};

/** What was applied last according to a live object; undefined when it was not applied. */
export const lastApplied = (live: KubeObject): unknown => {
  const text = live.metadata.annotations?.[LAST_APPLIED];
  return text === undefined ? undefined : JSON.parse(text) as unknown;
};
