/** Scenarios that are a little smaller than a given one: fewer nodes, fewer replicas, one command less, all of them sooner. For shrinking: the boldest first. */
import type { KubeObject } from '../api/object.ts';
import type { UserCommand } from '../protocol/user.ts';
import type { Scenario, TimelineEntry } from '../scenario/scenario.ts';

export interface SimplerScenario {
  /** What is left out, for a person. */
  readonly what: string;
  readonly scenario: Scenario;
}

/** From the boldest to the most timid: 8 -> 1, 4, 6, 7. */
const smallerCounts = (count: number, least: number): readonly number[] => {
  const counts: number[] = [];
  for (let gap = count - least; gap >= 1; gap = Math.floor(gap / 2)) counts.push(count - gap);
  return counts;
};

const fewerNodes = (scenario: Scenario): readonly SimplerScenario[] => {
  const { nodes } = scenario.topology;
  return smallerCounts(nodes.length, 1).map((count) => ({ what: `nodes ${nodes.length} -> ${count}`, scenario: { ...scenario, topology: { ...scenario.topology, nodes: nodes.slice(0, count) } } }));
};

const fewerApiservers = (scenario: Scenario): readonly SimplerScenario[] =>
  smallerCounts(scenario.topology.apiservers, 1).map((count) => ({ what: `API servers ${scenario.topology.apiservers} -> ${count}`, scenario: { ...scenario, topology: { ...scenario.topology, apiservers: count } } }));

const fewerCommands = (scenario: Scenario): readonly SimplerScenario[] => {
  const { timeline } = scenario;
  return timeline.length < 2 ? [] : timeline.map((_, i) => ({ what: `commands ${timeline.length} -> ${timeline.length - 1}`, scenario: { ...scenario, timeline: timeline.filter((_entry, at) => at !== i) } }));
};

/** Fields of a spec that ask for so many pods. */
const COUNTS = ['replicas', 'completions', 'parallelism'] as const;

const withFewer = (object: KubeObject): readonly { readonly what: string; readonly object: KubeObject }[] => {
  const { spec } = object as { readonly spec?: Readonly<Record<string, unknown>> };
  return COUNTS.flatMap((field) => {
    const count = spec?.[field];
    if (typeof count !== 'number') return [];
    return smallerCounts(count, 1).map((fewer) => ({ what: `${field} ${count} -> ${fewer}`, object: { ...object, spec: { ...spec, [field]: fewer } } as KubeObject }));
  });
};

/** The commands like this one that ask for fewer pods, none asking for no pod. */
const withFewerReplicas = (command: UserCommand): readonly { readonly what: string; readonly command: UserCommand }[] => {
  switch (command.kind) {
    case 'apply':
    case 'create':
    case 'replace': return withFewer(command.object).map(({ what, object }) => ({ what, command: { ...command, object } }));
    case 'scale': return smallerCounts(command.replicas, 1).map((count) => ({ what: `replicas ${command.replicas} -> ${count}`, command: { ...command, replicas: count } }));
    default: return [];
  }
};

const fewerReplicas = (scenario: Scenario): readonly SimplerScenario[] => scenario.timeline.flatMap((entry, i) => withFewerReplicas(entry.command).map(({ what, command }) => ({
  what, scenario: { ...scenario, timeline: scenario.timeline.map((one, at): TimelineEntry => (at === i ? { ...one, command } : one)) },
})));

/** All commands at once, or after half the time: what happens while nobody does anything is most of a long run. */
const sooner = (scenario: Scenario): readonly SimplerScenario[] => {
  const lastMs = Math.max(0, ...scenario.timeline.map(({ afterMs }) => afterMs));
  const at = (ms: (afterMs: number) => number, what: string): SimplerScenario =>
    ({ what, scenario: { ...scenario, timeline: scenario.timeline.map((entry): TimelineEntry => ({ ...entry, afterMs: ms(entry.afterMs) })) } });
  return lastMs === 0 ? [] : [at(() => 0, 'all commands at once'), at((ms) => Math.floor(ms / 2), `last command after ${lastMs} ms -> ${Math.floor(lastMs / 2)} ms`)];
};

export const simplerScenarios = (scenario: Scenario): readonly SimplerScenario[] =>
  [...fewerNodes(scenario), ...fewerCommands(scenario), ...sooner(scenario), ...fewerReplicas(scenario), ...fewerApiservers(scenario)];
