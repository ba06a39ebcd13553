import type { ClusterStore } from '#cacher';
import type { Faults, Outage } from '#controller-runtime';
import { FAULTS_KEY, type Fault, type FaultList } from './fault.js';

const outageOf = ({ type, since }: Fault): Outage => ({ state: type === 'pause' ? 'paused' : 'stopped', since });

/** The faults of a cluster as its components feel them, from the cache of its store. */
export class FaultView implements Faults {
  private readonly listeners: Array<() => void> = [];
  private read: unknown;
  private faults: readonly Fault[] = [];

  constructor(private readonly store: Pick<ClusterStore, 'peek'>) {}

  component(name: string): Outage | undefined {
    // There is one component for all kubelets, of which each can fail on its own.
    return name === 'kubelet' ? undefined : this.find((fault) => fault.component === name);
  }

  kubelet(node: string): Outage | undefined {
    return this.find((fault) => fault.node === node && (fault.component === undefined || fault.component === 'kubelet'));
  }

  node(node: string): Outage | undefined {
    return this.find((fault) => fault.node === node && fault.component === undefined);
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** The row was written. */
  changed(): void {
    for (const listener of this.listeners) listener();
  }

  private find(concerned: (fault: Fault) => boolean): Outage | undefined {
    const row = this.store.peek(FAULTS_KEY);
    if (row !== this.read) {
      this.read = row;
      this.faults = row === undefined ? [] : (row.object as FaultList).faults;
    }
    if (this.faults.length === 0) return undefined;
    const found = this.faults.find(concerned);
    return found && outageOf(found);
  }
}
