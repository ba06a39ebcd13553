import { type Instant, SteppedClock, systemClock } from '#apimachinery';
import type { TimingProfile } from '#controller-runtime';
import { DEFAULT_NODES } from '#kubeadm';
import { memoryStorage, type StorageAdmin } from '#storage';
import { type LocalCluster, type LocalClusterParts, localCluster } from './one-process.js';
import { profiles } from './profiles.js';
import type { StartingState } from './starting-state.js';
import { buildTemplate, type TemplateShape, templateReplacements } from './template.js';
import { clusterTemplates, type Templates } from './templates.js';

/** What it starts with is by default one control-plane node and two workers, 4 cpu, 8Gi, 110 pods each. */
export interface LocalClusterOptions extends Partial<StartingState> {
  /** Default `instant`. */
  profile?: TimingProfile['name'];
  /** `real` runs by itself. A number is the start of a stepped clock, which only settle() and advance() move. Default a stepped clock. */
  clock?: 'real' | Instant;
  /** What its random values are derived from; default `orrery`. */
  seed?: string;
  /** The CA bundle that clients trust, PEM. */
  rootCA?: string;
  /** The cluster's path on its host, if it is served. */
  prefix?: string;
  /** Calls webhooks outside of the cluster; unset: none is reachable. */
  outside?: LocalClusterParts['outside'];
  /** Default: all plugins. */
  admission?: LocalClusterParts['admission'];
  /** Called for every failed reconcile. */
  onFailure?: LocalClusterParts['onFailure'];
}

const start = Date.parse('2026-01-01T00:00:00Z');

/** One store for the process: a second cluster of the same shape is copied from the first one's template. */
let shared: { admin: StorageAdmin; templates: Map<string, Templates> } | undefined;
let made = 0;

async function copyOfTemplate({ rootCA, ...start }: TemplateShape, born: Instant, seed: string): Promise<string> {
  shared ??= { admin: memoryStorage(), templates: new Map() };
  const templates =
    shared.templates.get(rootCA) ??
    clusterTemplates({ admin: shared.admin, rootCA, version: '', build: buildTemplate, now: systemClock.now });
  shared.templates.set(rootCA, templates);
  const template = await templates.of(start);
  made += 1;
  const id = `local-${made}`;
  await shared.admin.copy(template.cluster, id, { replace: templateReplacements(born, seed) });
  return id;
}

/** A complete cluster in this process's memory, with the objects, nodes and pods of a new one: for tests and graders, in milliseconds. */
export async function createLocalCluster(options: LocalClusterOptions = {}): Promise<LocalCluster> {
  const {
    profile = 'instant',
    clock: wanted = start,
    seed = 'orrery',
    rootCA = '',
    prefix,
    outside,
    admission,
    onFailure,
    ...chosen
  } = options;
  const real = wanted === 'real';
  const clock = real ? systemClock : new SteppedClock(wanted);
  const id = await copyOfTemplate({ nodes: DEFAULT_NODES, ...chosen, rootCA }, clock.now(), seed);
  const admin = shared?.admin ?? memoryStorage();
  const cluster = localCluster({
    storage: admin.open(id),
    clock,
    seed,
    profile: profiles[profile],
    rootCA,
    autorun: real,
    ...(chosen.version === undefined ? {} : { version: chosen.version }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(outside ? { outside } : {}),
    ...(admission ? { admission } : {}),
    ...(onFailure ? { onFailure } : {}),
  });
  return {
    ...cluster,
    close() {
      cluster.close();
      void admin.destroy(id);
    },
  };
}
