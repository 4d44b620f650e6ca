/**
 * A run told to a newcomer: who said what to whom, from the user's command on, for the user's objects and what they own.
 *
 * Told are messages between components and the decisive moments inside them. Not told are heartbeats, Events, components' own reads, and watch
 * events from which nothing followed; a watch event that several watchers saw is told once.
 */
import { compareNumbers } from '../../base/order.ts';
import type { StepRecord } from '../../kernel/step.ts';
import type { ApiRequest } from '../../protocol/api.ts';
import { describe } from '../../protocol/describe.ts';
import { subjectsOf } from '../subjects.ts';
import { apiLineReader } from './api-lines.ts';
import type { DraftLine, ExplainOptions, Flow, FlowLine } from './flow.ts';
import { commandsIn, readFlow } from './flow.ts';
import { nodeLineReader } from './node-lines.ts';
import { serviceLineReader } from './service-lines.ts';
import { watchLineReader } from './watch-lines.ts';

const USER = 'user';

const commandLines = (record: StepRecord): readonly DraftLine[] => commandsIn(record).map((command) => (
  { kind: 'said', step: record.index, atMs: record.nowMs, from: USER, to: [record.actor ?? ''], text: describe({ kind: 'user-command', command }) }));

const draftsOf = (flow: Flow): readonly DraftLine[] => {
  const readers = [commandLines, apiLineReader(flow), watchLineReader(flow), nodeLineReader(flow), serviceLineReader(flow)];
  return flow.records.flatMap((record) => readers.flatMap((read) => read(record)));
};

/** Every step from which a step that is told followed, directly or not. */
const leadingTo = (flow: Flow, drafts: readonly DraftLine[]): ReadonlySet<number> => {
  const leading = new Set<number>();
  for (const { kind, step } of drafts) {
    if (kind === 'news') continue;
    for (let at = flow.recordAt.get(step)?.cause; at !== undefined && !leading.has(at); at = flow.recordAt.get(at)?.cause) leading.add(at);
  }
  return leading;
};

/** The receivers for whom something followed, told where the first of them heard of it. */
const merged = (drafts: readonly DraftLine[], leading: ReadonlySet<number>): readonly FlowLine[] => {
  const receivers = new Map<string, DraftLine & { to: readonly string[] }>();
  const lines: DraftLine[] = [];
  for (const draft of drafts) {
    if (draft.kind === 'news' && !leading.has(draft.step)) continue;
    const first = draft.mergeKey === undefined ? undefined : receivers.get(draft.mergeKey);
    if (first !== undefined) {
      first.to = [...first.to, ...draft.to];
      continue;
    }
    const line = { ...draft };
    if (draft.mergeKey !== undefined) receivers.set(draft.mergeKey, line);
    lines.push(line);
  }
  return lines.map(({ step, atMs, from, to, text }) => ({ step, atMs, from, to, text }));
};

/** The explanation's steps, in the order of the run's. `records`: from the user's commands on. */
export const explain = (records: readonly StepRecord[], options: ExplainOptions = {}): readonly FlowLine[] => {
  const flow = readFlow(records, options);
  const drafts = [...draftsOf(flow)].sort((a, b) => compareNumbers(a.step, b.step));
  return merged(drafts, leadingTo(flow, drafts));
};

const reasonOf = ({ body }: ApiRequest): string | undefined => (body as { readonly reason?: string } | undefined)?.reason;

/** The reasons of the Events that components wrote about the flow's objects, in order and each once. */
export const eventReasons = (records: readonly StepRecord[]): readonly string[] => {
  const { originAt, followed } = readFlow(records);
  const reasons = [...originAt].filter(([index, { step, request }]) => index === step && request.verb === 'create' && request.resource.startsWith('events'))
    .filter(([, { request }]) => subjectsOf({ kind: 'api-request', id: 0, credential: { kind: 'anonymous' }, request }).some((subject) => followed.has(subject)))
    .map(([, { request }]) => reasonOf(request)).filter((reason) => reason !== undefined);
  return [...new Set(reasons)];
};
