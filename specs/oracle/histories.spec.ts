/**
 * Our control plane is held to what a real one wrote: each recorded history is replayed with the user's commands and the kubelets' doings of the recording
 * (three nodes, timed order), and every component must tell the same story.
 *
 * Compared, exactly and in order, for each component and each thing that it works on: every create, update, patch and delete (verb, resource, code, and
 * field by field the object as it then stood: name, labels, annotations, owner references, finalizers, generation, spec; of a patch its body; of a delete
 * its options, and grace and finalizers as they then stood); every event (object, reason, message, type, action, component, count).
 * Compared for reports (status, Endpoints, EndpointSlices), of which concurrent observations may make more or fewer: each word's way through its distinct
 * values, each number's turning points, and all of it wherever the cluster has come to rest (`rest.ts`).
 * Open, and not compared: generated names, hashes, uids, resource versions, times, addresses and which node was chosen (renamed in order of first
 * appearance); the order between components, and between one component's works on different things; refused requests (a conflict is tried again on what
 * then stands); deleting once more what is being deleted; the turning points of the numbers named in `compare.ts`, and at rest before the end the reason of
 * Progressing (they depend on what was seen on the way); the certificate in kube-root-ca.crt; the kubelets' own writes, which are given: once as recorded,
 * by stand-ins, and once by our own kubelets with images that start at once (which rest elsewhere, so that only the end is compared at rest). The differences that v1.34 explains are in `differences.ts`.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { differences } from './differences.ts';
import { judge, printDisagreement } from './explain.ts';
import { recordedHistories } from './history.ts';
import { replayHistory } from './replay-history.ts';

const histories = recordedHistories();

describe.skipIf(histories.size === 0)('oracle.histories', () => {
  const used = new Set<string>();
  let judged = 0;

  it.each([...histories.keys()])('%s: every component writes what the real one wrote', (name) => {
    const recorded = histories.get(name) ?? [];
    const verdict = judge({ recorded, ours: replayHistory(recorded, name), hasSameKubelets: true }, differences);
    for (const id of verdict.used) used.add(id);
    judged += 1;
    expect(verdict.unexplained.map(printDisagreement).join('\n')).toBe('');
  });

  it.each([...histories.keys()])('%s: so it does beside our own kubelets', (name) => {
    const recorded = histories.get(name) ?? [];
    const ours = replayHistory(recorded, name, { kubelets: 'own' });
    expect(judge({ recorded, ours, hasSameKubelets: false }, differences).unexplained.map(printDisagreement).join('\n')).toBe('');
  });

  afterAll(() => {
    // Why the condition: a run of one history alone needs only some of them.
    if (judged < histories.size) return;
    expect(differences.map(({ id }) => id).filter((id) => !used.has(id)), 'differences that no history needs any more').toEqual([]);
  });
});
