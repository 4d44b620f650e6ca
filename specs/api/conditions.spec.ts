/** Conditions of statuses: how one is found, set and taken away, and when its time of transition moves. */
import { describe, expect, it } from 'vitest';
import { findCondition, isConditionTrue, transitionTime, withCondition, withoutCondition } from '../../src/api/conditions.ts';
import { podStatusPatch, withPodCondition } from '../../src/api/pod-status.ts';
import type { PodStatus } from '../../src/api/types.ts';

const ready = { type: 'Ready', status: 'True', lastTransitionTime: '2025-10-09T08:00:00Z' };
const failing = { type: 'Failing', status: 'False' };
const NOW = '2025-10-09T09:00:00Z';

describe('conditions', () => {
  it('are found by their type', () => {
    expect(findCondition([ready, failing], 'Failing')).toBe(failing);
    expect(findCondition(undefined, 'Ready')).toBeUndefined();
    expect(['Ready', 'Failing', 'Other'].map((type) => isConditionTrue([ready, failing], type))).toEqual([true, false, false]);
  });
  it('are set in place, or last', () => {
    const now = { type: 'Ready', status: 'False' };
    expect(withCondition([ready, failing], now)).toEqual([now, failing]);
    expect(withCondition([failing], now)).toEqual([failing, now]);
    expect(withCondition(undefined, now)).toEqual([now]);
  });
  it('are taken away; the list is the same when there is nothing to take', () => {
    const list = [failing];
    expect(withoutCondition([ready, failing], 'Ready')).toEqual(list);
    expect(withoutCondition(list, 'Ready')).toBe(list);
  });
  it('keep their time of transition while their status is the same', () => {
    expect(transitionTime(ready, 'True', NOW)).toBe(ready.lastTransitionTime);
    expect(transitionTime(ready, 'False', NOW)).toBe(NOW);
    expect([transitionTime(undefined, 'True', NOW), transitionTime(failing, 'False', NOW)]).toEqual([NOW, NOW]);
  });
});

describe('pod status', () => {
  const status: PodStatus = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', reason: 'Up', lastTransitionTime: ready.lastTransitionTime }] };
  const nowMs = Date.parse(NOW);

  it('is the same object when it has the condition already', () => {
    expect(withPodCondition(status, { type: 'Ready', status: 'True', reason: 'Up' }, nowMs)).toBe(status);
  });
  it('takes a condition, whose time moves with its status only', () => {
    expect(withPodCondition(status, { type: 'Ready', status: 'True', reason: 'Well' }, nowMs).conditions).toEqual([{ type: 'Ready', status: 'True', reason: 'Well', lastTransitionTime: ready.lastTransitionTime }]);
    expect(withPodCondition(status, { type: 'Ready', status: 'False' }, nowMs).conditions).toEqual([{ type: 'Ready', status: 'False', lastTransitionTime: NOW }]);
  });
  it('is patched by what differs; nothing differs, no patch', () => {
    expect(podStatusPatch(status, { ...status })).toBeUndefined();
    expect(podStatusPatch(undefined, { phase: 'Failed' })).toEqual({ status: { phase: 'Failed' } });
    expect(podStatusPatch({ ...status, nominatedNodeName: 'n1' }, status)).toEqual({ status: { nominatedNodeName: null } });
  });
});
