/** The watches that kube-apiserver serves, as its steps open them and send on them. */
import type { KubeObject } from '../../api/object.ts';
import { ETCD } from '../../cluster/store-view.ts';
import type { ApiserverState, Stream } from '../../components/kube-apiserver/state.ts';
import { storedAs } from '../../components/kube-apiserver/storage/codec.ts';
import type { StepRecord } from '../../kernel/step.ts';
import type { World } from '../../kernel/world.ts';
import type { ApiRequest, FromApiServer, WatchEvent } from '../../protocol/api.ts';
import { isApiserver, requestIn } from '../api-traffic.ts';

export interface Sent {
  /** Of the stream. */
  readonly stream: string;
  readonly event: Exclude<WatchEvent, { readonly type: 'ERROR' }>;
  readonly revision: number;
}

export interface Opened {
  readonly stream: string;
  readonly request: ApiRequest;
  /** Events after it are asked for; undefined: the state at some time first. */
  readonly fromRevision: number | undefined;
}

const streamName = (server: string, client: string, id: number): string => `${server} ${client} ${id}`;

const streamOf = (record: StepRecord, client: string, id: number): string => streamName(record.actor ?? '', client, id);

export const openedBy = (record: StepRecord): Opened | undefined => {
  const asked = requestIn(record);
  if (asked?.request.verb !== 'watch') return undefined;
  const version = Number(asked.request.options?.resourceVersion ?? 0);
  return { stream: streamOf(record, asked.client, asked.id), request: asked.request, fromRevision: version > 0 ? version : undefined };
};

const readSent = (record: StepRecord): readonly Sent[] => {
  if (!isApiserver(record.actor)) return none;
  let sent: Sent[] | undefined;
  for (const effect of record.effects) {
    if (effect.kind !== 'send') continue;
    const body = effect.body as FromApiServer;
    if (body.kind !== 'api-watch-event' || body.event.type === 'ERROR') continue;
    (sent ??= []).push({ stream: streamOf(record, effect.to, body.id), event: body.event, revision: Number(body.event.object.metadata.resourceVersion ?? 0) });
  }
  return sent ?? none;
};

const none: readonly never[] = [];

/** Why a memo of one: several monitors ask about the same step. Nothing observable depends on it. */
let lastRecord: StepRecord | undefined;
let lastSent: readonly Sent[] = none;

/** The events that kube-apiserver sent in a step. */
export const sentBy = (record: StepRecord): readonly Sent[] => {
  if (record !== lastRecord) {
    lastRecord = record;
    lastSent = readSent(record);
  }
  return lastSent;
};

export const nameIn = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;

/** A watch that was open before the run was watched. */
export interface OpenStream {
  readonly stream: string;
  readonly resource: string;
  /** Everything up to this revision was sent. */
  readonly atRevision: number;
  /** Of a whole resource: no namespace, no selectors. */
  readonly isWhole: boolean;
}

const isUnselective = ({ namespace, labels, fields }: Stream): boolean =>
  namespace === undefined && labels.kind === 'requirements' && labels.requirements.length === 0 && fields.terms.length === 0;

/**
 * Those of all servers, read off their states. None where a server has yet to hear of a change, or is doing so in this step: what it has sent is then
 * not what it has in its cache.
 */
export const openStreams = (world: World, record: StepRecord): readonly OpenStream[] => {
  if (!isApiserver(record.actor) || record.input?.kind !== 'message' || record.input.from === ETCD) return none;
  if (world.undelivered().some(({ from }) => from === ETCD)) return none;
  return world.actors().filter(isApiserver).flatMap((server) => {
    const { streams, cachers } = world.stateOf<ApiserverState>(server);
    return streams.values().filter(({ phase }) => phase === 'streaming').map((stream) => {
      const resource = storedAs(stream.resource);
      return {
        stream: streamName(server, stream.client.actor, stream.client.id), resource, isWhole: isUnselective(stream),
        atRevision: Math.max(stream.afterRevision, cachers.get(resource)?.revision ?? 0),
      };
    });
  });
};
