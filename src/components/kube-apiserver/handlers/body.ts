/**
 * A request's body as the object the server works on: right kind, right types, defaults filled in, in the request's namespace.
 * Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/{create,update,patch,rest}.go, runtime/serializer/versioning
 * Not modelled: warnings of fieldValidation `Warn` (it passes as `Ignore`).
 */
import type { KubeObject } from '../../../api/object.ts';
import { withoutLeftovers } from '../../../api/patch/strategic-merge-patch.ts';
import type { ResourceInfo } from '../../../api/resources.ts';
import { checkSchema, decodingMessage } from '../../../api/schema/check-schema.ts';
import { decodeObject } from '../../../api/schema/decode.ts';
import type { Status } from '../../../api/status.ts';
import { badRequest } from '../../../api/status.ts';
import { strategyOf } from '../../../api/strategy.ts';
import { namespaceOf } from '../cacher/cache-reads.ts';
import type { Job } from '../state.ts';
import { isWellFormed } from './well-formed.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A patched document may hold nulls and directives of the patch, which decoding drops. */
const decode = (given: Fields, known: Fields | undefined, { request }: Job): Fields | Status => {
  if (isWellFormed(given, known)) return given;
  const body = request.verb === 'patch' ? withoutLeftovers(given) as Fields : given;
  const strict = request.options?.fieldValidation === 'Strict';
  const why = decodingMessage(String(body['apiVersion']), String(body['kind']), checkSchema(body, { strict }));
  return why === undefined ? decodeObject(body) : badRequest(why);
};

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const rightKind = (body: Fields, info: ResourceInfo): Fields | Status => {
  const { apiVersion = info.apiVersion, kind = info.kind } = body;
  if (apiVersion !== info.apiVersion) return badRequest(`the API version in the data (${String(apiVersion)}) does not match the expected API version (${info.apiVersion})`);
  if (kind !== info.kind) return badRequest(`${String(kind)} in version ${JSON.stringify(info.version)} cannot be handled as a ${info.kind}: converting (v1.${String(kind)}) to (v1.${info.kind}): unknown conversion`);
  return body['apiVersion'] === apiVersion && body['kind'] === kind ? body : { ...body, apiVersion, kind };
};

const inNamespace = (object: KubeObject, namespace: string | undefined, info: ResourceInfo): KubeObject | Status => {
  const given = object.metadata.namespace ?? '';
  if (!info.namespaced) return object;
  if (namespace === undefined) return badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (given === '') return { ...object, metadata: { ...object.metadata, namespace } };
  return given === namespace ? object : badRequest('the namespace of the provided object does not match the namespace sent on the request');
};

const withMetadata = (body: Fields): KubeObject =>
  (isRecord(body['metadata']) ? body : { ...body, metadata: {} }) as unknown as KubeObject;

const isRefusal = (value: Fields | Status): value is Status => value['kind'] === 'Status';

/** A write of the status of an object whose spec is as it was stored. */
const needsNoDefaults = (job: Job, decoded: Fields, known: KubeObject | undefined): boolean =>
  job.request.subresource === 'status' && known !== undefined && decoded['spec'] !== undefined && decoded['spec'] === (known as unknown as Fields)['spec'];

/** A document as an object of `info`'s kind. `known` is the stored object that it was made from: what they share needs no check. */
export const decodeDocument = (document: unknown, job: Job, info: ResourceInfo, known?: KubeObject): KubeObject | Status => {
  if (!isRecord(document)) return badRequest('unable to decode: request body is not an object');
  const typed = rightKind(document, info);
  if (isRefusal(typed)) return typed;
  const decoded = decode(typed, known as unknown as Fields | undefined, job);
  if (isRefusal(decoded)) return decoded;
  const object = needsNoDefaults(job, decoded, known) ? withMetadata(decoded) : strategyOf(info.id).defaultsOf(withMetadata(decoded));
  return inNamespace(object, namespaceOf(job), info);
};
