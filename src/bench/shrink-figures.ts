/** How long it takes to make a failure small: DESIGN section 4, a failure of about 1,000 steps to 1-minimal on all three axes. */
import { defaultTopology, nodesNamed } from '../cluster/topology.ts';
import type { KubeObject } from '../api/object.ts';
import { campaignRunner, defaultCampaignOptions } from '../explore/campaign.ts';
import type { CampaignOptions, RunFailure } from '../explore/campaign.ts';
import type { SearchStrategy } from '../explore/strategies.ts';
import { shrinkFailure } from '../explore/shrink/shrink-failure.ts';
import type { ShrunkRun } from '../explore/shrink/shrink-run.ts';
import type { Subject } from '../explore/subject.ts';
import { propertyNamed } from '../properties/index.ts';
import type { Property } from '../properties/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { clusterSubject } from '../testing/cluster-subject.ts';
import { duration, median } from './figures.ts';
import type { Figure } from './figures.ts';

const container = (cpu: string) => ({ name: 'c', image: 'example/server:1', resources: { requests: { cpu, memory: '32Mi' } } });
const topology = { ...defaultTopology, nodes: nodesNamed(3), latency: 'none', leaderElection: false, kubeProxy: false } as const;

/** A rolling update of 3 replicas whose controller forgets maxSurge. */
const surge: Scenario = {
  name: 'a rolling update', topology, variants: ['deployment-grows-at-once'],
  timeline: [
    {
      afterMs: 0, command: {
        kind: 'apply', object: {
          apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' },
          spec: {
            replicas: 3, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }, selector: { matchLabels: { app: 'web' } },
            template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container('50m')] } },
          },
        } as unknown as KubeObject,
      },
    },
    { afterMs: 30_000, command: { kind: 'set-image', target: { resource: 'deployments.apps', namespace: 'default', name: 'web' }, container: 'c', image: 'example/server:2' } },
  ],
};

const bare = (name: string, cpu: string): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { containers: [container(cpu)] } } as unknown as KubeObject);

/** A pod that waits for room, and a scheduler that misses it when another goes. */
const wakeUp: Scenario = {
  name: 'a pod that comes as another goes', variants: ['lost-wake-up'],
  topology: { ...topology, nodes: nodesNamed(1, { capacity: { cpu: '1', memory: '4Gi', pods: '110', 'ephemeral-storage': '100Gi' } }) },
  timeline: [
    { afterMs: 0, command: { kind: 'apply', object: bare('a', '800m') } }, { afterMs: 15_000, command: { kind: 'apply', object: bare('b', '800m') } },
    { afterMs: 15_000, command: { kind: 'delete', target: { resource: 'pods', namespace: 'default', name: 'a' }, gracePeriodSeconds: 0 } },
  ],
};

const MOST_RUNS = 300;
const SIZE = { least: 700, most: 1400 } as const;

/** Failures of about the size; throws when there are none, for then the figure would mean nothing. */
const failuresOf = (subject: Subject, property: Property, options: CampaignOptions, count: number): readonly RunFailure[] => {
  const runner = campaignRunner([() => subject], [property], options);
  const found: RunFailure[] = [];
  for (let index = 0; index < MOST_RUNS && found.length < count; index += 1) {
    const { failure } = runner.run(index);
    if (failure !== undefined && failure.schedule.length >= SIZE.least && failure.schedule.length <= SIZE.most) found.push(failure);
  }
  if (found.length === 0) throw new Error(`Expected a failure of ${property.id} of about 1,000 steps. Instead, found none in ${MOST_RUNS} runs.`);
  return found;
};

const figureOf = (name: string, scenario: Scenario, propertyId: string, strategy: SearchStrategy, count: number): Figure => {
  const subject = clusterSubject(scenario);
  const property = propertyNamed(propertyId) as Property;
  const options: CampaignOptions = { ...defaultCampaignOptions, strategy, guardEvery: 0, limits: { faultSteps: 0, exploreSteps: 3000 } };
  const shrink = ({ violation, schedule }: RunFailure): ShrunkRun | undefined => shrinkFailure({ subject, schedule },
    { property, signature: violation.signature, budget: options.budget, effort: { runsLeft: 5000, stepsLeft: 2_000_000 } }, { seed: '1', faults: [], limits: options.limits, tries: 2 });
  const samples = failuresOf(subject, property, options, count).map((failure) => {
    const began = performance.now();
    const shrunk = shrink(failure);
    return { ms: performance.now() - began, found: failure.schedule.length, left: shrunk?.matters ?? 0, isMinimal: shrunk?.isMinimal === true };
  });
  const sizes = samples.map(({ found, left, isMinimal }) => `${found} -> ${left} steps${isMinimal ? '' : ' (not minimal)'}`).join(', ');
  return duration(name, median(samples.map(({ ms }) => ms)), 2000, sizes);
};

export const shrinkFigures = (): readonly Figure[] => [
  figureOf('shrink of a 1,000-step failure', surge, 'deployment.rollout-surge', 'random', 3),
  figureOf('shrink of one of what holds in the end', wakeUp, 'scheduler.pending-progress', 'urw', 1),
];
