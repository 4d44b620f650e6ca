/** A scripted API server for the specs of the client machinery: one object space, lists, watches with history, and writes. */
import type { KubeObject } from '../../src/api/object.ts';
import { alreadyExists, conflict, expired, notFound } from '../../src/api/status.ts';
import type { ApiAnswer, ApiRequest, FromApiServer, ToApiServer, WatchEvent } from '../../src/protocol/api.ts';

interface Logged { readonly revision: number; readonly resource: string; readonly event: WatchEvent & { readonly object: KubeObject } }
interface Watch { readonly client: string; readonly channel: string; readonly id: number; readonly resource: string; readonly from: number }

export interface Reply { readonly to: string; readonly channel: string; readonly body: FromApiServer }

export class FakeServer {
  revision = 1;
  compacted = 0;
  readonly objects = new Map<string, KubeObject>();
  readonly log: Logged[] = [];
  watches: Watch[] = [];
  readonly requests: ApiRequest[] = [];
  /** Answers instead of the server, when it returns something. */
  intercept: (request: ApiRequest) => ApiAnswer | undefined = () => undefined;

  receive(client: string, channel: string, message: ToApiServer): Reply[] {
    if (message.kind === 'api-watch-stop') {
      this.watches = this.watches.filter((watch) => watch.client !== client || watch.id !== message.id);
      return [];
    }
    const { id, request } = message;
    this.requests.push(request);
    const intercepted = this.intercept(request);
    if (intercepted !== undefined) return [{ to: client, channel, body: { kind: 'api-answer', id, answer: intercepted } }];
    if (request.verb === 'watch') return this.watch(client, channel, id, request);
    const before = this.revision;
    const answer = this.answer(request);
    return [{ to: client, channel, body: { kind: 'api-answer', id, answer } }, ...this.news(before)];
  }

  put(resource: string, object: KubeObject): Reply[] {
    const before = this.revision;
    this.write(resource, object);
    return this.news(before);
  }

  remove(resource: string, key: string): Reply[] {
    const before = this.revision;
    this.drop(resource, key);
    return this.news(before);
  }

  bookmarks(): Reply[] {
    return this.watches.map((watch) => this.event(watch, { type: 'BOOKMARK', object: { apiVersion: 'v1', kind: 'X', metadata: { name: '', resourceVersion: String(this.revision) } } }));
  }

  endWatches(): Reply[] {
    const ended = this.watches.map((watch): Reply => ({ to: watch.client, channel: watch.channel, body: { kind: 'api-watch-end', id: watch.id } }));
    this.watches = [];
    return ended;
  }

  compact(): void { this.compacted = this.revision; }
  breakChannel(channel: string): void { this.watches = this.watches.filter((watch) => watch.channel !== channel); }

  list(resource: string): KubeObject[] {
    return [...this.objects].filter(([key]) => key.startsWith(`${resource}:`)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  private event(watch: Watch, event: WatchEvent): Reply {
    return { to: watch.client, channel: watch.channel, body: { kind: 'api-watch-event', id: watch.id, event } };
  }

  private watch(client: string, channel: string, id: number, { resource, options }: ApiRequest): Reply[] {
    const from = Number(options?.resourceVersion ?? '0');
    const watch: Watch = { client, channel, id, resource, from };
    if (from < this.compacted) return [this.event(watch, { type: 'ERROR', status: expired('too old resource version') })];
    this.watches.push(watch);
    return this.log.filter((entry) => entry.resource === resource && entry.revision > from).map((entry) => this.event(watch, entry.event));
  }

  private news(before: number): Reply[] {
    const fresh = this.log.filter((entry) => entry.revision > before);
    return fresh.flatMap((entry) => this.watches.filter((watch) => watch.resource === entry.resource).map((watch) => this.event(watch, entry.event)));
  }

  private write(resource: string, object: KubeObject): KubeObject {
    const { namespace, name } = object.metadata;
    const key = `${resource}:${namespace === undefined ? '' : `${namespace}/`}${name}`;
    this.revision += 1;
    const known = this.objects.get(key);
    const stored = { ...object, metadata: { ...object.metadata, uid: known?.metadata.uid ?? `uid-${this.revision}`, resourceVersion: String(this.revision) } };
    this.objects.set(key, stored);
    this.log.push({ revision: this.revision, resource, event: { type: known === undefined ? 'ADDED' : 'MODIFIED', object: stored } });
    return stored;
  }

  private drop(resource: string, name: string): KubeObject | undefined {
    const key = `${resource}:${name}`;
    const known = this.objects.get(key);
    if (known === undefined) return undefined;
    this.revision += 1;
    this.objects.delete(key);
    const gone = { ...known, metadata: { ...known.metadata, resourceVersion: String(this.revision) } };
    this.log.push({ revision: this.revision, resource, event: { type: 'DELETED', object: gone } });
    return gone;
  }

  private answer(request: ApiRequest): ApiAnswer {
    const { verb, resource, namespace, options } = request;
    const body = request.body as KubeObject;
    if (verb === 'list') {
      if (options?.resourceVersion !== '0' && options?.resourceVersion !== '' && Number(options?.resourceVersion) < this.compacted - 3) {
        return { kind: 'refused', code: 410, status: expired('too old') };
      }
      return { kind: 'list', code: 200, list: { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: String(this.revision) }, items: this.list(resource) } };
    }
    const name = request.name ?? body.metadata.name;
    const key = namespace === undefined ? name : `${namespace}/${name}`;
    const known = this.objects.get(`${resource}:${key}`);
    if (verb === 'create') {
      if (known !== undefined) return { kind: 'refused', code: 409, status: alreadyExists('', resource, name) };
      return { kind: 'object', code: 201, object: this.write(resource, { ...body, metadata: { ...body.metadata, ...(namespace === undefined ? {} : { namespace }) } }) };
    }
    if (known === undefined) return { kind: 'refused', code: 404, status: notFound('', resource, name) };
    if (verb === 'get') return { kind: 'object', code: 200, object: known };
    if (verb === 'delete') return { kind: 'object', code: 200, object: this.drop(resource, key) ?? known };
    if (verb === 'patch') return { kind: 'object', code: 200, object: this.write(resource, { ...known, ...(request.body as object) }) };
    const stale = body.metadata.resourceVersion !== undefined && body.metadata.resourceVersion !== known.metadata.resourceVersion;
    return stale ? { kind: 'refused', code: 409, status: conflict('', resource, name, 'stale') } : { kind: 'object', code: 200, object: this.write(resource, body) };
  }
}
