export { type Configuration, type ConfigurationChange, quorumOf } from './configuration.js';
export { emptyDisk, Group, type GroupOptions } from './group.js';
export { type Entry, type Message, NOBODY, type NodeId } from './message.js';
export { type HardState, type Output, Raft, type RaftOptions, type Role } from './raft.js';
export { RaftLog } from './raft-log.js';
