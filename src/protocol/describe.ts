/** A message in a few words, for traces, explanations and diagrams: the same words everywhere. */
import type { KubeObject } from '../api/object.ts';
import type { ApiAnswer, ApiRequest, WatchEvent } from './api.ts';
import type { CriAnswer, CriCall } from './cri.ts';
import type { EtcdAnswer, EtcdCall, EtcdEvent, EtcdOp } from './etcd.ts';
import type { Message } from './message.ts';
import type { Connection } from './network.ts';
import type { UserCommand } from './user.ts';

const place = (namespace: string | undefined, name: string | undefined): string =>
  [namespace, name].filter((part) => part !== undefined && part !== '').join('/');

const objectName = (object: KubeObject): string => place(object.metadata.namespace, object.metadata.name ?? `${object.metadata.generateName ?? ''}*`);

/** `Pod default/web-0`. */
export const describeObjectName = (object: KubeObject): string => `${object.kind} ${objectName(object)}`;

const atRevision = (object: KubeObject): string => (object.metadata.resourceVersion === undefined ? '' : ` rv=${object.metadata.resourceVersion}`);

const bodyName = (request: ApiRequest): string | undefined => {
  const meta = (request.body as Partial<KubeObject> | undefined)?.metadata;
  return meta?.name ?? (meta?.generateName === undefined ? undefined : `${meta.generateName}*`);
};

/** `create pods default/web`, `patch deployments.apps/scale default/web`. */
export const describeRequest = (request: ApiRequest): string => {
  const { verb, resource, subresource, options } = request;
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  const name = place(request.namespace, request.name ?? (verb === 'create' ? bodyName(request) : undefined));
  const selector = [options?.fieldSelector, options?.labelSelector].filter((text) => text !== undefined && text !== '').join(',');
  const from = options?.resourceVersion === undefined || options.resourceVersion === '' ? '' : ` rv=${options.resourceVersion}`;
  return `${verb} ${what}${name === '' ? '' : ` ${name}`}${selector === '' ? '' : ` where ${selector}`}${from}`;
};

const describeAnswer = (answer: ApiAnswer): string => {
  switch (answer.kind) {
    case 'object': return `${answer.code} ${describeObjectName(answer.object)}${atRevision(answer.object)}`;
    case 'list': return `${answer.code} ${answer.list.kind} of ${answer.list.items.length} rv=${answer.list.metadata.resourceVersion}`;
    case 'done': return `${answer.code} ${answer.status.details?.kind ?? ''} ${answer.status.details?.name ?? ''} Success`.replace(/ +/g, ' ');
    case 'refused': return `${answer.code} ${answer.status.reason}: ${answer.status.message}`;
    default: return answer satisfies never;
  }
};

const describeWatchEvent = (event: WatchEvent): string =>
  (event.type === 'ERROR' ? `watch ERROR ${event.status.code} ${event.status.message}` : `watch ${event.type} ${describeObjectName(event.object)}${atRevision(event.object)}`);

const describeOp = (op: EtcdOp): string => (op.kind === 'range' ? `get ${op.key}` : `${op.kind} ${op.key}`);

const describeCall = (call: EtcdCall): string => {
  switch (call.kind) {
    case 'range': return `range ${call.key}${call.rangeEnd === undefined ? '' : '*'}${call.countOnly === true ? ' (count)' : ''}`;
    case 'txn': return `txn if ${call.compare.map((c) => `${c.target}(${c.key})${c.op}${c.operand}`).join(' and ')} then ${call.success.map(describeOp).join(', ')}`;
    case 'compact': return `compact ${call.revision}`;
    case 'alarm': return `${call.action} alarm ${call.alarm}`;
    case 'lease-grant': return `lease grant ${call.ttlSeconds}s`;
    case 'lease-keep-alive':
    case 'lease-revoke': return `${call.kind.replaceAll('-', ' ')} ${call.id}`;
    default: return call satisfies never;
  }
};

const describeEtcdAnswer = (answer: EtcdAnswer): string => {
  switch (answer.kind) {
    case 'range': return `range of ${answer.kvs.length} at revision ${answer.revision}`;
    case 'txn': return answer.succeeded ? `txn succeeded at revision ${answer.revision}` : `txn failed its comparison at revision ${answer.revision}`;
    case 'compact': return `compacted at revision ${answer.revision}`;
    case 'alarm': return 'alarm is set';
    case 'lease': return `lease ${answer.id} for ${answer.ttlSeconds}s`;
    case 'error': return `error ${answer.message}`;
    default: return answer satisfies never;
  }
};

const describeEtcdEvent = (event: EtcdEvent): string => `${event.kind} ${event.kv.key}`;

