export { type ConfigurationChange, quorumOf } from './configuration.js';
export type { Role } from './elections.js';
export { emptyDisk, Group } from './group.js';
export type { Raft } from './raft.js';
