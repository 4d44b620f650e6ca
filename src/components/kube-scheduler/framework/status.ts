/**
 * What a plugin answers: success is `undefined`, everything else a Status. Statuses are shared constants, so a refused node costs no allocation.
 * Models: staging/src/k8s.io/kube-scheduler/framework/interface.go Status, Code
 */

export type StatusCode =
  | 'Error'
  /** Preemption might help. */
  | 'Unschedulable'
  /** Preemption cannot help. */
  | 'UnschedulableAndUnresolvable'
  /** Rejected until an event of the plugin's; it then skips the back-off. */
  | 'Pending';

export interface Status {
  readonly code: StatusCode;
  readonly reasons: readonly string[];
  /** The plugin that answered; '' when the scheduler itself did. */
  readonly plugin: string;
}

export const newStatus = (code: StatusCode, plugin: string, ...reasons: readonly string[]): Status => ({ code, reasons, plugin });
export const unschedulable = (plugin: string, ...reasons: readonly string[]): Status => newStatus('Unschedulable', plugin, ...reasons);
export const unresolvable = (plugin: string, ...reasons: readonly string[]): Status => newStatus('UnschedulableAndUnresolvable', plugin, ...reasons);

/** A plugin said no (as opposed to: something failed). Source: `Status.IsRejected`. */
export const isRejected = (status: Status): boolean => status.code !== 'Error';

export const statusMessage = (status: Status | undefined): string => (status === undefined ? '' : status.reasons.join(', '));

/**
 * One status per text, for reasons that name data such as a taint.
 * Why a cache is pure here: the answer depends on the arguments alone.
 */
export const interned = (make: (text: string) => Status): ((text: string) => Status) => {
  const known = new Map<string, Status>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make(text);
    known.set(text, made);
    return made;
  };
};