const describeCri = (call: CriCall): string => {
  switch (call.kind) {
    case 'run-pod-sandbox': return `run pod sandbox ${call.config.podNamespace}/${call.config.podName}`;
    case 'pull-image': return `pull image ${call.image}`;
    case 'create-container': return `create container ${call.config.name} (${call.config.image})`;
    case 'stop-pod-sandbox':
    case 'remove-pod-sandbox': return `${call.kind.replaceAll('-', ' ')} ${call.sandboxId}`;
    case 'start-container':
    case 'stop-container':
    case 'remove-container': return `${call.kind.replaceAll('-', ' ')} ${call.containerId}`;
    case 'probe': return `${call.probe} probe ${call.containerId}`;
    case 'list': return 'list sandboxes and containers';
    default: return call satisfies never;
  }
};

const describeCriAnswer = (answer: CriAnswer): string => {
  switch (answer.kind) {
    case 'sandbox': return `sandbox ${answer.sandbox.id} ${answer.sandbox.state}${answer.sandbox.ip === undefined ? '' : ` with address ${answer.sandbox.ip}`}`;
    case 'image': return `image ${answer.imageRef} ${answer.present ? 'present' : 'absent'}`;
    case 'container': return `container ${answer.container.config.name} ${answer.container.state}`;
    case 'listed': return `${answer.sandboxes.length} sandboxes, ${answer.containers.length} containers`;
    case 'probed': return `probe ${answer.success ? 'succeeded' : 'failed'}`;
    case 'done': return 'done';
    case 'error': return `error ${answer.message}`;
    default: return answer satisfies never;
  }
};

const describeConnection = (outcome: Connection): string =>
  (outcome.kind === 'reached' ? `reached Pod ${outcome.podNamespace}/${outcome.podName} at ${outcome.ip}:${outcome.port}` : `failed: ${outcome.why}`);

const describeCommand = (command: UserCommand): string => {
  switch (command.kind) {
    case 'apply':
    case 'create':
    case 'replace': return `${command.kind} ${describeObjectName(command.object)}`;
    case 'cordon':
    case 'uncordon': return `${command.kind} ${command.node}`;
    case 'request': return describeRequest(command.request);
    case 'scale': return `scale ${command.target.resource} ${place(command.target.namespace, command.target.name)} to ${command.replicas}`;
    default: return `${command.kind} ${command.target.resource} ${place(command.target.namespace, command.target.name)}`;
  }
};

/** What an actor sends itself need not be a `Message`. */
const describeOther = ({ kind }: { readonly kind?: string }): string => kind ?? '';

const describeMessage = (body: Message): string => {
  switch (body.kind) {
    case 'api-request': return describeRequest(body.request);
    case 'api-watch-stop': return `stop watch ${body.id}`;
    case 'api-answer': return describeAnswer(body.answer);
    case 'api-watch-event': return describeWatchEvent(body.event);
    case 'api-watch-end': return `end of watch ${body.id}`;
    case 'etcd-call': return describeCall(body.call);
    case 'etcd-watch': return `watch ${body.key}* from revision ${body.startRevision}`;
    case 'etcd-watch-cancel':
    case 'etcd-watch-progress': return `${body.kind.slice('etcd-'.length).replaceAll('-', ' ')} ${body.watchId}`;
    case 'etcd-answer': return describeEtcdAnswer(body.answer);
    case 'etcd-events': return body.events.length === 0 ? `progress at revision ${body.revision}` : `watch ${body.events.map(describeEtcdEvent).join(', ')} at revision ${body.revision}`;
    case 'etcd-watch-end': return `end of watch ${body.watchId}: ${body.message}`;
    case 'cri-call': return describeCri(body.call);
    case 'cri-watch': return 'watch containers';
    case 'cri-answer': return describeCriAnswer(body.answer);
    case 'cri-event': return `container ${body.container?.config.name ?? ''} ${body.event}`;
    case 'cni-add': return `set up the network of ${body.podNamespace}/${body.podName}`;
    case 'cni-del': return `take down the network of sandbox ${body.sandboxId}`;
    case 'cni-answer': return body.error === undefined ? (body.ip === undefined ? 'network is taken down' : `network is up with address ${body.ip}`) : `network failed: ${body.error}`;
    case 'node-up': return `node ${body.node} has address ${body.address}`;
    case 'rules': return `${body.rules.length} service rules on ${body.node}`;
    case 'connect': return `connect to ${body.address}:${body.port}`;
    case 'connected': return describeConnection(body.outcome);
    case 'process-start': return `start the process of container ${body.containerId}`;
    case 'process-stop': return `stop the process of container ${body.containerId}`;
    case 'process-exited': return `the process of container ${body.containerId} exited with code ${body.exitCode}`;
    case 'machine-booted': return 'the machine has booted';
    case 'registry': return `the image registry is ${body.isReachable ? 'reachable' : 'out of reach'}`;
    case 'user-command': return describeCommand(body.command);
    case 'user-agenda': return `agenda of ${body.entries.length} commands`;
    default: return describeOther(body satisfies never);
  }
};

/** One short line without line breaks. */
export const describe = (body: unknown): string => describeMessage(body as Message).replace(/\s*\n\s*/g, ' ');
