/** Every workload comes to stand at its desired state, whatever kind it is of: what `kubeloom run` waits for, as a property. */
import { readStore } from '../cluster/store-view.ts';
import { missingOf } from '../cluster/workloads.ts';
import { eventually, violation } from '../properties/monitors.ts';
import type { Property } from '../properties/property.ts';

/** Names and numbers are left out: what of which kind is missing makes the signature. */
const signatureOf = (missing: readonly string[]): string =>
  [...new Set(missing.map((one) => one.replace(/ \S+(?=:| is)/, '').replace(/\d+ of \d+/, 'too few')))].join('; ');

export const converges: Property = eventually({
  id: 'converges',
  statement: 'Once faults have stopped and the user is done, every workload comes to stand at its desired state.',
  source: 'staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go',
}, () => ({
  interest: {},
  end: (world) => {
    const missing = missingOf(readStore(world));
    return missing.length === 0 ? 'pass' : violation(signatureOf(missing), missing.join('; '));
  },
}));
