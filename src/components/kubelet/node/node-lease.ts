/**
 * The node's heartbeat: a Lease in kube-node-lease, renewed every ten seconds.
 * Models: staging/src/k8s.io/component-helpers/apimachinery/lease/controller.go
 */
import { formatMicroTime } from '../../../api/time.ts';
import type { Lease } from '../../../api/types.ts';
import { fraction, jitter } from '../../../client/back-off.ts';
import type { Answer } from '../../../client/controller.ts';
import { objectOf } from '../../../client/controller.ts';
import type { ApiRequest } from '../../../protocol/api.ts';
import { LEASE_RENEW_MS, LEASE_SECONDS } from '../options.ts';
import type { LeaseSelf } from '../state.ts';
import { ask, set, setTimer } from '../turn.ts';
import type { Turn } from '../turn.ts';
import { ownNode } from './node-self.ts';

const CHANNEL = 'lease';
export const LEASE_TIMER = 'lease';
const NAMESPACE = 'kube-node-lease';
const JITTER = 0.04;
const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 7000;
const MAX_UPDATE_RETRIES = 5;

const setLease = (turn: Turn, change: Partial<LeaseSelf>): void => {
  const { object, failures, renewals } = turn.state.lease;
  set(turn, { lease: Object.assign({ object, failures, renewals }, change) });
};

const target = (turn: Turn): Pick<ApiRequest, 'resource' | 'namespace' | 'name'> =>
  ({ resource: 'leases.coordination.k8s.io', namespace: NAMESPACE, name: turn.plan.options.node });

const ownerReferences = (turn: Turn): Pick<Lease['metadata'], 'ownerReferences'> => {
  const node = turn.state.node.object ?? ownNode(turn);
  return node?.metadata.uid === undefined ? {} : { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node.metadata.name, uid: node.metadata.uid }] };
};

const leaseAt = (turn: Turn, base: Lease | undefined): Lease => {
  const { node } = turn.plan.options;
  const metadata = base?.metadata ?? { name: node, namespace: NAMESPACE };
  return {
    apiVersion: 'coordination.k8s.io/v1', kind: 'Lease',
    metadata: (metadata.ownerReferences ?? []).length > 0 ? metadata : { ...metadata, ...ownerReferences(turn) },
    spec: { ...base?.spec, holderIdentity: node, leaseDurationSeconds: LEASE_SECONDS, renewTime: formatMicroTime(turn.env.nowMs) },
  };
};

const update = (turn: Turn, base: Lease): void => ask(turn, CHANNEL, { verb: 'update', ...target(turn), body: leaseAt(turn, base) }, { kind: 'lease-update' });

/** Renews the lease known from the last answer; looks for it, or makes it, when there is none. */
export const renewLease = (turn: Turn): void => {
  const { object } = turn.state.lease;
  if (object === undefined) ask(turn, CHANNEL, { verb: 'get', ...target(turn) }, { kind: 'lease-get' });
  else update(turn, object);
};

const renewed = (turn: Turn, lease: Lease): void => {
  const { renewals } = turn.state.lease;
  setLease(turn, { object: lease, failures: 0, renewals: renewals + 1 });
  setTimer(turn, LEASE_TIMER, jitter(LEASE_RENEW_MS, JITTER, fraction(turn.env.random('lease', renewals))));
};

/** Looks again after a while that grows. */
const failed = (turn: Turn): void => {
  const { failures } = turn.state.lease;
  setLease(turn, { object: undefined, failures: failures + 1 });
  setTimer(turn, LEASE_TIMER, Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** failures));
};

const onFound = (turn: Turn, answer: Answer): void => {
  const found = objectOf(answer) as Lease | undefined;
  if (found !== undefined) return update(turn, found);
  if (answer.kind === 'refused' && answer.code === 404) {
    const { name: _name, ...place } = target(turn);
    return ask(turn, CHANNEL, { verb: 'create', ...place, body: leaseAt(turn, undefined) }, { kind: 'lease-create' });
  }
  return failed(turn);
};

const onUpdated = (turn: Turn, answer: Answer): void => {
  const lease = objectOf(answer) as Lease | undefined;
  if (lease !== undefined) return renewed(turn, lease);
  const { failures } = turn.state.lease;
  // Why: on a conflict the newest lease is fetched and renewed at once, a few times.
  if (answer.kind !== 'refused' || answer.code !== 409 || failures >= MAX_UPDATE_RETRIES) return failed(turn);
  setLease(turn, { object: undefined, failures: failures + 1 });
  return renewLease(turn);
};

export const leaseAnswered = (turn: Turn, kind: 'lease-get' | 'lease-create' | 'lease-update', answer: Answer): void => {
  switch (kind) {
    case 'lease-get': return onFound(turn, answer);
    case 'lease-create': {
      const lease = objectOf(answer) as Lease | undefined;
      return lease === undefined ? failed(turn) : renewed(turn, lease);
    }
    case 'lease-update': return onUpdated(turn, answer);
  }
};
