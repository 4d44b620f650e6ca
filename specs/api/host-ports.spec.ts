/** Which ports a pod takes of its node, and which of two pods cannot share one. */
import { describe, expect, it } from 'vitest';
import { hostPortsCollide, hostPortsOf } from '../../src/api/host-ports.ts';

describe('host ports', () => {
  it('are those of containers and sidecars, not of other init containers', () => {
    const ports = (hostPort?: number, hostIP?: string) => [{ containerPort: 80, ...(hostPort === undefined ? {} : { hostPort }), ...(hostIP === undefined ? {} : { hostIP }) }];
    expect(hostPortsOf({
      containers: [{ name: 'a', ports: ports(8080) }, { name: 'b', ports: ports() }],
      initContainers: [{ name: 'c', restartPolicy: 'Always', ports: ports(9090, '10.0.0.1') }, { name: 'd', ports: ports(7070) }],
    })).toEqual([{ ip: '0.0.0.0', protocol: 'TCP', port: 8080 }, { ip: '10.0.0.1', protocol: 'TCP', port: 9090 }]);
  });
  it('collide by number, protocol and address; any address collides with all', () => {
    const port = { ip: '10.0.0.1', protocol: 'TCP', port: 80 };
    const others = [port, { ...port, ip: '0.0.0.0' }, { ...port, ip: '10.0.0.2' }, { ...port, protocol: 'UDP' }, { ...port, port: 81 }];
    expect(others.map((other) => hostPortsCollide(port, other))).toEqual([true, true, false, false, false]);
  });
});
