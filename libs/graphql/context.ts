import type { Client } from '#client';
import type { History } from './history.js';
import type { Loaders } from './loaders.js';

/** What every resolver is handed: one cluster, bound when the request's token was read. */
export interface GraphContext {
  client: Client;
  history: History;
  loaders: Loaders;
  cluster: { id: string; gitVersion: string };
}
