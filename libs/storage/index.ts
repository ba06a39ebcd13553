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
export { SortedKeys } from './sorted-keys.js';
export type {
  BeginOptions,
  Cause,
  ClockRequest,
  ClockState,
  ClockStep,
  ClockStepped,
  CompactableOptions,
  CopyOptions,
  Fence,
  LaggingTurn,
  ListOptions,
  ListResult,
  LogEntry,
  LogOptions,
  Replacement,
  RestoreOptions,
  Retention,
  Revision,
  Storage,
  StorageAdmin,
  StoredObject,
  TransactionOptions,
  TurnState,
  WriteOp,
  WriteResult,
} from './storage.js';
export { CLOCK } from './storage.js';
