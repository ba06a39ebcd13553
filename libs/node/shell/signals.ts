import type { Kernel } from './kernel.js';
import type { ShellState } from './state.js';

/** Signals that have come, and are handled after the command that is running. */
export class ShellSignals {
  readonly pending: string[] = [];

  /** Makes a shell the one that gets the signals of the running task. */
  take({ current: task }: Kernel, { traps }: ShellState): void {
    if (!task) return;
    task.handles = (name) => traps.has(name);
    task.onSignal = (name) => {
      const action = traps.get(name);
      if (action === undefined) return false;
      if (action !== '') {
        this.pending.push(name);
        task.wake();
      }
      return true;
    };
  }
}
