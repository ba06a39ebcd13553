export { type HiddenStep, type SeenStep, stepsOfCauses } from './causes.js';
export { type ChainStep, EventChain } from './chain.js';
export { type FieldChange, fieldChanges, LogDiff, type ObjectChange } from './diff.js';
export { type ConditionChange, type EventSeen, type Happened, Happenings, type KindCount } from './happenings.js';
export type { History, HistoryEntry, UnreadableEntry, WholeHistory } from './history.js';
export { HISTORY_LIMITS } from './limits.js';
export { causesOf, readLog } from './read-log.js';
export { BeforeLog, revisionAt } from './revision-at.js';
export { Trace, type TraceStep, traceOfCauses, traceText, writeText } from './trace.js';
