import type { Clock, Instant } from '#apimachinery';
import { CLOCK, type ClockState, type Fence, type Revision, type Storage } from '#storage';
import type { Budget, Component, ComponentChange, ComponentInstance, DrainResult } from './component.js';
import { type Duty, LocalHost, NeverQuiet } from './local-host.js';
import type { HostedCluster } from './turn.js';

/** After this many steps at one instant, its timers are assumed to be endless. */
const MOST_STEPS = 10_000;

/** A cluster with a stepped clock, as the holder of the clock's turn sees it. */
export interface TurnedCluster {
  /** Its turns are part of the clock's turn. */
  hosted: HostedCluster;
  clock: Clock & { set(instant: Instant): void };
  duties: readonly Duty[];
  storage: Pick<Storage, 'clock' | 'stepClock'>;
  /**
   * When an advance with this end (the `until` of its request) is over if nothing happens before; a time that is not in the future if it is
   * over now, and infinity if only a change can end it.
   */
  endOf(until: string): Promise<Instant>;
  /** Called with the new time, before anything is done at that time. */
  stepped(now: Instant): void;
  /** Called when all work is done at the target time. */
  reached(now: Instant): Promise<void>;
  close(): void;
}

/** The component that advances clocks, and a function that passes on commits of this process. */
export interface ClockComponent {
  component: Component;
  changed(cluster: string, change: ComponentChange): void;
}

/**
 * The component that advances stepped clocks. In its turns all other components of the cluster take theirs, one after another in a fixed
 * order. The target and the current time are in the store: the time is set there, under the fence of this turn, before anything is done at
 * that time, so that after a kill another worker continues from there. The turns of the other components are part of this turn, and fail
 * with it.
 */
export function clockComponent(
  components: readonly Component[],
  open: (cluster: string, under: () => Fence | undefined) => Promise<TurnedCluster>,
): ClockComponent {
  const running = new Map<string, Set<TurnedInstance>>();
  const component: Component = {
    name: CLOCK,
    interests: () => false,
    async open({ cluster, fence = () => undefined }) {
      const instances = running.get(cluster) ?? new Set();
      const instance = new TurnedInstance(await open(cluster, fence), { components, fence, closed: () => instances.delete(instance) });
      running.set(cluster, instances.add(instance));
      return instance;
    },
  };
  return {
    component,
    changed(cluster, change) {
      const instances = running.get(cluster);
      if (instances?.size === 0) running.delete(cluster);
      for (const instance of instances ?? []) instance.changed(change);
    },
  };
}

/** How far, and until what, a clock is to be advanced, and the newest revision when that was asked for. */
type Asked = Pick<ClockState, 'target' | 'until' | 'asked'>;

const NEVER = Number.POSITIVE_INFINITY;
/** The failure of an advance that reached its target although its end did not come. */
export const END_MISSED = 'the end that was waited for did not come';

class TurnedInstance implements ComponentInstance {
  private readonly host: LocalHost;
  /** The newest revision at which an advance was asked for and up to which everything has been delivered. */
  private seen: Revision = 0;

  constructor(
    private readonly cluster: TurnedCluster,
    private readonly options: { components: readonly Component[]; fence(): Fence | undefined; closed(): void },
  ) {
    const { hosted, clock, duties } = cluster;
    this.host = new LocalHost({ hosted, components: options.components, clock, duties, autorun: false });
  }

  changed(change: ComponentChange): void {
    this.host.changed(change);
  }

  hasWork(): boolean {
    return this.host.pending;
  }

  async drain(budget: Budget): Promise<DrainResult> {
    const { hosted, storage } = this.cluster;
    const token = this.options.fence()?.token ?? 0;
    // From now on, earlier holders of these turns cannot write, whatever they still have in progress.
    for (const { name } of this.options.components) await hosted.turns.beginTurn(name);
    const { now = this.cluster.clock.now(), ...asked } = await storage.clock();
    try {
      await this.catchUp(asked);
      await this.host.reach(now);
      return await this.turn({ token, asked, steps: budget.reconciles });
    } catch (error) {
      if (!(error instanceof NeverQuiet)) throw error;
      await storage.stepClock(token, { now: this.cluster.clock.now(), done: this.seen, failure: error.message });
      return { more: false };
    }
  }

  /** Delivers what was committed before the advance was asked for: this turn may have begun earlier. Returns whether that is news. */
  private async catchUp({ asked = 0 }: Asked): Promise<boolean> {
    if (asked <= this.seen) return false;
    await this.cluster.hosted.catchUp(asked);
    this.seen = asked;
    return true;
  }

  close(): void {
    this.host.close();
    this.cluster.close();
    this.options.closed();
  }

  /** Advances from timer to timer up to the target, which may be moved meanwhile. Yields after the given number of steps. */
  private async turn({ token, asked, steps }: { token: number; asked: Asked; steps: number }): Promise<DrainResult> {
    const { clock } = this.cluster;
    let current = asked;
    let still = 0;
    for (let step = 0; current.target !== undefined; step += 1) {
      if (step >= steps) return { more: true };
      const now = clock.now();
      if (await this.catchUp(current)) await this.host.reach(now);
      const { target, until } = current;
      const end = until === undefined ? NEVER : await this.cluster.endOf(until);
      const next = (await this.host.nextAt()) ?? NEVER;
      if (end <= now || (next > target && now >= target)) {
        current = await this.arrive(token, { over: end <= now, missed: until !== undefined && end > now });
        continue;
      }
      still = next > now ? 0 : still + 1;
      if (still > MOST_STEPS) throw new NeverQuiet(`no end of timers at ${new Date(now).toISOString()}`);
      current = await this.stepTo(token, Math.min(next, target, end));
    }
    return { more: false };
  }

  /** All work is done at the target, or the advance is over before. `missed`: its end did not come. */
  private async arrive(token: number, { over, missed }: { over: boolean; missed: boolean }): Promise<Asked> {
    const { clock, storage, reached } = this.cluster;
    const now = clock.now();
    await reached(now);
    return storage.stepClock(token, { now, done: this.seen, stop: over, ...(missed && { failure: END_MISSED }) });
  }

  private async stepTo(token: number, instant: Instant): Promise<Asked> {
    const { now, ...asked } = await this.cluster.storage.stepClock(token, { now: instant });
    this.cluster.stepped(now);
    await this.host.reach(now);
    return asked;
  }
}
