/** Figures of a whole cluster: DESIGN section 4, as far as it applies. */
import { createCluster } from '../cluster/create-cluster.ts';
import { HOUR_MS } from '../api/time.ts';
import { campaignRunner, defaultCampaignOptions } from '../explore/campaign.ts';
import { randomChooser, timedChooser } from '../kernel/index.ts';
import type { World } from '../kernel/index.ts';
import { allProperties } from '../testing/all-properties.ts';
import { clusterSubject } from '../testing/cluster-subject.ts';
import { bootedCluster, deploymentsScenario, passTime, settle } from './clusters.ts';
import { duration, median, medianMs, rate } from './figures.ts';
import type { Figure } from './figures.ts';

interface Sample {
  readonly ms: number;
  readonly steps: number;
}

/** So many schedules pass before V8 has compiled most of what they run; a campaign takes thousands. */
const WARM_UP = 600;
const SAMPLES = 200;

const sumOf = (samples: readonly Sample[], field: keyof Sample): number => samples.reduce((sum, one) => sum + one[field], 0);
const perSecond = (samples: readonly Sample[]): number => (samples.length * 1000) / sumOf(samples, 'ms');

/** Schedules of one scenario, each from a fork of a cluster that has come up, under random choosers. */
const schedules = (): readonly Figure[] => {
  const scenario = deploymentsScenario(3, 1, 3, 'none');
  const booted = bootedCluster(scenario);
  const settledIn = (seed: number): Sample => {
    const world = booted.fork();
    const began = performance.now();
    const { steps } = settle(world, randomChooser(String(seed)), scenario);
    return { ms: performance.now() - began, steps };
  };
  const cold = Array.from({ length: WARM_UP }, (_, i) => settledIn(i)).slice(0, 100);
  const samples = Array.from({ length: SAMPLES }, (_, i) => settledIn(WARM_UP + i));
  const each = median(samples.map((one) => one.steps));
  return [
    rate('schedules', perSecond(samples), 'schedules/s', 2000,
      `3-replica Deployment to Running on 3 nodes, ${each} steps each, after ${WARM_UP} of them; the first hundred, while V8 compiles: ${perSecond(cold).toFixed(0)} schedules/s`),
    rate('steps, real reconcilers', (sumOf(samples, 'steps') * 1000) / sumOf(samples, 'ms'), 'steps/s', 1_000_000, 'of those schedules'),
  ];
};

/** The same, judged: what a campaign of `kubeloom explore` does. */
const judgedSchedules = (): Figure => {
  const subject = clusterSubject(deploymentsScenario(3, 1, 3, 'none'));
  const runner = campaignRunner([() => subject], allProperties, { ...defaultCampaignOptions, guardEvery: 0 });
  const judged = (index: number): Sample => {
    const began = performance.now();
    const { steps } = runner.run(index);
    return { ms: performance.now() - began, steps };
  };
  for (let index = 0; index < WARM_UP / 2; index += 1) judged(index);
  const samples = Array.from({ length: SAMPLES }, (_, i) => judged(WARM_UP + i));
  return rate('schedules, judged', perSecond(samples), 'schedules/s', undefined, `the same, every step shown to ${allProperties.length} properties`);
};

const applyToRunning = (nodes: number, deployments: number, replicas: number, targetMs: number, times: number): Figure => {
  const scenario = deploymentsScenario(nodes, deployments, replicas);
  const booted = bootedCluster(scenario);
  let steps = 0;
  const ms = medianMs(times, () => booted.fork(), (world) => { ({ steps } = settle(world, timedChooser(), scenario)); });
  return duration(`apply to all Running, ${nodes} / ${replicas}`, ms, targetMs, `${nodes} nodes, ${deployments} Deployments, ${steps} steps`);
};

const idleHour = (): Figure => {
  const scenario = deploymentsScenario(10, 5, 100);
  const settled: World = bootedCluster(scenario);
  settle(settled, timedChooser(), scenario);
  let steps = 0;
  const ms = medianMs(3, () => settled.fork(), (world) => {
    const before = world.stepCount;
    passTime(world, HOUR_MS);
    steps = world.stepCount - before;
  });
  return duration('idle simulated hour', ms, 100, `10 nodes, 100 pods, ${steps} steps`);
};

const forks = (): readonly Figure[] => {
  const booted = bootedCluster(deploymentsScenario(3, 1, 3, 'none'));
  booted.hash();
  const count = 2000;
  const began = performance.now();
  for (let i = 0; i < count; i += 1) booted.fork();
  const forkMs = performance.now() - began;
  const steps = 300;
  const hashing = medianMs(5, () => booted.fork(), (world) => {
    const chooser = randomChooser('hash');
    for (let i = 0; i < steps; i += 1) {
      const step = chooser.choose(world.offered());
      if (step === undefined) break;
      world.advance(step);
      world.hash();
    }
  });
  return [
    rate('forks', (count * 1000) / forkMs, 'forks/s', undefined, 'of a cluster of 3 nodes'),
    rate('step and hash of the whole state', (steps * 1000) / hashing, 'states/s', undefined, 'incremental, in one line of history'),
  ];
};

const boot = (): Figure => {
  const { topology } = deploymentsScenario(3, 1, 3);
  const ms = medianMs(5, () => createCluster(topology), (world) => { settle(world, timedChooser(), { name: 'boot', topology, timeline: [] }); });
  return duration('cluster comes up', ms, undefined, '3 nodes, to the add-ons running');
};

export const clusterFigures = (): readonly Figure[] => [
  boot(), ...schedules(), judgedSchedules(), ...forks(), applyToRunning(10, 5, 100, 50, 9), applyToRunning(100, 20, 1000, 500, 3), idleHour(),
];
