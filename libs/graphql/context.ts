import type { Client } from '#client';
import type { History } from './history.js';
import { Loaders } from './loaders.js';

/** What every resolver is handed: one cluster, bound when the request's token was read. One of these an operation. */
export class GraphContext {
  private current: Loaders;

  constructor(
    readonly client: Client,
    readonly history: History,
    readonly cluster: { id: string; gitVersion: string },
  ) {
    this.current = new Loaders(client);
  }

  get loaders(): Loaders {
    return this.current;
  }

  /** Forgets what was read: each event of a subscription sees the cluster as it is then. */
  renew(): void {
    this.current = new Loaders(this.client);
  }
}
