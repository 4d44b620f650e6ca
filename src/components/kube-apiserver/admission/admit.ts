/**
 * The admission plugins in the order in which they run.
 * Models: pkg/kubeapiserver/options/plugins.go AllOrderedPlugins (those that are on by default and matter here)
 */
import type { KubeObject } from '../../../api/object.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import type { Admission, Plugin, Verdict } from './plugin.ts';
import { admitted } from './plugin.ts';
import { defaultTolerationSeconds, priority } from './pod-defaults.ts';
import { serviceAccount } from './service-account.ts';
import { taintNodesByCondition } from './taint-new-nodes.ts';

const plugins: readonly Plugin[] = [namespaceLifecycle, limitRanger, serviceAccount, taintNodesByCondition, priority, defaultTolerationSeconds];

/** The object after all plugins, or the first that did not let it through. */
export const admit = (object: KubeObject, admission: Admission): Verdict => {
  let current = object;
  for (const plugin of plugins) {
    const verdict = plugin.admit(current, admission);
    if (verdict.kind !== 'admitted') return verdict;
    current = verdict.object;
  }
  return admitted(current);
};
