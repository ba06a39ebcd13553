export type * from './generated/index.js';
export * from './generated/resources.js';
export type { Resource } from './resource.js';
