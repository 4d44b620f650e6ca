/**
 * What the kubelet knows of a pod in the runtime.
 * Models: pkg/kubelet/container/{cache,runtime}.go `PodStatus`, pkg/kubelet/pleg/{evented,generic}.go
 * Not modelled: the relist every second (every five minutes with evented PLEG): the runtime's events cannot get lost without a `disconnected`, upon
 *   which, and at the start, the kubelet lists anew.
 */
import type { CriContainerStatus, SandboxStatus } from '../../../protocol/cri.ts';
import { compareNumbers, compareStrings } from '../../../base/order.ts';

export interface RuntimeView {
  /** The newest first. */
  readonly sandboxes: readonly SandboxStatus[];
  /** The newest first. */
  readonly containers: readonly CriContainerStatus[];
}

export const emptyView: RuntimeView = { sandboxes: [], containers: [] };

const newestContainer = (a: CriContainerStatus, b: CriContainerStatus): number =>
  compareNumbers(b.createdMs, a.createdMs) || compareNumbers(b.config.attempt, a.config.attempt) || compareStrings(a.config.name, b.config.name);

const newestSandbox = (a: SandboxStatus, b: SandboxStatus): number => compareNumbers(b.config.attempt, a.config.attempt);

/** Of all that the runtime lists, by pod uid. */
export const viewsOf = (sandboxes: readonly SandboxStatus[], containers: readonly CriContainerStatus[]): ReadonlyMap<string, RuntimeView> => {
  const views = new Map<string, RuntimeView>();
  const uidOf = new Map(sandboxes.map((sandbox) => [sandbox.id, sandbox.config.podUid] as const));
  for (const sandbox of [...sandboxes].sort(newestSandbox)) {
    const view = views.get(sandbox.config.podUid) ?? emptyView;
    views.set(sandbox.config.podUid, { ...view, sandboxes: [...view.sandboxes, sandbox] });
  }
  for (const container of [...containers].sort(newestContainer)) {
    const uid = uidOf.get(container.sandboxId) ?? '';
    const view = views.get(uid) ?? emptyView;
    views.set(uid, { ...view, containers: [...view.containers, container] });
  }
  return views;
};

const RANK = { created: 0, running: 1, exited: 2 } as const;

/** Events and answers come by different links, so an old one may come late: a container never goes back. Unknown ones are not added. */
export const withContainerSeen = (view: RuntimeView, container: CriContainerStatus): RuntimeView => {
  const at = view.containers.findIndex(({ id }) => id === container.id);
  const known = view.containers[at];
  return known === undefined || RANK[container.state] <= RANK[known.state] ? view : { ...view, containers: view.containers.with(at, container) };
};

/** A list may be older than an event that overtook it. */
export const notBefore = (view: RuntimeView, known: RuntimeView): RuntimeView => known.containers.reduce(withContainerSeen, view);

export const withContainerCreated = (view: RuntimeView, container: CriContainerStatus): RuntimeView =>
  ({ ...view, containers: [container, ...view.containers] });

export const withSandboxCreated = (view: RuntimeView, sandbox: SandboxStatus): RuntimeView => ({ ...view, sandboxes: [sandbox, ...view.sandboxes] });

export const withSandboxStopped = (view: RuntimeView, sandboxId: string): RuntimeView => ({
  ...view, sandboxes: view.sandboxes.map((sandbox) => (sandbox.id === sandboxId ? { ...sandbox, state: 'not-ready', ip: undefined } : sandbox)),
});

export const latestContainer = (view: RuntimeView, name: string): CriContainerStatus | undefined => view.containers.find((c) => c.config.name === name);

/** The newest exited one: what a restart's back-off counts from. */
export const latestExited = (view: RuntimeView, name: string): CriContainerStatus | undefined =>
  view.containers.find((c) => c.config.name === name && c.state === 'exited');

export const hasRunning = (view: RuntimeView): boolean => view.containers.some((c) => c.state === 'running');
