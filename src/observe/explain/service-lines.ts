/** The part of an explanation in which kube-proxies make Services reach pods. */
import type { StepRecord } from '../../kernel/step.ts';
import type { Message } from '../../protocol/message.ts';
import type { ServicePortRule } from '../../protocol/network.ts';
import { subjectOf } from '../subjects.ts';
import type { DraftLine, Flow } from './flow.ts';
import { inside, said } from './flow.ts';

const NETWORK = 'network';

/** `default/hello:http` -> `default/hello`. */
const serviceOf = (rule: ServicePortRule): string => rule.name.split(':')[0] as string;

const subjectOfRule = (rule: ServicePortRule): string => {
  const [namespace, name] = serviceOf(rule).split('/');
  return subjectOf('services', namespace, name ?? '');
};

const ruleWords = (rule: ServicePortRule): string => {
  const to = rule.endpoints.map(({ ip, port }) => `${ip}:${port}`).join(', ');
  return `rules: Service ${serviceOf(rule)} at ${rule.clusterIps[0] ?? ''}:${rule.port} -> ${to === '' ? 'nothing' : to}`;
};

/** Syncs that changed nothing for the user's Services are not told; the first rule that leads somewhere makes a Service's pods reachable through it. */
export const serviceLineReader = (flow: Flow): ((record: StepRecord) => readonly DraftLine[]) => {
  /** By node and rule. */
  const told = new Map<string, string>();
  const reachable = new Set<string>();

  const ofRule = (record: StepRecord, from: string, node: string, rule: ServicePortRule): readonly DraftLine[] => {
    const words = ruleWords(rule);
    const key = `${node} ${rule.name}`;
    const before = told.get(key);
    if (before === words || (before === undefined && rule.endpoints.length === 0)) return [];
    told.set(key, words);
    const isFirstWay = rule.endpoints.length > 0 && !reachable.has(rule.name);
    if (isFirstWay) reachable.add(rule.name);
    return [
      said(record, from, NETWORK, words),
      ...isFirstWay ? [inside(record, `Service ${serviceOf(rule)} reaches its pods now, from ${node} first`)] : [],
    ];
  };

  return (record) => {
    const { input } = record;
    if (input?.kind !== 'message') return [];
    const body = input.body as Message;
    if (body.kind !== 'rules') return [];
    return body.rules.filter((rule) => flow.followed.has(subjectOfRule(rule))).flatMap((rule) => ofRule(record, input.from, body.node, rule));
  };
};
