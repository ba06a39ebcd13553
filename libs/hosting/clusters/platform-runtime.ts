import fs from 'node:fs';
import path from 'node:path';
import { systemClock } from '#apimachinery';
import { type ClusterStores, type CommitListener, clusterStores } from '#cacher';
import type { PlatformEvent } from '#platform';
import type { Backends } from '../backends.js';
import type { Log } from '../logging.js';
import { type PlatformEvents, platformEvents } from '../platform-events.js';
import { type ClusterClocks, clusterClocks } from './cluster-clocks.js';

/** What api and worker share: the stores of this process' clusters, their clocks, and the news of the platform. */
export interface PlatformRuntime {
  readonly stores: ClusterStores;
  readonly clocks: ClusterClocks;
  readonly events: PlatformEvents;
  close(): void;
}

const tickEvery = 5_000;

/** `onEvent` is told of changes to the platform after clocks and stores have followed them; `onGap` when some may have been missed. */
export async function platformRuntime(options: {
  backends: Backends;
  log: Log;
  onCommit: CommitListener;
  onEvent(event: PlatformEvent): void;
  onGap(): void;
}): Promise<PlatformRuntime> {
  const { backends, log, onCommit, onEvent, onGap } = options;
  const { admin, bus, records } = backends;
  const stores = clusterStores({ admin, bus, clock: systemClock, onCommit });
  const clocks = clusterClocks(records);
  const events = await platformEvents(bus, {
    event(event) {
      if (event.type === 'clock') clocks.turned(event.cluster, event.now);
      if (event.type === 'cluster-deleted') {
        stores.forget(event.cluster);
        clocks.forget(event.cluster);
      }
      onEvent(event);
    },
    gap() {
      clocks.reread().catch((error: unknown) => log.warn({ err: error }, 'clocks could not be read again'));
      onGap();
    },
  });
  const timer = setInterval(() => {
    stores.tick().catch((error: unknown) => log.warn({ err: error }, 'looking for unannounced commits failed'));
  }, tickEvery);
  timer.unref();
  return {
    stores,
    clocks,
    events,
    close() {
      clearInterval(timer);
      events.close();
      stores.close();
    },
  };
}

/** Which build this is: what another one has derived (templates) is not taken for ours. */
export function buildId(): string {
  const file = path.resolve(import.meta.dirname, '../../../build-id');
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : 'source';
}
