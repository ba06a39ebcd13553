import type { Clock, Instant } from '#apimachinery';
import { type ApiServer, inProcessClient } from '#apiserver';
import { type ClusterStore, clusterStore } from '#cacher';
import type { CausalClient } from '#client';
import { ClusterRegistries } from '#component-base';
import { LocalHost, type TimingProfile } from '#controller-runtime';
import { inRounds, type LogEntry, type Storage } from '#storage';
import { type ClusterApiOptions, clusterApi } from './api.js';
import { changeOf, isOfEvent } from './changes.js';
import { components } from './components.js';
import { expireLeases } from './expiry.js';
import { type HostedClusterOptions, hostedCluster, inRoundOf } from './hosted-cluster.js';
import { machineTimers } from './machine-timers.js';
import { processKeys } from './process-keys.js';

export interface LocalClusterParts {
  storage: Storage;
  clock: Clock & { set?(instant: Instant): void };
  /** What the cluster's random values are derived from. */
  seed: string;
  profile: TimingProfile;
  rootCA: string;
  /** Path of the cluster on its host, where it is served. */
  prefix?: string;
  /** Takes turns by itself; otherwise only settle() and advance() do. */
  autorun: boolean;
  outside?: ClusterApiOptions['outside'];
  version?: string;
  /** Default: all plugins. */
  admission?: ClusterApiOptions['admission'];
  /** Called for every failed reconcile. */
  onFailure?: HostedClusterOptions['onFailure'];
}

/** A whole cluster in this process. */
export interface LocalCluster {
  readonly api: ApiServer;
  readonly store: ClusterStore;
  /** A client of the API server itself, which is in system:masters. */
  readonly client: CausalClient;
  readonly clock: Clock;
  /** All writes since its creation, in order. */
  log(): Promise<LogEntry[]>;
  /** Forgets the log up to now, as the service does in time. */
  compact(): Promise<void>;
  /** Takes turns until there is no work left at the current time. */
  settle(): Promise<void>;
  /** Advances a stepped clock by the given milliseconds; due timers run in order. */
  advance(milliseconds: number): Promise<void>;
  close(): void;
}

/** Assembles one cluster over any store, with its components in a plain loop. */
export function localCluster(parts: LocalClusterParts): LocalCluster {
  const { clock, seed, profile, rootCA, prefix, autorun, outside, version, admission, onFailure } = parts;
  // As in the service, so that a stepped cluster writes the same log here as there.
  const storage = clock.set ? inRounds(parts.storage) : parts.storage;
  let host: LocalHost | undefined;
  const store = clusterStore({
    storage,
    onCommit(_, events) {
      for (const event of events) {
        const change = isOfEvent(event) ? undefined : changeOf(event);
        if (change) host?.changed(change);
      }
    },
  });
  const keys = processKeys(clock);
  const counts = new ClusterRegistries();
  const api = clusterApi({
    store,
    clock,
    seed,
    timers: machineTimers,
    metrics: async (component) => counts.families(store.cluster, component) ?? [],
    serviceAccountKey: keys.serviceAccount,
    clientAuthority: async () => (await keys.clientAuthority()).certificate,
    ...(prefix === undefined ? {} : { prefix }),
    ...(outside ? { outside } : {}),
    ...(version === undefined ? {} : { version }),
    ...(admission === undefined ? {} : { admission }),
  });
  const delayUntil = (at: Instant) => (clock.set ? undefined : at - clock.now());
  const inTurn = clock.set ? { inTurn: inRoundOf(store) } : {};
  const told = onFailure === undefined ? {} : { onFailure };
  const metrics = (component: string) => counts.of(store.cluster, component);
  const hosted = hostedCluster({ api, store, turns: storage, clock, profile, rootCA, keys, delayUntil, metrics, ...inTurn, ...told });
  const leases = { nextAt: () => storage.nextExpiry(), run: (now: Instant) => expireLeases(storage, store, now) };
  const schedule = (milliseconds: number, run: () => void) => machineTimers.after(milliseconds, run);
  host = new LocalHost({ hosted, components, clock, duties: [leases], autorun, ...(clock.set ? {} : { schedule }) });
  const running = host;
  return {
    api,
    store,
    clock,
    client: inProcessClient(api),
    log: async () => storage.log({ after: await storage.compactRevision() }),
    compact: async () => storage.compact(await storage.revision()),
    settle: () => running.settle(),
    advance: (milliseconds) => running.advance(milliseconds),
    close() {
      running.close();
      hosted.close();
      store.close();
    },
  };
}
