/** Figures of exhaustive search: distinct states a second, of a cluster and of actors that cost nothing, which is what the search itself takes. */
import { newCertification } from '../explore/exhaustive/certificate.ts';
import type { StateView } from '../explore/exhaustive/state-view.ts';
import { noTargets } from '../explore/faults/fault-plan.ts';
import type { Subject } from '../explore/subject.ts';
import { createWorld, hosted } from '../kernel/world.ts';
import type { World } from '../kernel/world.ts';
import { noEffects, send } from '../kernel/transition.ts';
import { clusterSubject, untimed } from '../testing/cluster-subject.ts';
import { deploymentsScenario } from './clusters.ts';
import { rate } from './figures.ts';
import type { Figure } from './figures.ts';

const TARGET = 300_000;

const lonersWorld = (count: number, hops: number): World => createWorld({
  seed: '1', startMs: 0, lagMs: 0, latencyMs: () => 0,
  actors: Array.from({ length: count }, (_, i) => hosted<number, number>({
    id: `loner/${i}`, initial: 0,
    transition: (state, input, { self }) => {
      if (input.kind === 'start') return [state, [send(self, 'hop', hops)]];
      return input.kind === 'message' && input.body > 1 ? [state + 1, [send(self, 'hop', input.body - 1)]] : [state + 1, noEffects];
    },
  })),
});

/** Actors that count what they send themselves: (hops + 1) ** count states, near enough. */
const loners = (count: number, hops: number): Subject => ({
  name: 'loners', world: lonersWorld(count, hops), remake: () => lonersWorld(count, hops), targets: noTargets, simpler: () => [],
  ending: (world) => () => (world.undeliveredCount === 0 ? 'settled' : undefined),
});

const blind: StateView = { isChoice: () => true, content: () => 0, contentClass: () => 0, differences: () => [] };

const figure = (name: string, note: string, subject: Subject, view: StateView, grain: 'watches' | 'every-step', target: number | undefined): Figure => {
  const search = newCertification(subject, view, { scenario: name, grain, order: 'depth-first', properties: [], budget: { maxSteps: 1, maxMs: 1 } });
  const began = performance.now();
  while (search.advance());
  const ms = performance.now() - began;
  const { visited: states, transitions } = search.progress();
  return rate(name, (states * 1000) / ms, 'states/s', target, `${note}: ${states} states, ${transitions} transitions, exhausted in ${(ms / 1000).toFixed(1)}s`);
};

export const exhaustiveFigures = (): readonly Figure[] => {
  const { topology, ...rest } = deploymentsScenario(1, 1, 1, 'none');
  const subject = clusterSubject(untimed({ ...rest, topology: { ...topology, lagMs: 0 } }));
  return [
    figure('exhaustive, a cluster', 'a Deployment of 1 replica on 1 node, every order of watch events', subject, subject.stateView as StateView, 'watches', TARGET),
    figure('exhaustive, idle actors', 'the search alone, every step', loners(4, 14), blind, 'every-step', TARGET),
  ];
};
