import { preferredResources } from '#api';
import type { Clock, Instant } from '#apimachinery';
import { type ApiServer, CloudManagerSource, inProcessClient, SchedulerSource } from '#apiserver';
import { type ClusterStore } from '#cacher';
import { createInformers } from '#client';
import type { MetricRegistry } from '#component-base';
import type { ClusterContext, HostedCluster, InTurn, Pause, ReconcileFailure, SigningKeys, TimingProfile } from '#controller-runtime';
import { configurationErrors } from '#scheduler';
import type { Fence, Revision, Storage } from '#storage';
import { CLOUD_KEY } from './cloud/cloud.js';
import { CloudView } from './cloud/cloud-view.js';
import { requestCounter } from './component-metrics.js';
import { usersOf } from './component-users.js';
import { ClusterFaults } from './faults/cluster-faults.js';
import { FAULTS_KEY } from './faults/fault.js';
import { FaultView } from './faults/fault-view.js';
import { isElected } from './faults/leader-election.js';
import { KubeletConfigurations } from './kubelet-configurations.js';
import { machineRows, PodFiles, podOfFiles } from './machine-rows.js';
import { nodeOfFile, StaticManifests } from './static-manifests.js';

export interface HostedClusterOptions {
  api: ApiServer;
  store: ClusterStore;
  turns: Pick<Storage, 'beginTurn' | 'endTurn' | 'log'>;
  clock: Clock;
  profile: TimingProfile;
  /** The CA bundle that clients of the cluster trust, PEM. */
  rootCA: string;
  keys: SigningKeys;
  /** Machine milliseconds until a cluster time; undefined for a stepped clock. */
  delayUntil(at: Instant): number | undefined;
  onFailure?: (failure: ReconcileFailure) => void;
  /** The component in whose turns all others take theirs; `under` is its current turn, for turns that are part of it. */
  conductor?: { name: string; under?: () => Fence | undefined };
  /** Where long work waits for its turn; by default, for the next iteration of the event loop. */
  inTurn?: InTurn;
  /** How work of many small steps gives way to other clusters; unset: not at all. */
  pause?: Pause;
  /** Where a component counts what it does; unset: nowhere. */
  metrics?: (component: string) => MetricRegistry;
  /** Bytes of memory used by the store. */
  bytes?: () => number;
  onClose?: () => void;
}

/** Follows all changes of a cluster, to know up to which revision its watchers have got events. */
class Progress {
  revision: Revision = 0;
  private following = false;
  private starting: Promise<void> | undefined;
  private stop: (() => void) | undefined;
  private closed = false;

  constructor(
    private readonly store: ClusterStore,
    private readonly machine: (key: string) => void,
  ) {}

  /** Watches again, from a revision that exists, if the watch has ended; concurrent calls share one attempt. */
  async ensure(from: Revision): Promise<void> {
    if (this.closed || (this.following && this.starting === undefined)) return;
    this.starting ??= this.start(from).finally(() => {
      this.starting = undefined;
    });
    await this.starting;
  }

  private async start(from: Revision): Promise<void> {
    const note = (revision: Revision) => {
      if (revision > this.revision) this.revision = revision;
    };
    this.following = true;
    const stop = await this.store
      .watch('/', from, {
        event: ({ revision, current }) => {
          note(revision);
          if (current.key.startsWith('/machine/')) this.machine(current.key);
        },
        progress: note,
        end: () => {
          this.following = false;
        },
      })
      .catch((error: unknown) => {
        this.following = false;
        throw error;
      });
    note(from);
    if (this.closed) stop();
    else this.stop = stop;
  }

  close(): void {
    this.closed = true;
    this.stop?.();
  }
}

/** The same turns; of components that are opened together, those that read the same part of the log share one read. */
function sharingLog(turns: HostedClusterOptions['turns']): HostedCluster['turns'] {
  const reading = new Map<string, ReturnType<Storage['log']>>();
  return {
    beginTurn: (name, options) => turns.beginTurn(name, options),
    endTurn: (name, state) => turns.endTurn(name, state),
    log(options) {
      const part = JSON.stringify(options);
      const entries = reading.get(part) ?? turns.log(options).finally(() => reading.delete(part));
      reading.set(part, entries);
      return entries;
    },
  };
}

/** Turns that are part of another turn: they fail when that one was superseded or is over. */
function turnsUnder(turns: HostedClusterOptions['turns'], component: string, under: () => Fence | undefined): HostedCluster['turns'] {
  return {
    beginTurn: (name, options) => turns.beginTurn(name, { ...options, under: under() ?? { component, token: -1 } }),
    endTurn: (name, state) => turns.endTurn(name, state),
    log: (options) => turns.log(options),
  };
}

const nextRound: InTurn = async (work) => {
  await new Promise<void>((resolve) => void setImmediate(resolve));
  return work();
};

