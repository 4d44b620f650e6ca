/**
 * The ports that a pod takes of its node, and when two of them collide.
 * Models: pkg/scheduler/util/utils.go `GetHostPorts`; pkg/scheduler/framework/types.go `HostPortInfo.CheckConflict`
 */
import type { Container, PodSpec } from './types.ts';

export interface HostPort { readonly ip: string; readonly protocol: string; readonly port: number }

const none: readonly HostPort[] = [];
const ANY = '0.0.0.0';

/** Of the containers and of the sidecars; other init containers are gone by the time that the pod runs. */
export const hostPortsOf = ({ containers, initContainers }: PodSpec): readonly HostPort[] => {
  let ports: HostPort[] | undefined;
  const collect = (container: Container): void => {
    for (const { hostPort = 0, hostIP = '', protocol = 'TCP' } of container.ports ?? []) {
      if (hostPort > 0) (ports ??= []).push({ ip: hostIP === '' ? ANY : hostIP, protocol, port: hostPort });
    }
  };
  containers.forEach(collect);
  for (const container of initContainers ?? []) if (container.restartPolicy === 'Always') collect(container);
  return ports ?? none;
};

/** Any address collides with every address. */
export const hostPortsCollide = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY);
