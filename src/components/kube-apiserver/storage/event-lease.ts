/**
 * Events live for an hour: keys written within a minute share one of etcd's leases.
 * Models: staging/src/k8s.io/apiserver/pkg/storage/etcd3/lease_manager.go
 */
import type { EtcdAnswer } from '../../../protocol/etcd.ts';
import type { WriteJob } from '../state.ts';
import type { Turn } from '../turn.ts';
import { callEtcd, change } from '../turn.ts';

const REUSE_SECONDS = 60;
const REUSE_SHARE = 0.05;
const MAX_USES = 1000;

const reuseSeconds = (turn: Turn): number => Math.min(REUSE_SECONDS, Math.floor(turn.settings.eventTtlSeconds * REUSE_SHARE));

/** The lease for a write of an Event; undefined when the write has to wait until one is granted. */
export const takeLease = (turn: Turn, write: WriteJob): number | undefined => {
  const { eventLease } = turn.state;
  if (!eventLease.granting && eventLease.id !== 0 && turn.env.nowMs < eventLease.reusableUntilMs && eventLease.uses < MAX_USES) {
    const { id, reusableUntilMs, uses, granting, waiting } = eventLease;
    change(turn, { eventLease: { id, reusableUntilMs, uses: uses + 1, granting, waiting } });
    return eventLease.id;
  }
  if (!eventLease.granting) callEtcd(turn, { kind: 'lease-grant', id: 0, ttlSeconds: turn.settings.eventTtlSeconds + reuseSeconds(turn) }, { kind: 'lease' });
  change(turn, { eventLease: { ...eventLease, granting: true, waiting: [...eventLease.waiting, write] } });
  return undefined;
};

/** The grant came, or not: those who waited for it. */
export const leaseGranted = (turn: Turn, answer: EtcdAnswer): readonly WriteJob[] => {
  const { waiting } = turn.state.eventLease;
  const id = answer.kind === 'lease' ? answer.id : 0;
  change(turn, { eventLease: { id, reusableUntilMs: turn.env.nowMs + reuseSeconds(turn) * 1000, uses: 0, granting: false, waiting: [] } });
  return waiting;
};
