/**
 * pods.runs-on-one-node: containers of pods of one name never run on two nodes at a time.
 * Models: the pod safety guarantees of the design proposal "Pod Safety, Consistency Guarantees, and Storage Implications"; the race time-travel, #59848
 */
import type { RuntimeState } from '../../components/container-runtime/state.ts';
import type { World } from '../../kernel/world.ts';
import type { FromRuntime } from '../../protocol/cri.ts';
import { hasPods, makes } from '../applies.ts';
import { always, violation } from '../monitors.ts';
import type { Verdict } from '../monitors.ts';
import { forcedDelete } from './without-grace.ts';

const RUNTIME = 'container-runtime';

/** Container id -> node, by the pod's name. */
type Running = Map<string, Map<string, string>>;

const nodeOf = (runtime: string): string => runtime.slice(RUNTIME.length + 1);

const podOf = (world: World, runtime: string, sandboxId: string): string | undefined => {
  const config = world.stateOf<RuntimeState>(runtime).sandboxes.get(sandboxId)?.status.config;
  return config === undefined ? undefined : `${config.podNamespace}/${config.podName}`;
};

const stop = (running: Running, containerId: string): void => { for (const containers of running.values()) containers.delete(containerId); };

const start = (running: Running, pod: string, containerId: string, node: string): Verdict => {
  const containers = running.get(pod) ?? new Map<string, string>();
  running.set(pod, containers.set(containerId, node));
  const other = [...containers.values()].find((one) => one !== node);
  return other === undefined ? 'pass' : violation('two nodes', `Containers of pods named ${pod} run on ${other} and on ${node}.`);
};

export const runsOnOneNode = always({
  id: 'pods.runs-on-one-node',
  statement: 'Containers of pods of one name never run on two nodes at a time.',
  source: 'https://github.com/kubernetes/kubernetes/issues/59848',
  assumes: ['no pod is deleted without grace by anybody but its kubelet'],
  stillBroken: { issue: 'https://github.com/kubernetes/kubernetes/issues/59848', remedy: 'time-travel' },
  appliesTo: makes(hasPods),
}, () => {
  const running: Running = new Map();
  let broken: string | undefined;
  return {
    interest: { actors: [RUNTIME], requests: true },
    broken: () => broken,
    step: (world: World, record): Verdict => {
      const { actor, effects } = record;
      const forced = forcedDelete(record);
      if (forced !== undefined) broken = `pod ${forced} was deleted without grace`;
      if (actor === undefined || !actor.startsWith(RUNTIME)) return undefined;
      if (record.step.kind === 'crash') for (const containers of running.values()) for (const [id, node] of containers) if (node === nodeOf(actor)) containers.delete(id);
      let verdict: Verdict;
      for (const effect of effects) {
        const body = effect.kind === 'send' ? effect.body as FromRuntime : undefined;
        if (body?.kind !== 'cri-event' || body.container === undefined) continue;
        const { container, event } = body;
        if (event === 'stopped' || event === 'deleted') stop(running, container.id);
        const pod = event === 'started' ? podOf(world, actor, container.sandboxId) : undefined;
        if (pod !== undefined) verdict = start(running, pod, container.id, nodeOf(actor));
        if (verdict !== undefined && verdict !== 'pass') return verdict;
      }
      return verdict;
    },
  };
});
