import { describe, expect, it } from 'vitest';
import { startBench } from './bench.ts';

const at = { resource: 'services', namespace: 'default' } as const;
const service = (name: string, spec: Readonly<Record<string, unknown>> = {}): unknown =>
  ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec } });

describe('services', () => {
  it('get an address of the range, the same in every run', () => {
    const ip = (): unknown => (startBench().object({ verb: 'create', ...at, body: service('web') }) as unknown as { spec: { clusterIP: string } }).spec.clusterIP;
    expect(ip()).toMatch(/^10\.(?:9[6-9]|10\d|11[01])\.\d+\.\d+$/);
    expect(ip()).toBe(ip());
  });

  it('never share an address or a node port', () => {
    const bench = startBench();
    expect(bench.refusal({ verb: 'create', ...at, body: service('web', { clusterIP: '10.96.0.1' }) }).message).toBe(
      'Service "web" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.1"]: failed to allocate IP 10.96.0.1: provided IP is already allocated');
    const first = bench.object({ verb: 'create', ...at, body: service('a', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }) });
    expect(first).toMatchObject({ spec: { ports: [{ nodePort: 30080 }] } });
    expect(bench.refusal({ verb: 'create', ...at, body: service('b', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }) }).message)
      .toBe('Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated');
    bench.ask({ verb: 'delete', ...at, name: 'a' });
    expect(bench.ask({ verb: 'create', ...at, body: service('b', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }) })).toMatchObject({ code: 201 });
  });

  it('draws again when a drawn address is taken', () => {
    const free = (startBench().object({ verb: 'create', ...at, body: service('web') }) as unknown as { spec: { clusterIP: string } }).spec.clusterIP;
    const bench = startBench();
    bench.object({ verb: 'create', ...at, body: service('thief', { clusterIP: free }) });
    const made = bench.object({ verb: 'create', ...at, body: service('web') }) as unknown as { spec: { clusterIP: string } };
    expect(made.spec.clusterIP).not.toBe(free);
  });

  it('keep their address in updates, and get ports when they need them', () => {
    const bench = startBench();
    const made = bench.object({ verb: 'create', ...at, body: service('web') }) as unknown as { spec: { clusterIP: string } };
    const next = bench.object({ verb: 'update', ...at, name: 'web', body: service('web', { type: 'NodePort' }) }) as unknown as { spec: { clusterIP: string; ports: { nodePort: number }[] } };
    expect(next.spec.clusterIP).toBe(made.spec.clusterIP);
    expect(next.spec.ports[0]?.nodePort).toBeGreaterThanOrEqual(30_000);
  });

  it('without an address have none', () => {
    const bench = startBench();
    expect(bench.object({ verb: 'create', ...at, body: service('web', { clusterIP: 'None' }) })).toMatchObject({ spec: { clusterIP: 'None', clusterIPs: ['None'] } });
  });
});
