import type { Instant, KubeObject } from '#apimachinery';
import { type BegunTurn, Compacted, type Fence, type Revision, type Storage } from '#storage';
import type { Budget, ClusterContext, Component, ComponentInstance } from './component.js';
import { isFenced } from './failures.js';
import type { Outage } from './faults.js';
import { afterTurn, isPoisonous, parkFor } from './parking.js';

/** Maximum log entries read to find missed deletions. */
const REPLAYED = 1000;

/** One cluster as its host sees it, created by the service or by tests over any store. */
export interface HostedCluster {
  readonly cluster: string;
  /** The store's turns, and its log, from which a newly opened component learns what was deleted since its last turn. */
  readonly turns: Pick<Storage, 'beginTurn' | 'endTurn'> & Partial<Pick<Storage, 'log'>>;
  /** The context of one component. Informers are shared; the client is its own, and its writes carry the fence that was set last. */
  contextFor(component: string): { context: ClusterContext; setFence(fence: Fence | undefined): void };
  /** Resolves when every informer has delivered everything up to a revision that exists. */
  catchUp(revision: Revision): Promise<void>;
  /** The newest revision that all informers have delivered. */
  delivered(): Revision;
  /**
   * Whether the served resources have changed since the informers were opened: until the next `catchUp()` they do not deliver every change.
   */
  outdated?(): boolean;
  /** The component in whose turns all others take theirs, for clusters with a stepped clock. */
  readonly conductor?: string;
  /** Why a component takes no turns now; undefined if it does. */
  outage?(component: string): Outage | undefined;
  /** Bytes of memory used by the cluster. */
  bytes?(): number;
  /** Machine milliseconds until a cluster time; undefined for a stepped clock. */
  delayUntil(at: Instant): number | undefined;
  close(): void;
}

/** How a turn continues when no work is left. */
export interface Linger {
  /** Whether other turns wait for this one's slot. */
  othersWait(): boolean;
  /**
   * Waits for work; `due`: milliseconds of the machine until the next timer. Resolves with whether the turn goes on: `come` was called, or
   * the timer is due.
   */
  wait(due: number | undefined): { promise: Promise<boolean>; come(): void };
}

/** The result of a turn. */
export interface TurnOutcome {
  /** Superseded by another worker: nothing more may be written, and the caches may be stale. */
  fenced: boolean;
  /** Work is left: to be queued again behind the others. */
  more: boolean;
  nextAt?: Instant;
  /** No turn is taken until then, because `lost` consecutive holders did not end theirs. `anew`: this turn decided so. */
  parked?: { until: Instant; lost: number; anew: boolean };
}

export interface TurnOptions {
  budget: Budget;
  linger?: Linger;
  /** Set if several hosts share the cluster: protects them from input that kills its holders one after another. */
  shared?: {
    /** Machine time. */
    now(): Instant;
    /** Whether the process has been blocked since then for longer than a lock lasts. */
    stalledSince(start: Instant): boolean;
  };
}

function parked(until: Instant, { lost = 0 }: { lost?: number }, anew: boolean): TurnOutcome {
  return { fenced: false, more: false, parked: { until, lost, anew } };
}

/** A component of an open cluster. */
export class Seat {
  private instance: ComponentInstance | undefined;
  private readonly bound: ReturnType<HostedCluster['contextFor']>;
  private onWork: (() => void) | undefined;
  /** True from the start of the turn until it has decided to end. */
  private taking = false;
  private last: Promise<unknown> = Promise.resolve();
  /** State of the last turn that was taken here. */
  private token: number | undefined;

  constructor(
    private readonly hosted: HostedCluster,
    readonly component: Component,
  ) {
    this.bound = hosted.contextFor(component.name);
  }

  /** Whether the running turn will process what is delivered now, so that no wake-up is needed. */
  get absorbs(): boolean {
    return this.taking && this.instance?.hasWork !== undefined && this.hosted.outdated?.() !== true;
  }

  /** Whether there is work for a turn, as far as the informers have delivered. */
  get hasWork(): boolean {
    return this.instance?.hasWork?.() === true && this.outage === undefined;
  }

  private get outage(): Outage | undefined {
    return this.hosted.outage?.(this.component.name);
  }

