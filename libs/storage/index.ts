export { checkOps, checkPrefix } from './checks.js';
export { ClusterExists, Compacted, FencedError, FutureRevision, StorageUnavailable, UnknownCluster } from './errors.js';
export { memoryStorage } from './memory.js';
export { SortedKeys } from './sorted-keys.js';
export type {
  Cause,
  Fence,
  ListOptions,
  ListResult,
  LogEntry,
  LogOptions,
  Replacement,
  Revision,
  Storage,
  StorageAdmin,
  StoredObject,
  TurnState,
  WriteOp,
  WriteOptions,
  WriteResult,
} from './storage.js';
