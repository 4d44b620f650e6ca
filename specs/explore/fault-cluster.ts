/** A small cluster in which faults are begun one at a time, and the order of sending otherwise. */
import type { Pod } from '../../src/api/types.ts';
import { defaultTopology, nodesNamed } from '../../src/cluster/topology.ts';
import type { ClusterTopology } from '../../src/cluster/topology.ts';
import { readStore } from '../../src/cluster/store-view.ts';
import type { Episode } from '../../src/explore/faults/episode.ts';
import type { KnowingFaultKind } from '../../src/explore/faults/fault-plan.ts';
import { withoutHeld } from '../../src/explore/faults/hold-back.ts';
import { fifoChooser } from '../../src/kernel/choosers/fifo.ts';
import type { Step, StepRecord } from '../../src/kernel/step.ts';
import type { World } from '../../src/kernel/world.ts';
import type { Message } from '../../src/protocol/message.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { clusterSubject } from '../../src/testing/cluster-subject.ts';
import type { ClusterSubject } from '../../src/testing/cluster-subject.ts';

const labels = { app: 'web' };
const web = (replicas: number) => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' },
  spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } } },
});

const scenarioOf = (topology: Partial<ClusterTopology>): Scenario => ({
  name: 'web', topology: { ...defaultTopology, nodes: nodesNamed(2), kubeProxy: false, latency: 'none', ...topology },
  timeline: [{ afterMs: 0, command: { kind: 'apply', object: web(2) } }],
});

export const webSubject = (topology: Partial<ClusterTopology> = {}): ClusterSubject => clusterSubject(scenarioOf(topology));

/** One run: a world that is driven in the order of sending, broken and mended. */
export interface FaultyRun {
  readonly world: World;
  /** In the order of sending, until `holds`; fails after too many steps. */
  readonly until: (holds: (last: StepRecord) => boolean) => void;
  readonly settle: () => 'settled' | 'still';
  /** Begins a fault of the kind as soon as one such is possible; answers its steps. One at a time. */
  readonly begin: (kind: KnowingFaultKind, isWanted?: (episode: Episode) => boolean) => readonly Step[];
  readonly mend: () => readonly Step[];
  /** The bodies delivered since the beginning. */
  readonly said: () => readonly Message[];
}

const MAX_STEPS = 100_000;

export const faultyRun = (subject: ClusterSubject): FaultyRun => {
  const world = subject.world.fork();
  const chooser = fifoChooser();
  const records: StepRecord[] = [];
  let episode: Episode | undefined;
  const take = (step: Step): StepRecord => {
    const record = world.take(step);
    records.push(record);
    return record;
  };
  const forward = (): StepRecord => {
    const { holds } = episode ?? {};
    const offered = holds === undefined ? world.offered() : withoutHeld(world, world.offered(), holds);
    return take(chooser.choose(offered) as Step);
  };
  const until: FaultyRun['until'] = (holds) => {
    for (let steps = 0; !holds(forward()); steps += 1) if (steps > MAX_STEPS) throw new Error('faultyRun: this never comes to pass');
  };
  const takeAll = (steps: readonly Step[]): readonly Step[] => {
    for (const step of steps) take(step);
    return steps;
  };
  return {
    world, until,
    settle: () => {
      const ending = subject.ending(world);
      until(() => ending() !== undefined);
      return ending() as 'settled' | 'still';
    },
    begin: (kind, isWanted = () => true) => {
      const possible = (): Episode | undefined => subject.targets.possible?.[kind]?.(world).find(isWanted);
      if (possible() === undefined) until(() => possible() !== undefined);
      episode = possible() as Episode;
      return takeAll(episode.breaks);
    },
    mend: () => {
      const steps = episode?.mend?.(world) ?? [];
      episode = undefined;
      return takeAll(steps);
    },
    said: () => records.flatMap(({ input }) => (input?.kind === 'message' ? [input.body as Message] : [])),
  };
};

export const podsOf = (world: World): readonly Pod[] => (readStore(world)('pods') as readonly Pod[]).filter(({ metadata }) => metadata.namespace === 'default');
