/**
 * kubectl-shaped commands to draw, for fast-check's model-based testing: each changes the reference model as it is to change the cluster, refusals
 * included.
 */
import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { KubeObject } from '../api/object.ts';
import type { UserCommand } from '../protocol/user.ts';
import { describeUserCommand } from './describe-scenario.ts';
import type { KubectlCommand } from './kubectl-cluster.ts';
import { NAMESPACE, appOf, kubectlKinds, targetOf, workloadKey } from './kubectl-model.ts';
import type { Desired, KubectlKind, KubectlModel, WorkloadName } from './kubectl-model.ts';

export interface KubectlConstraints {
  /** Default: Deployment and ReplicaSet. */
  readonly kinds?: readonly KubectlKind[];
  /** How many workloads of each kind there may be. Default: 2. */
  readonly maxWorkloads?: number;
  /** Default: 3. */
  readonly maxReplicas?: number;
  /** Default: 8. */
  readonly maxCommands?: number;
  /**
   * `settled`: the cluster comes to rest after every command, and is then compared with the model. `in-motion`: the next command is typed after a few
   * steps, while the cluster is still busy, and all is compared at the end. Default: `settled`.
   */
  readonly pace?: 'settled' | 'in-motion';
}

/** What a command does to what was asked for; undefined: it is refused and changes nothing. A workload that is not there is undefined too. */
type Change = (before: Desired | undefined) => { readonly after: Desired | undefined } | undefined;

interface Operation {
  readonly target: WorkloadName;
  readonly command: UserCommand;
  readonly change: Change;
}

const FIRST_IMAGE = 'example/server:1';
const IMAGES = [FIRST_IMAGE, 'example/server:2', 'example/server:3'] as const;

const manifest = (target: WorkloadName, replicas: number): KubeObject => ({
  apiVersion: 'apps/v1', kind: target.kind, metadata: { name: target.name, namespace: NAMESPACE },
  spec: {
    replicas, selector: { matchLabels: { app: appOf(target) } },
    template: { metadata: { labels: { app: appOf(target) } }, spec: { containers: [{ name: 'c', image: FIRST_IMAGE, resources: { requests: { cpu: '50m', memory: '32Mi' } } }] } },
  },
} as KubeObject);

const ifThere = (change: (before: Desired) => Desired | undefined): Change => (before) => (before === undefined ? undefined : { after: change(before) });

const fresh = (target: WorkloadName, replicas: number): Desired => ({ ...target, replicas, image: FIRST_IMAGE, labels: {} });

const apply = (target: WorkloadName, replicas: number): Operation => ({
  // What others have put on an object, and the manifest never had, is left alone.
  target, command: { kind: 'apply', object: manifest(target, replicas) }, change: (before) => ({ after: { ...fresh(target, replicas), labels: before?.labels ?? {} } }),
});

const create = (target: WorkloadName, replicas: number): Operation => ({
  target, command: { kind: 'create', object: manifest(target, replicas) }, change: (before) => (before === undefined ? { after: fresh(target, replicas) } : undefined),
});

const scale = (target: WorkloadName, replicas: number): Operation =>
  ({ target, command: { kind: 'scale', target: targetOf(target), replicas }, change: ifThere((before) => ({ ...before, replicas })) });

const remove = (target: WorkloadName): Operation => ({ target, command: { kind: 'delete', target: targetOf(target) }, change: ifThere(() => undefined) });

const label = (target: WorkloadName, value: string): Operation => ({
  target, command: { kind: 'patch', target: targetOf(target), patchType: 'merge', patch: { metadata: { labels: { tier: value } } } },
  change: ifThere((before) => ({ ...before, labels: { ...before.labels, tier: value } })),
});

const setImage = (target: WorkloadName, image: string): Operation =>
  ({ target, command: { kind: 'set-image', target: targetOf(target), container: 'c', image }, change: ifThere((before) => ({ ...before, image })) });

const rolloutRestart = (target: WorkloadName): Operation => ({ target, command: { kind: 'rollout-restart', target: targetOf(target) }, change: ifThere((before) => before) });

const updateModel = (model: KubectlModel, { target, change }: Operation): void => {
  const key = workloadKey(target);
  const changed = change(model.desired.get(key));
  model.fails.push(changed === undefined);
  if (changed === undefined) return;
  if (changed.after === undefined) model.desired.delete(key);
  else model.desired.set(key, changed.after);
};

/** `pause`: so many steps, and then the next command; undefined: until the cluster has come to rest. */
const commandOf = (operation: Operation, pause: number | undefined): KubectlCommand => ({
  check: () => true,
  run: (model, session) => {
    session.type(operation.command);
    updateModel(model, operation);
    if (pause === undefined) session.settle(model);
    else session.pass(pause);
  },
  toString: () => `${describeUserCommand(operation.command)}${pause === undefined ? '' : `, ${pause} steps`}`,
});

const operations = ({ kinds = kubectlKinds, maxWorkloads = 2, maxReplicas = 3 }: KubectlConstraints): readonly Arbitrary<Operation>[] => {
  const nameOf = (of: readonly KubectlKind[]): Arbitrary<WorkloadName> =>
    fc.record({ kind: fc.constantFrom(...of), name: fc.constantFrom(...Array.from({ length: maxWorkloads }, (_, i) => `w${i}`)) });
  const target = nameOf(kinds);
  const replicas = fc.integer({ min: 0, max: maxReplicas });
  const withReplicas = (make: (target: WorkloadName, replicas: number) => Operation): Arbitrary<Operation> => fc.tuple(target, replicas).map(([one, count]) => make(one, count));
  const all = [withReplicas(apply), withReplicas(create), withReplicas(scale), target.map(remove), fc.tuple(target, fc.constantFrom('front', 'back')).map(([one, value]) => label(one, value))];
  if (!kinds.includes('Deployment')) return all;
  const deployment = nameOf(['Deployment']);
  return [...all, fc.tuple(deployment, fc.constantFrom(...IMAGES)).map(([one, image]) => setImage(one, image)), deployment.map(rolloutRestart)];
};

const MAX_PAUSE = 60;

/** For `kubectlCluster().run`, or fast-check's own `modelRun`. Shrinks towards fewer commands with fewer replicas and shorter pauses. */
export const kubectlCommands = (constraints: KubectlConstraints = {}): Arbitrary<Iterable<KubectlCommand>> => {
  const pause = constraints.pace === 'in-motion' ? fc.nat({ max: MAX_PAUSE }) : fc.constant(undefined);
  return fc.commands(operations(constraints).map((operation) => fc.tuple(operation, pause).map(([one, steps]) => commandOf(one, steps))), { maxCommands: constraints.maxCommands ?? 8 });
};
