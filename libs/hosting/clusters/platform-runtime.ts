import fs from 'node:fs';
import path from 'node:path';
import { systemClock } from '#apimachinery';
import { type ClusterStores, type CommitListener, clusterStores } from '#cacher';
import type { PlatformEvent } from '#platform';
import type { Backends } from '../backends.js';
import type { Log } from '../logging.js';
import { type PlatformEvents, platformEvents } from '../platform-events.js';
import { type ClusterClocks, clusterClocks } from './cluster-clocks.js';

/** Called with the commits of this process, and with platform events after clocks and stores have processed them. */
export interface RuntimeListener {
  onCommit: CommitListener;
  onEvent(event: PlatformEvent): void;
  /** Some platform events may have been missed. */
  onGap?(): void;
}

/** What api and worker share: the stores of this process's clusters, their clocks, and the events of the platform. */
export interface PlatformRuntime {
  readonly stores: ClusterStores;
  readonly clocks: ClusterClocks;
  readonly events: PlatformEvents;
  /** Calls this listener from now on, in addition to earlier ones. */
  subscribe(listener: RuntimeListener): void;
  close(): void;
}

const tickEvery = 5_000;

/** Opens the stores and follows the platform's events. */
export async function platformRuntime({ backends, log }: { backends: Backends; log: Log }): Promise<PlatformRuntime> {
  const { admin, bus, records } = backends;
  const listeners: RuntimeListener[] = [];
  const onCommit: CommitListener = (cluster, events) => {
    for (const listener of listeners) listener.onCommit(cluster, events);
  };
  const stores = clusterStores({ admin, bus, clock: systemClock, onCommit });
  const clocks = clusterClocks(records);
  const events = await platformEvents(bus, {
    event(event) {
      if (event.type === 'clock') clocks.turned(event.cluster, event.now);
      if (event.type === 'cluster-changed') {
        clocks.changed(event.cluster, event.clock);
        if (event.restored) stores.restored(event.cluster);
      }
      if (event.type === 'cluster-deleted') {
        stores.forget(event.cluster);
        clocks.forget(event.cluster);
      }
      for (const listener of listeners) listener.onEvent(event);
    },
    gap() {
      clocks.reread().catch((error: unknown) => log.warn({ err: error }, 'reading the clocks again failed'));
      for (const listener of listeners) listener.onGap?.();
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
    subscribe: (listener) => void listeners.push(listener),
    close() {
      clearInterval(timer);
      events.close();
      stores.close();
    },
  };
}

/** Identifies the build: what another build has derived (templates) is not used. */
export function buildId(): string {
  const file = path.resolve(import.meta.dirname, '../../../build-id');
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : 'source';
}
