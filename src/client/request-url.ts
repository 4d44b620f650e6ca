/**
 * The address of a request, as it appears in Go's error texts.
 * Models: client-go/rest/request.go `URL`, net/url `Error`
 */
import { resourceById } from '../api/resources.ts';
import type { ApiRequest, Verb } from '../protocol/api.ts';

const METHODS: Readonly<Record<Verb, string>> = {
  get: 'Get', list: 'Get', watch: 'Get', create: 'Post', update: 'Put', patch: 'Patch', delete: 'Delete', deletecollection: 'Delete',
};

const pathOf = (request: ApiRequest): string => {
  const info = resourceById(request.resource);
  const group = info === undefined || info.group === '' ? '/api/v1' : `/apis/${info.group}/${info.version}`;
  const namespace = request.namespace === undefined || request.namespace === '' ? '' : `/namespaces/${request.namespace}`;
  const name = request.name === undefined ? '' : `/${request.name}`;
  const subresource = request.subresource === undefined ? '' : `/${request.subresource}`;
  return `${group}${namespace}/${info?.resource ?? request.resource}${name}${subresource}`;
};

/** `Post "https://kube-apiserver:6443/api/v1/namespaces/default/pods": <why>`. */
export const urlError = (server: string, request: ApiRequest, why: string): string =>
  `${METHODS[request.verb]} "https://${server}:6443${pathOf(request)}": ${why}`;