  /**
   * One turn: token, fence, catch up, drain, linger, end. Throws the store's errors, except for being superseded. If a turn of the same
   * seat has not ended yet (this process was suspended past its lock), it is waited for.
   */
  turn(options: TurnOptions): Promise<TurnOutcome> {
    const turn = this.last.then(() => this.take(options));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async take(options: TurnOptions): Promise<TurnOutcome> {
    const { name } = this.component;
    const { turns } = this.hosted;
    const started = options.shared?.now();
    this.taking = true;
    try {
      const state = await turns.beginTurn(name, { now: started });
      if (state.parkedUntil !== undefined) return parked(state.parkedUntil, state, false);
      if (started !== undefined && isPoisonous(state)) {
        const until = started + parkFor(state.lost);
        await turns.endTurn(name, { ...state, parkedUntil: until });
        return parked(until, state, true);
      }
      return await this.run(state, options);
    } catch (error) {
      if (isFenced(error)) return { fenced: true, more: true };
      throw error;
    } finally {
      this.taking = false;
      this.bound.setFence(undefined);
    }
  }

  /** A begun turn until its end. If it fails it is released, so that its holder does not count as lost. */
  private async run({ revision, ...state }: BegunTurn, options: TurnOptions): Promise<TurnOutcome> {
    const { name } = this.component;
    const { turns } = this.hosted;
    const { shared } = options;
    const started = shared?.now() ?? 0;
    // With a stepped clock everything depends on remembered state, which does not include what another host has done since.
    const elsewhere = this.token !== undefined && state.token !== this.token + 1;
    if (elsewhere && this.hosted.conductor === name) this.close();
    this.token = state.token;
    const fate = (failed: boolean) =>
      shared === undefined ? {} : afterTurn(state, { now: shared.now(), failed, stalled: shared.stalledSince(started) });
    try {
      this.bound.setFence({ component: name, token: state.token });
      const cold = this.instance === undefined;
      const instance = await this.open(state.cursor);
      await this.hosted.catchUp(revision);
      if (cold) await this.replayDeletions(instance, state.cursor);
      const { more, nextAt, cursor } = await this.drainUntilQuiet(instance, options);
      const { lost, parkedUntil } = fate(false);
      await turns.endTurn(name, { token: state.token, cursor, nextAt, lost, parkedUntil });
      return parkedUntil === undefined ? { fenced: false, more, nextAt } : parked(parkedUntil, { lost }, true);
    } catch (error) {
      // If the store is unreachable this fails too; the first error is the one to throw.
      if (!isFenced(error)) await turns.endTurn(name, { ...state, ...fate(true) }).catch(() => undefined);
      throw error;
    }
  }

  close(): void {
    this.instance?.close();
    this.instance = undefined;
  }

  private async open(resumeAfter: Revision): Promise<ComponentInstance> {
    if (this.instance === undefined) {
      this.instance = await this.component.open({ ...this.bound.context, resumeAfter });
      this.instance.onWork?.(() => this.onWork?.());
    }
    return this.instance;
  }

  /** Nothing was missed before a component's first turn on a cluster; if the log is compacted, deletions can no longer be found. */
  private async replayDeletions(instance: ComponentInstance, after: Revision): Promise<void> {
    const { turns } = this.hosted;
    if (after === 0 || instance.replayDeletions === undefined || turns.log === undefined) return;
    const entries = await turns.log({ after, limit: REPLAYED }).catch((error: unknown) => {
      if (error instanceof Compacted) return [];
      throw error;
    });
    const deletions = entries.filter(({ type }) => type === 'delete');
    instance.replayDeletions(
      deletions.map(({ value, revision }) => ({ object: JSON.parse(value) as KubeObject, deleted: true, revision })),
    );
  }

  private async drainUntilQuiet(instance: ComponentInstance, { budget, linger }: TurnOptions) {
    for (;;) {
      const outage = this.outage;
      // While it is down, what it is to do stays queued. It is woken by the change that ends its outage.
      if (outage !== undefined) {
        this.taking = false;
        return { more: false, nextAt: outage.until, cursor: this.hosted.delivered() };
      }
      const { more, nextAt } = await instance.drain(budget);
      const cursor = this.hosted.delivered();
      if (this.outage !== undefined) continue;
      const left = more || instance.hasWork?.() === true;
      const goesOn = linger !== undefined && (left ? !linger.othersWait() : await this.lingers(instance, linger, nextAt));
      if (goesOn) continue;
      // There is no await between the last check for work and this: later changes wake the component again.
      this.taking = false;
      return { more: left || instance.hasWork?.() === true, nextAt, cursor };
    }
  }

  /** Waits for more work; false if none came. */
  private async lingers(instance: ComponentInstance, linger: Linger, nextAt: Instant | undefined): Promise<boolean> {
    if (instance.onWork === undefined) return false;
    const { promise, come } = linger.wait(nextAt === undefined ? undefined : this.hosted.delayUntil(nextAt));
    this.onWork = come;
    const goesOn = await promise;
    this.onWork = undefined;
    return goesOn || instance.hasWork?.() === true;
  }
}