/**
 * In a stepped cluster a pause ends when the store, which answers in rounds, has answered. That does not depend on other work of the
 * process, so the same inputs write the same log.
 */
export const inRoundOf =
  (store: Pick<ClusterStore, 'revision'>): InTurn =>
  async (work) => {
    await store.revision();
    return work();
  };

const MANAGER = 'kube-controller-manager';
const CLOUD_MANAGER = 'cloud-controller-manager';
const SCHEDULER = 'kube-scheduler';
const SERVER = 'kube-apiserver';

/** The settings of the API server as its own controllers see them. */
function serverRanges({ settings }: ApiServer): NonNullable<ClusterContext['server']> {
  return {
    ready: () => settings.ready(),
    current: () => (settings.failure() === undefined ? settings.current() : undefined),
  };
}

/** One cluster for a host of components: informers shared by all its components, over the in-process pipeline. */
export function hostedCluster(options: HostedClusterOptions): HostedCluster {
  const { api, store, turns, clock, profile, rootCA, keys, delayUntil, onFailure, onClose, conductor, pause } = options;
  const { storages } = api.cluster;
  // Asked for when the cache has just caught up.
  const resources = async () => {
    const pending = storages.catchUp();
    if (pending) await pending;
    return preferredResources(storages.served());
  };
  const informers = createInformers(inProcessClient(api), resources);
  const cloud = new CloudView(store);
  const configurations = new KubeletConfigurations(store);
  const faults = new FaultView(store, clock, cloud, configurations);
  const manifests = new StaticManifests(store, faults, configurations);
  const podFiles = new PodFiles();
  const progress = new Progress(store, (key) => {
    const node = nodeOfFile(key);
    if (key === FAULTS_KEY) {
      faults.changed();
      for (const member of faults.controlPlane()?.history.members ?? []) manifests.changed(member);
    } else if (key === CLOUD_KEY) for (const view of [cloud, faults]) view.changed();
    else if (node !== undefined) manifests.changed(node);
    else {
      const uid = podOfFiles(key);
      if (uid !== undefined) podFiles.changed(uid);
    }
  });
  return {
    cluster: store.cluster,
    turns: conductor?.under === undefined ? sharingLog(turns) : turnsUnder(turns, conductor.name, conductor.under),
    ...(conductor && { conductor: conductor.name }),
    delayUntil,
    contextFor(component) {
      let fence: Fence | undefined;
      const metrics = isElected(component) ? options.metrics?.(component) : undefined;
      const counted = metrics && requestCounter(metrics);
      const client = inProcessClient(api, {
        fence: () => fence,
        user: usersOf(component),
        manager: component,
        ...(counted && { counted }),
      });
      const context = {
        cluster: store.cluster,
        client,
        informers,
        clock,
        random: api.cluster.random,
        profile,
        rootCA,
        keys,
        faults,
        cloud,
        manifests,
        machines: machineRows({ store, clock, component, podFiles, fence: () => fence }),
        fence: () => fence,
        ...(metrics && { metrics }),
        ...(component === MANAGER ? { manager: api.controllerManager } : {}),
        ...(component === CLOUD_MANAGER ? { manager: new CloudManagerSource(store, () => cloud.manager() === 'static-pods') } : {}),
        ...(component === SCHEDULER ? { scheduler: new SchedulerSource(store, configurationErrors) } : {}),
        ...(component === SERVER ? { server: serverRanges(api) } : {}),
        ...(onFailure ? { onFailure } : {}),
        inTurn: options.inTurn ?? nextRound,
        ...(pause && { pause }),
      };
      const setFence = (next: Fence | undefined) => {
        fence = next;
      };
      return { context, setFence };
    },
    async catchUp(revision) {
      store.heard(revision);
      // This loads the cluster's objects, so that the informers' lists need not be read from the store one by one.
      await progress.ensure(revision);
      // A list that must not be older brings the cache, and with it every watch, up to that revision. A prefix above the resources would
      // look at all keys.
      await store.list({ prefix: '/registry/none/', notOlderThan: revision });
      // Kubelets restart processes that hang, whether or not an API server answers.
      if ((faults.nextRestart() ?? Number.POSITIVE_INFINITY) <= clock.now()) await new ClusterFaults(api).restart();
      // While no API server answers, nothing is done: no component needs to know what there is.
      if (faults.component('kubelet') !== undefined) return;
      const others = pause?.();
      if (others) await others;
      await informers.synced();
    },
    delivered: () => progress.revision,
    // The component that moves the clock is none of the cluster's: time goes on while no API server answers.
    outage: (component) => (component === conductor?.name ? undefined : faults.component(component)),
    outdated: () => informers.served() !== preferredResources(storages.served()),
    ...(options.bytes && { bytes: options.bytes }),
    close() {
      informers.close();
      progress.close();
      onClose?.();
    },
  };
}
