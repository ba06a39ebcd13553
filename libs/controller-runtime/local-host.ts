import type { Clock, Instant } from '#apimachinery';
import { FencedError } from '#storage';
import type { Component, ComponentChange } from './component.js';
import { type HostedCluster, Seat } from './turn.js';

/** After this many consecutive turns, a cluster is assumed never to settle. */
const MAX_TURNS = 100_000;
/** Reconciles per turn: within a process, a turn yields only to the other components. */
const BUDGET = { reconciles: 10_000 };

/** Delay in machine milliseconds before failed turns are retried in autorun. */
const RETRY = 1_000;

/** The cluster does not settle, or there is no end of timers before the target time. */
export class NeverQuiet extends Error {}

/** Something else with timers in cluster time, e.g. the expiry of leases. */
export interface Duty {
  nextAt(): Promise<Instant | undefined>;
  run(now: Instant): Promise<void>;
}

export interface LocalHostOptions {
  hosted: HostedCluster;
  /** In the order of their turns. */
  components: readonly Component[];
  clock: Clock & { set?(instant: Instant): void };
  duties?: readonly Duty[];
  /** Takes turns as soon as a component is woken; otherwise only settle() and advance() do. Default true. */
  autorun?: boolean;
  /** Calls back after the given machine milliseconds; returns a function that cancels it. For clusters with a real clock. */
  schedule?: (milliseconds: number, run: () => void) => () => void;
  /** Called for failed turns in autorun. */
  onError?: (error: unknown) => void;
}

/** Runs one cluster's components in this process: a plain loop, one turn after another in a fixed order. */
export class LocalHost {
  private readonly seats: Seat[];
  private readonly awake = new Set<string>();
  private readonly due = new Map<string, Instant>();
  private loop: Promise<void> | undefined;
  private cancelTimer: (() => void) | undefined;
  private closed = false;

  constructor(private readonly options: LocalHostOptions) {
    this.seats = options.components.map((component) => new Seat(options.hosted, component));
    for (const { name } of options.components) this.awake.add(name);
  }

  /** A change was committed: wakes the components that are interested in it. */
  changed(change: ComponentChange): void {
    if (this.closed) return;
    let woken = false;
    for (const seat of this.seats) {
      const { component } = seat;
      if (seat.absorbs || (!this.awake.has(component.name) && !component.interests(change))) continue;
      this.awake.add(component.name);
      woken = true;
    }
    if (woken) this.begin();
  }

  wake(component: string): void {
    if (this.closed || this.seats.find((seat) => seat.component.name === component)?.absorbs) return;
    this.awake.add(component);
    this.begin();
  }

  /** Takes turns until there is no work left at the current time. Throws the error of a turn. */
  async settle(): Promise<void> {
    while (this.loop !== undefined) await this.loop;
    await this.takeTurns();
  }

  /** Advances a stepped clock: runs due timers in order, and settles after each. */
  async advance(milliseconds: number): Promise<void> {
    const { clock } = this.options;
    if (clock.set === undefined) throw new Error('this cluster has a real clock');
    const target = clock.now() + milliseconds;
    await this.settle();
    for (let still = 0; ; still += 1) {
      const next = await this.nextAt();
      if (next === undefined || next > target) break;
      if (next > clock.now()) still = 0;
      if (still > MAX_TURNS) throw new NeverQuiet(`no end of timers at ${new Date(clock.now()).toISOString()}`);
      await this.reach(next);
    }
    clock.set(target);
    await this.settle();
  }

  /** Sets a stepped clock, runs due timers, and settles. */
  async reach(instant: Instant): Promise<void> {
    const { clock, duties = [] } = this.options;
    clock.set?.(instant);
    for (const duty of duties) await duty.run(clock.now());
    this.wakeDue();
    await this.settle();
  }

  /** Whether there is work left at the current time. */
  get pending(): boolean {
    return this.awake.size > 0 || this.seats.some((seat) => seat.hasWork);
  }

  close(): void {
    this.closed = true;
    this.cancelTimer?.();
    for (const seat of this.seats) seat.close();
  }

  private begin(): void {
    if (this.options.autorun ?? true) this.start();
  }

  private start(): void {
    this.loop ??= Promise.resolve()
      .then(() => this.takeTurns())
      .then(
        () => this.rest(false),
        (error: unknown) => {
          this.options.onError?.(error);
          this.rest(true);
        },
      );
  }

  /** The loop is idle: waits for the next wake-up or timer or, after a failure, for the retry. */
  private rest(failed: boolean): void {
    this.loop = undefined;
    this.setTimer();
    if (this.closed || this.awake.size === 0) return;
    if (failed) this.options.schedule?.(RETRY, () => this.start());
    else this.start();
  }

  private async takeTurns(): Promise<void> {
    for (let turns = 0; !this.closed; turns += 1) {
      const seat = this.seats.find(({ component, hasWork }) => this.awake.has(component.name) || hasWork);
      if (seat === undefined) return;
      if (turns > MAX_TURNS) throw new NeverQuiet(`the cluster does not settle: ${[...this.awake].join(', ')} still have work`);
      await this.take(seat);
    }
  }

  private async take(seat: Seat): Promise<void> {
    const { name } = seat.component;
    const { hosted } = this.options;
    this.awake.delete(name);
    const { fenced, more, nextAt } = await seat.turn({ budget: BUDGET }).catch((error: unknown) => {
      this.awake.add(name);
      throw error;
    });
    // A worker that superseded this turn has also superseded the turn it is part of, so this host must stop.
    if (fenced && hosted.conductor !== undefined) {
      this.awake.add(name);
      throw new FencedError(hosted.conductor);
    }
    if (nextAt === undefined) this.due.delete(name);
    else this.due.set(name, nextAt);
    if (more) this.awake.add(name);
  }

  /** The time of the next timer. */
  async nextAt(): Promise<Instant | undefined> {
    const duties = await Promise.all((this.options.duties ?? []).map((duty) => duty.nextAt()));
    const all = [...this.due.values(), ...duties.filter((at) => at !== undefined)];
    return all.length === 0 ? undefined : Math.min(...all);
  }

  private wakeDue(): void {
    const now = this.options.clock.now();
    for (const [name, at] of this.due) {
      if (at > now) continue;
      this.due.delete(name);
      this.awake.add(name);
    }
  }

  /** With a real clock, wakes the loop when the next timer is due. */
  private setTimer(): void {
    const { schedule, hosted } = this.options;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (schedule === undefined || this.closed || this.due.size === 0) return;
    const delay = hosted.delayUntil(Math.min(...this.due.values()));
    if (delay === undefined) return;
    this.cancelTimer = schedule(Math.max(0, delay), () => {
      this.wakeDue();
      this.start();
    });
  }
}
