import type { Clock, Instant } from '#apimachinery';
import { CONTROL_PLANE_KEY, controlPlaneNodes } from '#apiserver';
import type { CachedObject, ClusterStore } from '#cacher';
import type { Boot, Crash, Faults, NodeShutdown, Outage, PullFault } from '#controller-runtime';
import type { CloudView } from '../cloud/cloud-view.js';
import type { KubeletConfigurations } from '../kubelet-configurations.js';
import { laterBoot, type MachineBoot, shutdownOf } from './boots.js';
import { type ControlPlaneState, stateOf } from './control-plane.js';
import { cutBetween, FAULTS_KEY, FAULTY_COMPONENTS, type FaultList, type Hold, holdOf, isOutOfValidity, skewAt, slowOf } from './fault.js';
import { pullFault } from './image-pulls.js';
import { type Elected, isElected } from './leader-election.js';
import { nextRestart } from './restarts.js';

const outageOf = ({ type, since }: Hold): Outage => ({ state: type === 'pause' ? 'paused' : 'stopped', since });

/** The row of a cluster's faults, read at most once for each version. */
export class FaultRow {
  private read: CachedObject | undefined;
  private state: ControlPlaneState | undefined;
  private boots: ReadonlyMap<string, MachineBoot> = new Map();

  constructor(private readonly store: Pick<ClusterStore, 'peek'>) {}

  /** The control plane with its faults; undefined if there never was any. */
  current(cold?: CachedObject): ControlPlaneState | undefined {
    const row = this.store.peek(FAULTS_KEY) ?? cold;
    if (row !== this.read) {
      this.read = row;
      const list = row?.object as FaultList | undefined;
      this.state = list && stateOf(list);
      this.boots = new Map(list?.boots?.map((boot) => [boot.node, boot]));
    }
    return this.state;
  }

  /** The last start of a machine that was off because of a fault. */
  boot(node: string): MachineBoot | undefined {
    this.current();
    return this.boots.get(node);
  }
}

/** The faults of a cluster as its components feel them, from the cache of its store. */
export class FaultView implements Faults {
  private readonly listeners: Array<() => void> = [];
  private readonly row: FaultRow;

  constructor(
    private readonly store: Pick<ClusterStore, 'peek'>,
    private readonly clock: Clock,
    /** The machines of a cloud, which fail as nodes do. */
    private readonly machines: Pick<CloudView, 'outage' | 'boot'>,
    private readonly configurations: Pick<KubeletConfigurations, 'of'>,
  ) {
    this.row = new FaultRow(store);
  }

  /** The control plane with its faults; undefined if there never was any. */
  controlPlane(): ControlPlaneState | undefined {
    return this.row.current();
  }

  /** The node of the instance of a component that leads; '' if none does. */
  leader(name: Elected): string {
    const state = this.row.current();
    if (state === undefined) return controlPlaneNodes(this.store.peek(CONTROL_PLANE_KEY))[0] ?? '';
    const leadership = state.leadership(name, this.clock.now());
    return leadership.active ? (state.history.members[leadership.holder] ?? '') : '';
  }

  component(name: string): Outage | undefined {
    const state = this.row.current();
    // There is one component for all kubelets, of which each can fail on its own.
    if (state === undefined || name === 'kubelet') return name === 'kubelet' && state ? this.unserved(state) : undefined;
    const unserved = this.unserved(state);
    const now = this.clock.now();
    if (unserved) return unserved;
    const { holds, history } = state;
    if (!isElected(name)) return restsFor(state.requestDelay({ name, writes: true }, now), history.changedAt, now);
    const leadership = state.leadership(name, now);
    const holder = history.members[leadership.holder] ?? '';
    if (leadership.active) {
      const { delay = 0, since = history.changedAt } = slowOf(holds, name, holder) ?? {};
      return restsFor(delay + state.requestDelay({ name, node: holder, writes: true }, now), since, now);
    }
    const hold = holdOf(holds, name, holder) ?? holdOf(holds, 'kube-apiserver', holder);
    const outage: Outage = hold ? outageOf(hold) : { state: 'stopped', since: history.changedAt };
    return endingAt(outage, leadership.takeover, nextRestart(holds));
  }

  instance(name: string, node: string): Outage | undefined {
    const hold = this.holdOf(name, node);
    return hold && outageOf(hold);
  }

  crash(component: string, node: string): Crash | undefined {
    const hold = this.holdOf(component, node);
    if (hold?.type !== 'crash' && hold?.type !== 'corrupt-data') return undefined;
    return { since: hold.since, code: hold.exitCode ?? 1, message: hold.message ?? lastWords(hold, node) };
  }

  hang(name: string, node: string): ReturnType<Faults['hang']> {
    const component = FAULTY_COMPONENTS.find((each) => each === name);
    return component && this.row.current()?.hang(component, node);
  }

  /** When a process that is paused is restarted next. */
  nextRestart(): Instant | undefined {
    const state = this.row.current();
    return state && nextRestart(state.holds);
  }

  /** Whether the manifest of a component was moved away on a node. */
  isMovedAway(component: string, node: string): boolean {
    const hold = this.holdOf(component, node);
    return hold?.type === 'stop' && hold.component === component && hold.message === undefined;
  }

