import type { Clock } from '#apimachinery';
import type { CachedObject, ClusterStore } from '#cacher';
import type { Faults, Outage } from '#controller-runtime';
import { ControlPlaneState } from './control-plane.js';
import { cutBetween, FAULTS_KEY, FAULTY_COMPONENTS, type Fault, type FaultList, faultOf } from './fault.js';
import { isElected } from './leader-election.js';

const outageOf = ({ type, since }: Fault): Outage => ({ state: type === 'pause' ? 'paused' : 'stopped', since });

/** The row of a cluster's faults, read at most once for each version. */
export class FaultRow {
  private read: CachedObject | undefined;
  private state: ControlPlaneState | undefined;

  constructor(private readonly store: Pick<ClusterStore, 'peek'>) {}

  /** The control plane with its faults; undefined if there never was any. */
  current(cold?: CachedObject): ControlPlaneState | undefined {
    const row = this.store.peek(FAULTS_KEY) ?? cold;
    if (row !== this.read) {
      this.read = row;
      const list = row?.object as FaultList | undefined;
      this.state = list && new ControlPlaneState(list.faults, list.history);
    }
    return this.state;
  }
}

/** The faults of a cluster as its components feel them, from the cache of its store. */
export class FaultView implements Faults {
  private readonly listeners: Array<() => void> = [];
  private readonly row: FaultRow;

  constructor(
    store: Pick<ClusterStore, 'peek'>,
    private readonly clock: Clock,
    /** The machines of a cloud, which fail as nodes do. */
    private readonly machines: { outage(node: string): Outage | undefined },
  ) {
    this.row = new FaultRow(store);
  }

  /** The control plane with its faults; undefined if there never was any. */
  controlPlane(): ControlPlaneState | undefined {
    return this.row.current();
  }

  component(name: string): Outage | undefined {
    const state = this.row.current();
    // There is one component for all kubelets, of which each can fail on its own.
    if (state === undefined || name === 'kubelet') return name === 'kubelet' && state ? this.unserved(state) : undefined;
    const unserved = this.unserved(state);
    if (unserved || !isElected(name)) return unserved;
    const { faults, history } = state;
    const leadership = state.leadership(name, this.clock.now());
    if (leadership === undefined || leadership.active) return undefined;
    const holder = history.members[leadership.holder] ?? '';
    const fault = faultOf(faults, name, holder) ?? faultOf(faults, 'kube-apiserver', holder);
    const outage: Outage = fault ? outageOf(fault) : { state: 'stopped', since: history.changedAt };
    return leadership.takeover === undefined ? outage : { ...outage, until: leadership.takeover };
  }

  instance(name: string, node: string): Outage | undefined {
    const component = FAULTY_COMPONENTS.find((each) => each === name);
    const fault = component && faultOf(this.row.current()?.faults ?? [], component, node);
    return fault && outageOf(fault);
  }

  kubelet(node: string): Outage | undefined {
    const machine = this.machines.outage(node);
    if (machine) return machine;
    const state = this.row.current();
    if (state === undefined) return undefined;
    const fault = faultOf(state.faults, 'kubelet', node);
    if (fault) return outageOf(fault);
    return state.reachesApi(node) ? this.unserved(state) : { state: 'unreachable', since: since(state, node) };
  }

  node(node: string): Outage | undefined {
    const fault = this.row.current()?.faults.find((each) => each.node === node && each.component === undefined && each.peer === undefined);
    if (fault === undefined) return this.machines.outage(node);
    return { ...outageOf(fault), ...(fault.type === 'cut' ? { state: 'unreachable' as const } : {}) };
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** The row was written. */
  changed(): void {
    for (const listener of this.listeners) listener();
  }

  /** Set while no API server can write. */
  private unserved(state: ControlPlaneState): Outage | undefined {
    const serving = state.serving(this.clock.now());
    if (serving.state === 'whole') return undefined;
    const until = serving.state === 'no-store' ? serving.until : undefined;
    return { state: 'unreachable', since: state.history.changedAt, ...(until === undefined ? {} : { until }) };
  }
}

/** Since when a node has been cut off from the control plane. */
function since({ faults, history }: ControlPlaneState, node: string): number {
  const cuts = history.members.flatMap((member) => cutBetween(faults, node, member)?.since ?? []);
  return cuts.length === 0 ? history.changedAt : Math.max(...cuts);
}
