/**
 * pods.phase-monotonic: a pod's phase goes from Pending to Running to Succeeded or Failed, never back, and never from one end to the other.
 * Models: pkg/kubelet/status/status_manager.go mergePodStatus; docs: Pod lifecycle. `Unknown` is not judged.
 */
import type { Pod } from '../../api/types.ts';
import { hasPods, makes } from '../applies.ts';
import { always, overChanges, violation } from '../monitors.ts';
import { nameOf } from './pod-names.ts';

const RANK: Readonly<Record<string, number>> = { Pending: 0, Running: 1, Succeeded: 2, Failed: 2 };

export const phaseMonotonic = always({
  id: 'pods.phase-monotonic',
  statement: 'A pod\'s phase goes from Pending to Running to Succeeded or Failed, never back, and never from one end to the other.',
  source: 'pkg/kubelet/status/status_manager.go',
  appliesTo: makes(hasPods),
}, () => overChanges(['pods'], ({ before, after }) => {
  if (before === undefined || after === undefined || before.metadata.uid !== after.metadata.uid) return undefined;
  const [from, to] = [(before as Pod).status?.phase ?? 'Pending', (after as Pod).status?.phase ?? 'Pending'];
  if (from === to) return undefined;
  const [fromRank, toRank] = [RANK[from], RANK[to]];
  if (fromRank === undefined || toRank === undefined) return undefined;
  return toRank > fromRank ? 'pass' : violation(`${from} to ${to}`, `Pod ${nameOf(after)} went from ${from} to ${to}.`);
}));
