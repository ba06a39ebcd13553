import type { Instant, KubeObject } from '#apimachinery';
import { Compacted, type Fence, type Revision, type Storage, type TurnState } from '#storage';
import type { Budget, ClusterContext, Component, ComponentInstance } from './component.js';
import { isFenced } from './failures.js';
import { afterTurn, isPoisonous, parkFor } from './parking.js';

/** Log entries read at most to find deletions that were missed. */
const REPLAYED = 1000;

/** One cluster as a host holds it: made by the service's or the tests' assembly over any store. */
export interface HostedCluster {
  readonly cluster: string;
  /** The store's turns; with its log, a component that is opened anew knows what was deleted since its last turn. */
  readonly turns: Pick<Storage, 'beginTurn' | 'endTurn'> & Partial<Pick<Storage, 'log'>>;
  /** The context of one component. Informers are shared; the client is the component's own: its writes carry the fence last set. */
  contextFor(component: string): { context: ClusterContext; setFence(fence: Fence | undefined): void };
  /** Resolves when every informer asked for has delivered all that was committed before the call; the revision reached. */
  catchUp(): Promise<Revision>;
  /** The newest revision that all informers have delivered. */
  delivered(): Revision;
  /** Whether the cluster serves something else than the informers follow: then they do not tell of everything until the next `catchUp()`. */
  outdated?(): boolean;
  /** The component in whose turns those of all others are taken, where time stands until it is turned. */
  readonly conductor?: string;
  /** What is held in memory for the cluster, in bytes. */
  bytes?(): number;
  /** Machine milliseconds until a cluster time; undefined where time stands until it is turned (frozen, stepped). */
  delayUntil(at: Instant): number | undefined;
  close(): void;
}

/** How a turn goes on once nothing is left to do. */
export interface Linger {
  /** Milliseconds of quiet after which a turn ends. 0: at once. */
  quiet: number;
  /** Whether others wait for the place this turn takes. */
  othersWait(): boolean;
  /** Waits so many milliseconds, or until `stop` is called (which resolves it too). */
  wait(milliseconds: number): { promise: Promise<void>; stop(): void };
}

/** What came of a turn. */
export interface TurnOutcome {
  /** Overtaken by another worker: nothing more may be written, and what is cached may be old. */
  fenced: boolean;
  /** Work is left: queue it again behind the others. */
  more: boolean;
  nextAt?: Instant;
  /** No turn is taken before then; `lost` holders in a row did not end theirs. `anew`: it was this turn that found it out. */
  parked?: { until: Instant; lost: number; anew: boolean };
}

export interface TurnOptions {
  budget: Budget;
  linger?: Linger;
  /** Where the cluster is shared by several hosts: so that one whose input ends its holders does not end them all. */
  shared?: {
    /** Machine time. */
    now(): Instant;
    /** Whether the process was blocked for longer than a turn may be held since then. */
    stalledSince(start: Instant): boolean;
  };
}

function parked(until: Instant, { lost = 0 }: { lost?: number }, anew: boolean): TurnOutcome {
  return { fenced: false, more: false, parked: { until, lost, anew } };
}

/** A component of a cluster that has been opened in this process. */
export class Seat {
  private instance: ComponentInstance | undefined;
  private readonly bound: ReturnType<HostedCluster['contextFor']>;
  private onWork: (() => void) | undefined;
  /** True from the turn's start until it has decided to end. */
  private taking = false;
  private last: Promise<unknown> = Promise.resolve();
  /** Of the last turn that was taken here. */
  private token: number | undefined;

  constructor(
    private readonly hosted: HostedCluster,
    readonly component: Component,
  ) {
    this.bound = hosted.contextFor(component.name);
  }

  /** Whether what is delivered now will be worked off by the running turn, so that it needs no other wake-up. */
  get absorbs(): boolean {
    return this.taking && this.instance?.hasWork !== undefined && this.hosted.outdated?.() !== true;
  }

  /** Whether a turn would find something to do, as far as the informers have told. */
  get hasWork(): boolean {
    return this.instance?.hasWork?.() === true;
  }

  /**
   * One turn: token, fence, catch up, drain, linger, end. Throws what the store throws, but for being overtaken.
   * A turn of the same seat that has not ended yet (this process was paused past its lock) is waited for.
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

  /** From the begun turn to its end. One that failed is given up, so that its holder is not taken for lost. */
  private async run(state: TurnState, options: TurnOptions): Promise<TurnOutcome> {
    const { name } = this.component;
    const { turns } = this.hosted;
    const { shared } = options;
    const started = shared?.now() ?? 0;
    // Where time stands, everything hangs on what is remembered: what another host has done meanwhile is not among it.
    const elsewhere = this.token !== undefined && state.token !== this.token + 1;
    if (elsewhere && this.hosted.conductor === name) this.close();
    this.token = state.token;
    const fate = (failed: boolean) =>
      shared === undefined ? {} : afterTurn(state, { now: shared.now(), failed, stalled: shared.stalledSince(started) });
    try {
      this.bound.setFence({ component: name, token: state.token });
      const cold = this.instance === undefined;
      const instance = await this.open(state.cursor);
      await this.hosted.catchUp();
      if (cold) await this.replayDeletions(instance, state.cursor);
      const { more, nextAt, cursor } = await this.drainUntilQuiet(instance, options);
      const { lost, parkedUntil } = fate(false);
      await turns.endTurn(name, { token: state.token, cursor, nextAt, lost, parkedUntil });
      return parkedUntil === undefined ? { fenced: false, more, nextAt } : parked(parkedUntil, { lost }, true);
    } catch (error) {
      // Where the store is away this fails as well: the error that came first is the one to tell.
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

  /** A component's first turn on a cluster has missed nothing; where the log is compacted it is too late to tell. */
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
      const { more, nextAt } = await instance.drain(budget);
      const cursor = this.hosted.delivered();
      const left = more || instance.hasWork?.() === true;
      const goesOn = linger !== undefined && !linger.othersWait() && (left || (await this.lingers(instance, linger, nextAt)));
      if (goesOn) continue;
      // No await between the last look for work and this: what comes from now on wakes the component anew.
      this.taking = false;
      return { more: left || instance.hasWork?.() === true, nextAt, cursor };
    }
  }

  /** Waits for more work; false when none came. */
  private async lingers(instance: ComponentInstance, linger: Linger, nextAt: Instant | undefined): Promise<boolean> {
    const due = nextAt === undefined ? undefined : this.hosted.delayUntil(nextAt);
    const untilTimer = due !== undefined && due <= linger.quiet;
    const waiting = linger.wait(untilTimer ? Math.max(0, due) : linger.quiet);
    let came = false;
    this.onWork = () => {
      came = true;
      waiting.stop();
    };
    await waiting.promise;
    this.onWork = undefined;
    return untilTimer || came || instance.hasWork?.() === true;
  }
}
