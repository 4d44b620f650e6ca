import { describe, expect, it } from 'vitest';
import { notFound, conflict } from '../../src/api/status.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Answer } from '../../src/client/controller.ts';
import { elect, electionConfig, isLeading, newElection } from '../../src/client/leader-election/leader-election.ts';
import type { Election, ElectionInput, ElectionStep } from '../../src/client/leader-election/leader-election.ts';
import { START_MS, testEnv } from './harness.ts';

const config = electionConfig('kube-scheduler');
const missing: Answer = { kind: 'refused', code: 404, status: notFound('coordination.k8s.io', 'leases', 'kube-scheduler') };
const clash: Answer = { kind: 'refused', code: 409, status: conflict('coordination.k8s.io', 'leases', 'kube-scheduler', 'no') };
const lost: Answer = { kind: 'unknown-outcome', message: 'EOF' };
const stored = (body: unknown): Answer => ({ kind: 'object', code: 200, object: body as KubeObject });
const leaseOf = (holderIdentity: string, renewTime: string, leaseTransitions = 0): Answer => stored({
  apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'kube-scheduler', namespace: 'kube-system', resourceVersion: '7' },
  spec: { holderIdentity, leaseDurationSeconds: 15, acquireTime: renewTime, renewTime, leaseTransitions },
});

class Candidate {
  election: Election = newElection();
  nowMs = START_MS;
  last: ElectionStep = { election: this.election, request: undefined, effects: [], outcome: undefined };
  take(input: ElectionInput): this {
    this.last = elect(this.election, config, input, testEnv(this.nowMs, 'kube-scheduler'));
    this.election = this.last.election;
    return this;
  }
  start(): this { return this.take({ kind: 'start' }); }
  answer(answer: Answer): this { return this.take({ kind: 'answer', answer }); }
  retry(): this { return this.take({ kind: 'timer', key: 'leader-election/retry' }); }
  deadline(): this { return this.take({ kind: 'timer', key: 'leader-election/deadline' }); }
  after(ms: number): this {
    this.nowMs += ms;
    return this;
  }
  /** The server stores what was asked. */
  accept(): this { return this.answer(stored(this.last.request?.body)); }
}

const leading = (): Candidate => new Candidate().start().answer(missing).accept().accept();

describe('leader election', () => {
  it('creates the Lease where there is none, becomes leader, and renews at once', () => {
    const candidate = new Candidate().start();
    expect(candidate.last.request).toMatchObject({ verb: 'get', resource: 'leases.coordination.k8s.io', namespace: 'kube-system', name: 'kube-scheduler' });
    candidate.answer(missing);
    expect(candidate.last.request).toMatchObject({ verb: 'create', body: { spec: { holderIdentity: candidate.election.identity, leaseDurationSeconds: 15, leaseTransitions: 0 } } });
    candidate.accept();
    expect(candidate.last.outcome).toBe('became-leader');
    expect(candidate.last.request?.verb).toBe('update');
    expect(candidate.last.effects).toEqual([{ kind: 'arm', key: 'leader-election/deadline', afterMs: 10_000 }]);
    expect(candidate.accept().last.effects).toEqual([{ kind: 'cancel', key: 'leader-election/deadline' }, { kind: 'arm', key: 'leader-election/retry', afterMs: 2000 }]);
    expect(isLeading(candidate.election)).toBe(true);
  });
  it('renews every two seconds, without reading first, and keeps its acquireTime', () => {
    const candidate = leading();
    const acquireTime = candidate.election.observed?.acquireTime;
    candidate.after(2000).retry();
    expect(candidate.last.request).toMatchObject({ verb: 'update', body: { spec: { acquireTime, leaseTransitions: 0 } } });
    expect((candidate.last.request?.body as { spec: { renewTime: string } } | undefined)?.spec.renewTime).not.toBe(acquireTime);
  });
  it('waits while another holds it, 2 s with a jitter of 1.2', () => {
    const candidate = new Candidate().start().answer(leaseOf('other', '2025-10-09T08:53:20.000000Z'));
    const [effect] = candidate.last.effects;
    expect(effect?.kind === 'arm' && effect.afterMs >= 2000 && effect.afterMs < 4400).toBe(true);
    expect(candidate.retry().last.request?.verb).toBe('get');
  });
  it('trusts only the time at which it saw a change, not the times in the Lease', () => {
    const candidate = new Candidate().start().answer(leaseOf('other', '1999-01-01T00:00:00.000000Z'));
    expect(candidate.last.request).toBeUndefined();
    candidate.after(14_999).retry().answer(leaseOf('other', '1999-01-01T00:00:00.000000Z'));
    expect(candidate.last.request).toBeUndefined();
    candidate.after(1).retry().answer(leaseOf('other', '1999-01-01T00:00:00.000000Z', 3));
    expect(candidate.last.request).toBeUndefined();
    candidate.after(15_000).retry().answer(leaseOf('other', '1999-01-01T00:00:00.000000Z', 3));
    expect(candidate.last.request).toMatchObject({ verb: 'update', body: { metadata: { resourceVersion: '7' }, spec: { holderIdentity: candidate.election.identity, leaseTransitions: 4 } } });
    expect(candidate.answer(clash).election.phase).toBe('acquiring.waiting');
  });
  it('takes a Lease that nobody holds at once', () => {
    expect(new Candidate().start().answer(leaseOf('', '2025-10-09T08:53:20.000000Z')).last.request?.verb).toBe('update');
  });
  it('reads again when a renewal is refused, and goes on trying every 2 s', () => {
    const candidate = leading().after(2000).retry().answer(clash);
    expect(candidate.last.request?.verb).toBe('get');
    expect(candidate.answer(lost).last.effects).toEqual([{ kind: 'arm', key: 'leader-election/retry', afterMs: 2000 }]);
    expect(candidate.after(2000).retry().last.request?.verb).toBe('update');
  });
  it('stops leading when it could not renew within 10 s, and never acts again', () => {
    const candidate = leading().after(2000).retry().answer(lost).answer(lost).after(10_000).deadline();
    expect(candidate.last.outcome).toBe('stopped-leading');
    expect(isLeading(candidate.election)).toBe(false);
    expect(candidate.retry().last.request).toBeUndefined();
  });
});
