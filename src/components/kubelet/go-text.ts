/**
 * Texts as Go prints them.
 * Models: Go's time.Duration.String, pkg/kubelet/util/format/pod.go
 */
import type { Pod } from '../../api/types.ts';

const trimZeros = (text: string): string => text.replace(/\.?0+$/, '');

/** `1.5s`, `500ms`, `1m20s`, `5m0s`, `1h0m0s`; whole milliseconds (the rest is dropped). */
export const goDuration = (ms: number): string => {
  const whole = Math.trunc(ms);
  if (whole === 0) return '0s';
  if (whole < 1000) return `${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor(whole / 60_000) % 60;
  const seconds = whole % 60_000 / 1000;
  const tail = `${seconds % 1 === 0 ? seconds : trimZeros(seconds.toFixed(3))}s`;
  return hours > 0 ? `${hours}h${minutes}m${tail}` : minutes > 0 ? `${minutes}m${tail}` : tail;
};

/** `name_namespace(uid)`. */
export const podText = (pod: Pod): string => `${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid ?? ''})`;

/** `[a b]`: a slice of strings under %s. */
export const goSlice = (items: readonly string[]): string => `[${items.join(' ')}]`;

/** %q. */
export const quoted = (text: string): string => JSON.stringify(text);
