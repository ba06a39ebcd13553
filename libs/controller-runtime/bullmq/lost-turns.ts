import { Compacted, type LaggingTurn, type LogEntry, UnknownCluster } from '#storage';
import type { Component, ComponentChange } from '../component.js';
import type { WorkerHostOptions } from './worker-host.js';

const SWEEP_LIMIT = 500;
/** Log entries that a sweep looks at; a component that is further behind is woken. */
const SWEEP_ENTRIES = 200;

interface LostTurnsOptions extends Pick<WorkerHostOptions, 'admin' | 'now' | 'changeOf'> {
  components: ReadonlyMap<string, Component>;
  wake(cluster: string, component: string): void;
  /** Whether a turn is being taken in this process, or has ended since then: what it was behind is not what it is behind now. */
  takenSince(cluster: string, component: string, since: number): boolean;
}

interface LoggedChange {
  revision: number;
  change: ComponentChange;
}

/** Finds the turns whose wake-ups were lost. */
export class LostTurns {
  constructor(private readonly options: LostTurnsOptions) {}

  /** Wakes the components that are behind their log or have a due timer. */
  async wake(): Promise<void> {
    const { admin, now, components, wake } = this.options;
    const started = now();
    const found = await admin.lagging({ now: started, components: [...components.keys()], limit: SWEEP_LIMIT });
    const behind = new Map<string, LaggingTurn[]>();
    for (const turn of found) {
      if (turn.due) wake(turn.cluster, turn.component);
      else behind.set(turn.cluster, [...(behind.get(turn.cluster) ?? []), turn]);
    }
    for (const [cluster, turns] of behind) {
      const left = turns.filter(({ component }) => !this.options.takenSince(cluster, component, started));
      if (left.length > 0) await this.wakeConcerned(cluster, left);
    }
  }

  /** Wakes the components that are interested in an entry after their cursor, and moves the cursors of the others. */
  private async wakeConcerned(cluster: string, turns: readonly LaggingTurn[]): Promise<void> {
    const store = this.options.admin.open(cluster);
    try {
      const entries = await store.log({ after: Math.min(...turns.map(({ cursor }) => cursor)), limit: SWEEP_ENTRIES });
      const unknown = entries.length === SWEEP_ENTRIES;
      const changes = unknown ? [] : this.changes(entries);
      const unconcerned: LaggingTurn[] = [];
      for (const turn of turns) {
        if (unknown || this.concerns(turn, changes)) this.options.wake(cluster, turn.component);
        else unconcerned.push(turn);
      }
      if (unconcerned.length > 0) await store.skipTurns(unconcerned, entries.at(-1)?.revision ?? 0);
    } catch (error) {
      if (error instanceof UnknownCluster) return;
      if (!(error instanceof Compacted)) throw error;
      for (const { component } of turns) this.options.wake(cluster, component);
    }
  }

  /** The changes that components can be asked about, each made once: it parses its object when the first of them looks at it. */
  private changes(entries: readonly LogEntry[]): LoggedChange[] {
    return entries.flatMap((entry) => {
      const change = this.options.changeOf(entry);
      return change === undefined ? [] : [{ revision: entry.revision, change }];
    });
  }

  private concerns({ component, cursor }: LaggingTurn, changes: readonly LoggedChange[]): boolean {
    const asked = this.options.components.get(component);
    return asked !== undefined && changes.some(({ revision, change }) => revision > cursor && asked.interests(change));
  }
}
