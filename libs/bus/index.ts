export type { Bus, Unsubscribe } from './bus.js';
