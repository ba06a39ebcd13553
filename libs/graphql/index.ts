export { GraphContext } from './context.js';
export { costRule } from './cost.js';
export { toGraphQLError } from './errors.js';
export type { History, HistoryEntry } from './history.js';
export { limits as graphLimits } from './limits.js';
export { relations } from './relations/index.js';
export { buildGraphSchema } from './schema.js';
export type { Descriptions } from './types.js';
