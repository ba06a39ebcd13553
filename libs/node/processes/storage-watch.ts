import type { Instant } from '#apimachinery';
import type { InTurn } from '#controller-runtime';
import type { PodMachine } from '../runtime/pod-machine.js';
import type { Overage } from '../runtime/storage-limits.js';
import { MOST_STEPS_PER_LOOK, NEVER, STEPS_PER_TURN } from './limits.js';

/** How far ahead one look goes, and the steps of all looks at one pod: after them it is taken to store no more. */
const HORIZON = 600_000;
const MOST_STEPS_WATCHED = 10 * MOST_STEPS_PER_LOOK;

/** When a pod stores more on its node than it may: found by running its processes ahead of the clock. */
export class StorageWatch {
  private found: { readonly starts: string; readonly overage?: Overage; readonly until: Instant } | undefined;
  private taken = 0;

  /** What is known with these starts of its containers; undefined: it has to be looked at. */
  known(starts: string, now: Instant): { overage?: Overage; lookAt?: Instant } | undefined {
    const { found } = this;
    if (found?.starts !== starts || (found.overage === undefined && found.until <= now)) return undefined;
    if (found.overage) return { overage: found.overage };
    return found.until < NEVER ? { lookAt: found.until } : {};
  }

  /** Files have changed from outside. */
  forget(): void {
    this.found = undefined;
  }

  async look(starts: string, machine: PodMachine, { now, inTurn }: { now: Instant; inTurn: InTurn }): Promise<void> {
    const until = now + HORIZON;
    let stop = 'more';
    for (let taken = 0; stop === 'more' && taken < MOST_STEPS_PER_LOOK; taken += STEPS_PER_TURN) {
      stop = await inTurn(() => machine.steps(until, STEPS_PER_TURN));
      if (stop === 'outside') {
        await machine.processes.outside();
        stop = 'more';
      }
      this.taken += STEPS_PER_TURN;
    }
    const { overage } = machine;
    if (overage) this.found = { starts, overage, until: overage.at };
    else this.found = { starts, until: this.nextLook(machine, stop, until) };
  }

  private nextLook({ processes }: PodMachine, stop: string, until: Instant): Instant {
    if (this.taken >= MOST_STEPS_WATCHED) return NEVER;
    if (stop === 'halted') return processes.haltedAt ?? until;
    if (stop === 'more') return Math.max(processes.now, until - HORIZON + 1);
    return Math.max(until, processes.nextAt ?? NEVER);
  }
}
