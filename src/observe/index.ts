/** The public read side: a run's records as streams, and what can be read off them. */
export { auditOf, auditReader, claimedUser } from './audit.ts';
export type { AuditEntry } from './audit.ts';
export { eventReasons, explain } from './explain/explain.ts';
export type { ExplainOptions, FlowLine } from './explain/flow.ts';
export { printFlow } from './explain/print-flow.ts';
export { originReader } from './origins.ts';
export type { Origin } from './origins.ts';
export { recordsOf } from './records.ts';
export { revisionReader, revisionsOf, timelineOf } from './revisions.ts';
export type { ObjectRevision } from './revisions.ts';
export { subjectOf, subjectOfKey, subjectOfObject, subjectsOf } from './subjects.ts';
export type { Subject } from './subjects.ts';
export { trafficOf } from './traffic.ts';
export type { Traffic } from './traffic.ts';
