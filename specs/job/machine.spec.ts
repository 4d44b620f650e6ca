import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/api/types.ts';
import { lifeOf, withJobCondition } from '../../src/components/kube-controller-manager/job/conditions.ts';
import { jobChart } from '../../src/components/kube-controller-manager/job/machine.ts';
import { formatIntervals, parseIntervals, withIndexes } from '../../src/components/kube-controller-manager/job/intervals.ts';
import { reachable } from '../../src/kernel/statechart.ts';

const events = [{ type: 'succeed' }, { type: 'fail' }, { type: 'settle' }] as const;

describe('the life of a Job', () => {
  it('is decided before it ends', () => {
    expect(reachable(jobChart, events)).toEqual(['active', 'succeeding', 'failing', 'complete', 'failed']);
    expect(jobChart.next('active', { type: 'settle' })).toEqual({ state: 'active', actions: [] });
    expect(jobChart.next('succeeding', { type: 'fail' }).state).toBe('succeeding');
    expect(jobChart.next('failing', { type: 'settle' })).toEqual({ state: 'failed', actions: ['addFailed'] });
  });

  it('is read from the conditions', () => {
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'work' }, spec: { template: {} } } as Job;
    expect(lifeOf(job)).toBe('active');
    const decided = withJobCondition(job, { type: 'FailureTarget', status: 'True', reason: 'R', message: 'M' }, 0);
    expect(lifeOf(decided)).toBe('failing');
    expect(lifeOf(withJobCondition(decided, { type: 'Failed', status: 'True', reason: 'R', message: 'M' }, 0))).toBe('failed');
    expect(withJobCondition(decided, { type: 'FailureTarget', status: 'True', reason: 'R', message: 'M' }, 9000)).toBe(decided);
  });
});

describe('sets of indexes', () => {
  it.each([['', 10, ''], ['1,3-5,7', 10, '1,3-5,7'], ['0,1', 10, '0,1'], ['0-2,3', 10, '0-3'], ['1,x,4-9', 6, '1,4,5']])('%s within %i is %s', (text, completions, printed) => {
    expect(formatIntervals(parseIntervals(text, completions))).toBe(printed);
  });

  it('take new indexes in', () => {
    expect(formatIntervals(withIndexes(parseIntervals('1,3', 10), [0, 2, 6]))).toBe('0-3,6');
  });
});
