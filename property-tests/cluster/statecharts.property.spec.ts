/** Of every statechart of the project: compiled and interpreted agree at every reachable point, no state is out of reach, and every transition can fire. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { statecharts } from '../../src/cluster/statecharts.ts';
import { actionNames, transitionsOf, withDescendants } from '../../src/kernel/statechart/source.ts';
import type { SourceMachine, SourceTransition } from '../../src/kernel/statechart/source.ts';
import { agreeAlong, agreeEverywhere, UNNAMED } from '../kernel/statechart-agreement.ts';
import type { AnyEvent } from '../kernel/statechart-agreement.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const byId = statecharts.map((registered) => [registered.chart.id, registered] as const);

const describeTransition = (descriptor: string | undefined, { source, target, actions }: SourceTransition): string =>
  `${source.path.join('.')} on ${descriptor ?? 'always'} to ${target?.map(({ path }) => path.join('.')).join() ?? 'itself'} / ${actionNames(actions).join()}`;

/** The transitions that XState selects for some sample event in some reachable snapshot. */
const selected = (machine: AnyStateMachine, snapshots: Iterable<AnyMachineSnapshot>, events: readonly AnyEvent[]): ReadonlySet<unknown> =>
  new Set([...snapshots].flatMap((snapshot) => events.flatMap((event) => machine.getTransitionData(snapshot, event))));

describe.each(byId)('%s', (_, { chart, events }) => {
  it('agrees with XState at every reachable point, and reaches every state', () => {
    expect(new Set(agreeEverywhere(chart, [...events, UNNAMED]).keys())).toEqual(new Set(chart.states));
  });

  it('agrees with XState along any events', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...events, UNNAMED), { maxLength: 20 }), (some) => agreeAlong(chart, some)), { numRuns: 30, seed: 1 });
  });

  it('has sample events that fire every transition', () => {
    const { root }: SourceMachine = chart.machine;
    const fired = selected(chart.machine, agreeEverywhere(chart, events).values(), events);
    // `always` is taken after a transition and not selected by an event: reaching every state covers it.
    const silent = withDescendants(root).flatMap(transitionsOf).filter(([descriptor, transition]) => descriptor !== undefined && !fired.has(transition));
    expect(silent.map(([descriptor, transition]) => describeTransition(descriptor, transition))).toEqual([]);
  });

  it('has sample events that make every guard say yes and no', () => {
    const { guards }: SourceMachine['implementations'] = chart.machine.implementations;
    const answers = Object.entries(guards ?? {}).map(([name, guard]) =>
      [name, new Set(events.map((event) => (guard as (args: { readonly event: AnyEvent }) => boolean)({ event })))] as const);
    expect(answers.filter(([, given]) => given.size < 2).map(([name]) => name)).toEqual([]);
  });
});

const isMachine = (value: unknown): boolean => typeof value === 'object' && value !== null && 'root' in value && 'implementations' in value;

/** `src/bench` measures machines of its own, which are no part of the cluster. */
const machineFiles = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).map((name) => join('src', name)).sort()
  .filter((file) => file.endsWith('.ts') && !file.startsWith('src/bench/') && /import \{[^}]*\bsetup\b[^}]*\} from 'xstate'/.test(readFileSync(join(ROOT, file), 'utf8')));

/** What a file builds with `setup`, its machines and how often it says so. */
const machinesIn = async (file: string): Promise<readonly unknown[]> => {
  const exported: unknown = await import(pathToFileURL(join(ROOT, file)).href);
  return Object.values(exported as Record<string, unknown>).filter(isMachine);
};

describe('the registry', () => {
  it('knows every file that builds a machine', () => {
    expect(machineFiles.length).toBeGreaterThan(10);
  });

  it.each(machineFiles)('has every machine of %s', async (file) => {
    const machines = await machinesIn(file);
    const built = readFileSync(join(ROOT, file), 'utf8').match(/\.createMachine\(/g) ?? [];
    expect(machines.length, 'every machine is exported').toBe(built.length);
    expect(machines.filter((machine) => !statecharts.some(({ chart }) => chart.machine === machine)).map((machine) => (machine as AnyStateMachine).id)).toEqual([]);
  });

  it('names each chart once', () => {
    const ids = statecharts.map(({ chart }) => chart.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
