/** A scenario in words: the cluster, and what the user does. */
import { describe } from '../protocol/describe.ts';
import type { UserCommand } from '../protocol/user.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** What a command asks for; 0 where it asks for no replicas. */
const replicasIn = (command: UserCommand): number | undefined => {
  if (command.kind === 'scale') return command.replicas;
  if (command.kind !== 'apply' && command.kind !== 'create' && command.kind !== 'replace') return undefined;
  const { spec } = command.object as { readonly spec?: { readonly replicas?: unknown } };
  return typeof spec?.replicas === 'number' ? spec.replicas : undefined;
};

/** Of all commands together. */
export const replicasOf = ({ timeline }: Scenario): number => timeline.reduce((sum, { command }) => sum + (replicasIn(command) ?? 0), 0);

/** Such as `apply Deployment default/web replicas=3`. */
export const describeUserCommand = (command: UserCommand): string => {
  const replicas = command.kind === 'scale' ? undefined : replicasIn(command);
  return `${describe({ kind: 'user-command', command })}${replicas === undefined ? '' : ` replicas=${replicas}`}`;
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const describeCluster = ({ topology: { nodes, apiservers, kubeProxy, leaderElection, seed }, variants = [] }: Scenario): string => [
  counted(nodes.length, 'node'), counted(apiservers, 'API server'), ...(kubeProxy ? [] : ['without kube-proxy']), ...(leaderElection ? [] : ['without leader election']),
  `seed ${seed}`, ...(variants.length === 0 ? [] : [`with ${variants.join(', ')}`]),
].join(', ');

/** The first line is the cluster, the rest the user's commands in order. */
export const describeScenario = (scenario: Scenario): readonly string[] =>
  [describeCluster(scenario), ...scenario.timeline.map(({ afterMs, command }) => `${afterMs === 0 ? '' : `after ${afterMs / 1000}s `}${describeUserCommand(command)}`)];
