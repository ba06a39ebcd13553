export { checkOps, checkPrefix } from './checks.js';
export {
  ClusterExists,
  Compacted,
  FencedError,
  FutureRevision,
  StorageFailure,
  StorageFull,
  StorageUnavailable,
  UnknownCluster,
} from './errors.js';
export { inRounds } from './in-rounds.js';
export { mayGoOn } from './log-page.js';
export { memoryStorage } from './memory.js';
export type { Revision } from './revision.js';
export { SortedKeys } from './sorted-keys.js';
export type {
  Cause,
  ClockRequest,
  ClockState,
  ClockStep,
  ClockStepped,
  CompactableOptions,
  CopyOptions,
  ListOptions,
  ListResult,
  LogEntry,
  LogOptions,
  Replacement,
  RestoreOptions,
  Retention,
  Storage,
  StorageAdmin,
  StoredObject,
  TransactionOptions,
  WriteOp,
  WriteResult,
} from './storage.js';
export { CLOCK } from './storage.js';
export type { BeginOptions, BegunTurn, Fence, LaggingTurn, TurnState } from './turn-state.js';