  pull(node: string, image: string): PullFault | undefined {
    const holds = this.row.current()?.holds;
    return holds && pullFault(holds, node, image);
  }

  isDiskFull(node: string): boolean {
    const holds = this.row.current()?.holds ?? [];
    return holds.some((each) => each.type === 'fill-disk' && each.component === undefined && each.node === node);
  }

  shutdown(node: string): NodeShutdown | undefined {
    const fault = this.row.current()?.holds.find((each) => each.type === 'shutdown' && each.node === node);
    return fault && shutdownOf(fault, this.configurations.of(node));
  }

  boot(node: string): Boot | undefined {
    return laterBoot(this.row.boot(node), this.machines.boot(node));
  }

  /** Set while a node is off because it was shut down. */
  private off(node: string): Outage | undefined {
    const { off } = this.shutdown(node) ?? {};
    return off !== undefined && this.clock.now() >= off ? { state: 'stopped', since: off } : undefined;
  }

  kubelet(node: string): Outage | undefined {
    const machine = this.machines.outage(node);
    if (machine) return machine;
    const state = this.row.current();
    if (state === undefined) return undefined;
    const hold = holdOf(state.holds, 'kubelet', node);
    if (hold) return outageOf(hold);
    const off = this.off(node);
    if (off) return off;
    const now = this.clock.now();
    const skewed = state.holds.find((each) => each.type === 'skew-clock' && each.node === node && isOutOfValidity(each, now));
    if (skewed) return { state: 'unreachable', since: skewed.since };
    return state.reachesApi(node) ? this.unserved(state) : { state: 'unreachable', since: since(state, node) };
  }

  reaches(from: string, to: string): boolean {
    const holds = this.row.current()?.holds;
    if (holds && cutBetween(holds, from, to)) return false;
    return [from, to].every((node) => this.node(node)?.state !== 'stopped');
  }

  kubeletDelay(node: string): number {
    const state = this.row.current();
    if (state === undefined) return 0;
    const own = slowOf(state.holds, 'kubelet', node)?.delay ?? 0;
    return own + state.requestDelay({ name: `system:node:${node}`, writes: true }, this.clock.now());
  }

  node(node: string): Outage | undefined {
    const hold = this.row.current()?.holds.find(({ type, component, peer, ...each }) => {
      return each.node === node && component === undefined && peer === undefined && (type === 'stop' || type === 'cut');
    });
    if (hold === undefined) return this.off(node) ?? this.machines.outage(node);
    return { ...outageOf(hold), ...(hold.type === 'cut' ? { state: 'unreachable' as const } : {}) };
  }

  skewAt(node: string, at: Instant): number {
    const state = this.row.current();
    return state ? skewAt(state.holds, node, at) : 0;
  }

  skewOf(component: string): number {
    const state = this.row.current();
    if (state === undefined) return 0;
    const now = this.clock.now();
    const leader = isElected(component) ? state.leadership(component, now).holder : undefined;
    return skewAt(state.holds, state.history.members[leader ?? 0] ?? '', now);
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** The row was written. */
  changed(): void {
    for (const listener of this.listeners) listener();
  }

  private holdOf(name: string, node: string): Hold | undefined {
    const component = FAULTY_COMPONENTS.find((each) => each === name);
    return component && holdOf(this.row.current()?.holds ?? [], component, node);
  }

  /** Set while no API server can write. */
  private unserved(state: ControlPlaneState): Outage | undefined {
    const serving = state.serving(this.clock.now());
    if (serving.state === 'whole') return undefined;
    const until = serving.state === 'no-store' ? serving.until : undefined;
    return endingAt({ state: 'unreachable', since: state.history.changedAt }, until, nextRestart(state.holds));
  }
}

/** An outage that may end at one of several times, if they are known: it has to be looked at again at the first of them. */
function endingAt(outage: Outage, ...times: ReadonlyArray<Instant | undefined>): Outage {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? { ...outage, until: Math.min(...known) } : outage;
}

/** How long a slow component works each time, so that a clock that runs does not miss it. */
const WORKS_FOR = 500;

/** A component that is slow, or whose requests are, works each time that the delay has passed, and rests in between. */
function restsFor(delay: number, since: Instant, now: Instant): Outage | undefined {
  if (delay === 0) return undefined;
  const phase = (now - since) % delay;
  const isDue = now >= since + delay && phase <= Math.min(WORKS_FOR, delay / 2);
  return isDue ? undefined : { state: 'paused', since, until: now - phase + delay };
}

/** Since when a node has been cut off from the control plane. */
function since({ holds, history }: ControlPlaneState, node: string): number {
  const cuts = history.members.flatMap((member) => cutBetween(holds, node, member)?.since ?? []);
  return cuts.length === 0 ? history.changedAt : Math.max(...cuts);
}

/** What a process says before it ends because of a fault. */
function lastWords({ type }: Hold, node: string): string {
  return type === 'corrupt-data'
    ? `{"level":"fatal","caller":"etcdserver/storage.go:108","msg":"failed to open WAL","error":"wal: crc mismatch","local-member":${JSON.stringify(node)}}`
    : '';
}
