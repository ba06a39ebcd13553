export type { CausalClient, Client, DeleteQuery, Listed, ListQuery, PatchType, WatchEvent, WatchHandler, WriteQuery } from './client.js';
