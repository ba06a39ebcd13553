export { quorumOf } from './configuration.js';
export type { Role } from './elections.js';
export { emptyDisk, Group } from './group.js';
export { NOBODY } from './message.js';
