/** Deployments, their ReplicaSets, and a script that answers a sync's requests, for the specs of the Deployment controller. */
import { podTemplateHash } from '../../src/api/pod-helpers.ts';
import type { KubeObject, ObjectMeta } from '../../src/api/object.ts';
import type { Deployment, DeploymentSpec, Pod, PodTemplateSpec, ReplicaSet } from '../../src/api/types.ts';
import type { Answer, Op } from '../../src/client/controller.ts';
import { typedDeploymentController } from '../../src/components/kube-controller-manager/deployment/deployment-controller.ts';
import type { DeploymentPlan } from '../../src/components/kube-controller-manager/deployment/sync-data.ts';
import { cachesOf, contextOf, meta, NOW_MS, ok, ownedBy, said } from '../replicaset/cluster.ts';

export const controller = typedDeploymentController();
export const KEY = 'default/web';

export const template = (image: string): PodTemplateSpec => ({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } });

export const deployment = (replicas: number, more: { meta?: Partial<ObjectMeta>; spec?: Partial<DeploymentSpec>; status?: Deployment['status'] } = {}): Deployment => ({
  apiVersion: 'apps/v1', kind: 'Deployment',
  metadata: meta('web', { generation: 1, ...more.meta }),
  spec: {
    replicas, selector: { matchLabels: { app: 'web' } }, template: template('nginx:1'),
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    revisionHistoryLimit: 10, progressDeadlineSeconds: 600, ...more.spec,
  },
  status: more.status ?? {},
});

export const recreate = { strategy: { type: 'Recreate' } } as const;

export interface SetOptions {
  readonly image?: string;
  readonly available?: number;
  /** status.replicas; `size` when absent. */
  readonly actual?: number;
  readonly revision?: string;
  readonly desired?: number;
  readonly max?: number;
  readonly meta?: Partial<ObjectMeta>;
}

/** A ReplicaSet of the Deployment; its name is `web-<hash of its template>`. */
export const setOf = (d: Deployment, size: number, options: SetOptions = {}): ReplicaSet => {
  const pods = template(options.image ?? 'nginx:1');
  const hash = podTemplateHash(pods);
  const labels = { app: 'web', 'pod-template-hash': hash };
  const available = options.available ?? size;
  const actual = options.actual ?? size;
  return {
    apiVersion: 'apps/v1', kind: 'ReplicaSet',
    metadata: meta(`web-${hash}`, {
      generation: 1, labels,
      annotations: {
        'deployment.kubernetes.io/revision': options.revision ?? '1',
        'deployment.kubernetes.io/desired-replicas': String(options.desired ?? d.spec.replicas),
        'deployment.kubernetes.io/max-replicas': String(options.max ?? (d.spec.replicas ?? 0) + 1),
      },
      ...ownedBy(d), ...options.meta,
    }),
    spec: { replicas: size, selector: { matchLabels: labels }, template: { ...pods, metadata: { labels } } },
    status: { replicas: actual, fullyLabeledReplicas: actual, readyReplicas: available, availableReplicas: available, observedGeneration: 1 },
  };
};

export interface World {
  readonly d: Deployment;
  readonly sets?: readonly ReplicaSet[];
  readonly pods?: readonly Pod[];
  readonly nowMs?: number;
}

export const contextIn = ({ d, sets = [], pods = [], nowMs = NOW_MS }: World) =>
  contextOf(cachesOf(controller, { 'deployments.apps': [d], 'replicasets.apps': sets, pods }), nowMs);

export interface Told {
  /** Each request, `verb resource name`, and the new size where it is one. */
  readonly requests: readonly string[];
  readonly bodies: readonly (KubeObject & Partial<Deployment>)[];
  readonly ops: readonly Op[];
  readonly events: readonly string[];
  readonly end: DeploymentPlan;
}

const sized = (body: unknown): string => {
  const object = body as ReplicaSet | undefined;
  return object?.kind === 'ReplicaSet' ? ` =${object.spec.replicas}` : '';
};

/** Runs a sync to its end; `answers` overrides the success that a request is answered with by default, by its text. */
export const tell = (world: World, answers: Readonly<Record<string, Answer>> = {}, using = controller): Told => {
  const context = contextIn(world);
  const requests: string[] = [];
  const bodies: (KubeObject & Partial<Deployment>)[] = [];
  let plan = using.reconcile(using.initial, 'deployment', KEY, context);
  const ops: Op[] = [...plan.ops];
  while (plan.kind === 'ask') {
    const replies = plan.requests.map((request): Answer => {
      const text = `${said(request)}${sized(request.body)}`;
      requests.push(text);
      bodies.push(request.body as KubeObject & Partial<Deployment>);
      return answers[text] ?? ok((request.body ?? world.d) as KubeObject);
    });
    plan = using.resume(plan.memory, 'deployment', KEY, plan.stage, replies, context);
    ops.push(...plan.ops);
  }
  const events = ops.flatMap((op) => (op.op === 'event' ? [`${op.reason}: ${op.message}`] : []));
  return { requests, bodies, ops, events, end: plan };
};

export const nameOf = (image: string): string => `web-${podTemplateHash(template(image))}`;
