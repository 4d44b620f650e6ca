/**
 * What a property is: a statement about every run, watched by a monitor that sees each step.
 * Safety is judged under faults; then faults stop, writers fall quiet, and convergence is demanded within a bound.
 */
import type { ResourceId } from '../api/resources.ts';
import type { StepRecord } from '../kernel/step.ts';
import type { World } from '../kernel/world.ts';
import type { Applies } from './applies.ts';

export interface Violation {
  /** The same for what is the same fault, whatever its names and times: what shrinking has to keep. */
  readonly signature: string;
  /** For a person: which object, what was seen, what was expected. */
  readonly message: string;
}

/** Which steps a monitor can learn from; it loses nothing when it is shown no others. Absent: every step. */
export interface Interest {
  /** Steps in which etcd changes an object of these resources. */
  readonly resources?: readonly ResourceId[];
  /** Steps of these actors, by the name before the slash: `kube-apiserver`, `container-runtime`. */
  readonly actors?: readonly string[];
  /** Steps that bring a request to a kube-apiserver; see `requestIn`. */
  readonly requests?: boolean;
  /** Steps in which a kube-apiserver answers requests; see `exchangesOf`. */
  readonly exchanges?: boolean;
  /** Crashes, restarts, cuts, resets, skews. */
  readonly faults?: boolean;
}

/** Watches one run. Mutable: it lives no longer than its run. */
export interface Monitor {
  readonly interest?: Interest;
  /** After every step, in order. The first violation of a run is the one that counts. */
  readonly step: (world: World, record: StepRecord) => Violation | undefined;
  /** Once, at the end: faults have stopped, the user has nothing left to do, and the world is settled, still, or out of budget. */
  readonly end: (world: World) => Violation | undefined;
  /** How often the statement was put to the test: 0 is a vacuous pass, which fails a campaign. For `sometimes`: how often it was seen. */
  readonly evaluated: () => number;
  /** Which assumption the run has broken, if any: a violation then does not count, and the report says so. */
  readonly broken?: () => string | undefined;
}

export interface Property {
  /** Such as `pods.bind-once`: one id in spec, property, comment and doc. */
  readonly id: string;
  readonly kind: 'always' | 'eventually' | 'sometimes';
  /** One sentence. */
  readonly statement: string;
  /** Upstream's source, issue or document. */
  readonly source: string;
  /** Assumptions under which it is claimed; none: under all faults. */
  readonly assumes?: readonly string[];
  /** Where upstream is still broken, and so is the default: the issue, and the id of the variant that cures it. */
  readonly stillBroken?: { readonly issue: string; readonly remedy: string };
  /** Whether a campaign of which this is asked has to put it to the test. Absent: always. */
  readonly appliesTo?: Applies;
  readonly monitor: () => Monitor;
}
