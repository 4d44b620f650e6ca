/** A history: the writes to a cluster's kube-apiserver in the order in which it finished them; a recorded one, or one of ours in the same form. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { KubeObject, ObjectMeta } from '../../src/api/object.ts';

/** Plain JSON, looked into by name. */
export type Json = Readonly<Record<string, unknown>>;

export interface Write {
  /** Since the scenario began. */
  readonly ms: number;
  readonly user: string;
  readonly verb: string;
  /** `pods`, `apps/deployments/status`. */
  readonly resource: string;
  readonly name: string;
  readonly code: number;
  readonly request: Json | undefined;
  /** The object as it then stood, or a Status. */
  readonly response: Json | undefined;
}

const FOLDER = fileURLToPath(new URL('../../../shared/oracle/histories/', import.meta.url));

/** By name; empty where the recordings are not beside the project. */
export const recordedHistories = (): ReadonlyMap<string, readonly Write[]> => {
  if (!existsSync(FOLDER)) {
    console.warn('Skipped: the oracle\'s histories are not beside the project.');
    return new Map();
  }
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.jsonl')).sort();
  return new Map(files.map((file) => [file.replace('.jsonl', ''), readFileSync(`${FOLDER}${file}`, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Write)]));
};

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

export const metaOf = (object: Json | undefined): Partial<ObjectMeta> => (object as Partial<KubeObject> | undefined)?.metadata ?? {};

export const succeeded = ({ code }: Write): boolean => code < 300;

export const isWriteTo = (write: Write, verb: string, resource: string): boolean => write.verb === verb && write.resource === resource && succeeded(write);

/** `apps/deployments/status` to `apps/deployments`. */
export const withoutSubresource = (resource: string): string => resource.replace(/\/(status|scale|binding|eviction)$/, '');
