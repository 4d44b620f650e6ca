/** The part of an explanation in which kube-apiserver tells those who watch: one line a revision, for all for whom something followed from it. */
import type { StepRecord } from '../../kernel/step.ts';
import type { FromApiServer } from '../../protocol/api.ts';
import { subjectOfObject } from '../subjects.ts';
import { watchWords } from './api-words.ts';
import type { DraftLine, Flow } from './flow.ts';
import { said } from './flow.ts';

export const watchLineReader = (flow: Flow) => (record: StepRecord): readonly DraftLine[] => {
  const { input, actor, step } = record;
  if (input?.kind !== 'message' || actor === undefined || step.kind !== 'deliver') return [];
  const body = input.body as FromApiServer;
  if (body.kind !== 'api-watch-event' || body.event.type === 'ERROR' || body.event.type === 'BOOKMARK') return [];
  const { type, object } = body.event;
  const subject = subjectOfObject(object);
  if (subject === undefined || !flow.followed.has(subject)) return [];
  return [{ ...said(record, input.from, actor, watchWords(body.event)), kind: 'news', mergeKey: `${type} ${subject} ${object.metadata.resourceVersion ?? ''}` }];
};
