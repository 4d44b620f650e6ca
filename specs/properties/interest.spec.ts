/** Which steps a monitor is shown: those that its interest names, each once (clause properties.interest). */
import { describe, expect, it } from 'vitest';
import { judgeRun } from '../../src/explore/judge.ts';
import { listPilot } from '../../src/explore/pilot.ts';
import { exchangesOf, requestIn } from '../../src/properties/api-traffic.ts';
import type { Interest, Property } from '../../src/properties/property.ts';
import { clusterSubject } from '../../src/testing/cluster-subject.ts';
import { scenarios } from '../../property-tests/properties/scenarios.ts';

/** Remembers the steps that it is shown. */
const watching = (id: string, interest?: Interest): readonly [Property, number[]] => {
  const shown: number[] = [];
  return [{
    id, kind: 'sometimes', statement: 'It is shown steps.', source: 'this spec',
    monitor: () => ({
      ...(interest === undefined ? {} : { interest }), end: () => undefined, evaluated: () => shown.length,
      step: (_world, { index }) => { shown.push(index); return undefined; },
    }),
  }, shown];
};

describe('properties.interest', () => {
  it('in requests, in exchanges, and in both, each step once', () => {
    const [asked, answered, either]: number[][] = [[], [], []];
    const oracle: Property = {
      id: 'oracle', kind: 'sometimes', statement: 'It is shown every step.', source: 'this spec',
      monitor: () => ({
        end: () => undefined, evaluated: () => 1,
        step: (world, record) => {
          const [isAsked, isAnswered] = [requestIn(record) !== undefined, exchangesOf(world, record).length > 0];
          if (isAsked) asked?.push(record.index);
          if (isAnswered) answered?.push(record.index);
          if (isAsked || isAnswered) either?.push(record.index);
          return undefined;
        },
      }),
    };
    const [requests, shownRequests] = watching('requests', { requests: true });
    const [exchanges, shownExchanges] = watching('exchanges', { exchanges: true });
    const [both, shownBoth] = watching('both', { requests: true, exchanges: true });
    const subject = clusterSubject(scenarios.deployment);
    judgeRun(subject, (world) => listPilot(world, [], 'fifo'), [requests, exchanges, both, oracle], { budget: { maxSteps: 5000, maxMs: 60_000 } });
    expect(shownRequests.length).toBeGreaterThan(10);
    expect([shownRequests, shownExchanges, shownBoth]).toEqual([asked, answered, either]);
  });

  it('in exchanges of requests alone is enough: without other watchers none is missed', () => {
    const subject = clusterSubject(scenarios.deployment);
    const countWith = (more: readonly Property[]): number => {
      const [exchanges, shown] = watching('exchanges', { exchanges: true });
      judgeRun(subject, (world) => listPilot(world, [], 'fifo'), [exchanges, ...more], { budget: { maxSteps: 5000, maxMs: 60_000 } });
      return shown.length;
    };
    expect(countWith([])).toBe(countWith([watching('all')[0]]));
  });
});
