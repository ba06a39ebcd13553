import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi, Json, Seen, Watching } from './cluster-api.js';

/** A client that lists once and then watches, resuming when its connection is lost. */
export interface Following {
  /** How often a watch was opened. */
  readonly connections: number;
  /** Drops the current connection; the client resumes with a new one. */
  drop(): void;
  /** The revision up to which it has seen all changes. */
  readonly revision: string;
  stop(): Promise<void>;
}

/** `onEvent` gets the listed objects as ADDED, then every change, in order, each once. Bookmarks are not passed on. */
export async function follow(cluster: ClusterApi, path: string, onEvent: (event: Seen) => void): Promise<Following> {
  const list: Json = await cluster.must('GET', path);
  for (const object of list.items) onEvent({ type: 'ADDED', object });
  let revision: string = list.metadata.resourceVersion;
  let stopped = false;
  let current: Watching | undefined;
  let connections = 0;
  const hear = (event: Seen): void => {
    if (stopped) return;
    if (event.type === 'ERROR') throw new Error(`watch ${path}: ${JSON.stringify(event.object)}`);
    revision = event.object.metadata.resourceVersion;
    if (event.type !== 'BOOKMARK') onEvent(event);
  };
  const running = (async () => {
    while (!stopped) {
      try {
        const query = `${path.includes('?') ? '&' : '?'}allowWatchBookmarks=true&resourceVersion=${revision}`;
        let open = true;
        current = await cluster.watch(`${path}${query}`, (event) => open && hear(event));
        connections += 1;
        if (stopped) current.close();
        await current.ended;
        open = false;
      } catch {
        await sleep(20);
      }
    }
  })();
  return {
    get connections() {
      return connections;
    },
    get revision() {
      return revision;
    },
    drop: () => current?.close(),
    async stop() {
      stopped = true;
      current?.close();
      await running;
    },
  };
}
