/**
 * The names by which controllers are switched on and off.
 * Models: cmd/kube-controller-manager/names/controller_names.go; staging/src/k8s.io/controller-manager/app/helper.go `IsControllerEnabled`
 * Not modelled: the older aliases of names, such as `deployment` for `deployment-controller`.
 */

/** In the order in which they are hosted. No one of them is off by default. */
export const controllerNames = [
  'deployment-controller', 'replicaset-controller', 'daemonset-controller', 'job-controller', 'cronjob-controller', 'ttl-after-finished-controller',
  'endpointslice-controller', 'endpoints-controller', 'garbage-collector-controller', 'namespace-controller',
  'node-lifecycle-controller', 'taint-eviction-controller', 'pod-garbage-collector-controller', 'disruption-controller',
  'serviceaccount-controller', 'root-ca-certificate-publisher-controller',
] as const;

export type ControllerName = typeof controllerNames[number];

/** Every controller that no other entry names. */
export const ALL_CONTROLLERS = '*';

/** `chosen` as `--controllers` has it: `name` switches one on, `-name` off, `*` on what no other entry names. Of two entries for one name the first counts. */
export const isControllerEnabled = (name: ControllerName, chosen: readonly string[]): boolean => {
  const named = chosen.find((entry) => entry === name || entry === `-${name}`);
  return named === undefined ? chosen.includes(ALL_CONTROLLERS) : named === name;
};
