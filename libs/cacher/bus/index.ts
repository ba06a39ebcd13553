export type { Bus, Unsubscribe } from './bus.js';
export { memoryBus } from './memory.js';
