/** Which taints a pod tolerates, by example. */
import { describe, expect, it } from 'vitest';
import { evicts, tolerationOf, untoleratedTaint } from '../../src/api/tolerations.ts';
import type { Taint, Toleration } from '../../src/api/types.ts';

const gpu: Taint = { key: 'gpu', value: 'a100', effect: 'NoSchedule' };
const down: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' };
const slow: Taint = { key: 'slow', effect: 'PreferNoSchedule' };

describe('tolerations', () => {
  it.each<readonly [Toleration, boolean]>([
    [{ key: 'gpu', value: 'a100' }, true], [{ key: 'gpu', operator: 'Equal', value: 'a100', effect: 'NoSchedule' }, true],
    [{ key: 'gpu', value: 'h100' }, false], [{ key: 'gpu' }, false], [{ key: 'gpu', operator: 'Exists' }, true], [{ operator: 'Exists' }, true],
    [{ operator: 'Exists', effect: 'NoExecute' }, false], [{ key: 'fpga', operator: 'Exists' }, false], [{ key: 'gpu', operator: 'Like', value: 'a100' }, false],
  ])('%j tolerates gpu=a100:NoSchedule: %s', (toleration, expected) => {
    expect(tolerationOf([toleration], gpu) === toleration).toBe(expected);
  });
  it('takes the first toleration that fits', () => {
    const [short, long]: readonly Toleration[] = [{ operator: 'Exists', tolerationSeconds: 5 }, { operator: 'Exists', tolerationSeconds: 300 }];
    expect(tolerationOf([short as Toleration, long as Toleration], down)).toBe(short);
    expect(tolerationOf(undefined, down)).toBeUndefined();
  });
  it('finds the first taint that keeps pods away and is not tolerated; a preference keeps none away', () => {
    expect(untoleratedTaint([slow, gpu, down], undefined)).toBe(gpu);
    expect(untoleratedTaint([slow, gpu, down], [{ key: 'gpu', operator: 'Exists' }])).toBe(down);
    expect(untoleratedTaint([slow], undefined)).toBeUndefined();
    expect(untoleratedTaint([gpu, down], undefined, evicts)).toBe(down);
  });
});
