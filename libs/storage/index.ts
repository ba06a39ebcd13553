export { ClusterExists, Compacted, FencedError, FutureRevision, StorageUnavailable, UnknownCluster } from './errors.js';
export { memoryStorage } from './memory.js';
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
