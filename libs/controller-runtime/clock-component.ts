import type { Clock, Instant } from '#apimachinery';
import { CLOCK, type Fence, type Storage } from '#storage';
import type { Budget, Component, ComponentChange, ComponentInstance, DrainResult } from './component.js';
import { type Duty, LocalHost, NeverQuiet } from './local-host.js';
import type { HostedCluster } from './turn.js';

/** Steps at one instant after which its timers are taken to have no end. */
const MOST_STEPS = 10_000;

/** A cluster whose clock stands until it is turned, as the holder of its clock's turn sees it. */
export interface TurnedCluster {
  /** Its turns are part of the clock's. */
  hosted: HostedCluster;
  clock: Clock & { set(instant: Instant): void };
  duties: readonly Duty[];
  storage: Pick<Storage, 'clock' | 'stepClock'>;
  /** Told where the clock stands, before anything is done at that time. */
  stepped(now: Instant): void;
  /** Told when all is quiet at the time that was asked for. */
  reached(now: Instant): Promise<void>;
  close(): void;
}

/** The component that turns clocks, and what was committed by this process for it. */
export interface ClockComponent {
  component: Component;
  changed(cluster: string, change: ComponentChange): void;
}

/**
 * The component in whose turns all others of a cluster with a stepped clock take theirs, one after another in their fixed order. How far
 * the clock is to go and where it stands are in the store: it is set there, under the fence of this turn, before anything is done at that
 * time, so that whoever goes on after a kill goes on from there. The turns of the others are part of this one, and fail with it.
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

class TurnedInstance implements ComponentInstance {
  private readonly host: LocalHost;

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
    // Whoever held them before writes nothing from now on, whatever he still has under way.
    for (const { name } of this.options.components) await hosted.turns.beginTurn(name);
    const { now = this.cluster.clock.now(), target } = await storage.clock();
    try {
      await this.host.reach(now);
      return target === undefined ? { more: false } : await this.turn({ token, target, steps: budget.reconciles });
    } catch (error) {
      if (!(error instanceof NeverQuiet)) throw error;
      await storage.stepClock(token, { now: this.cluster.clock.now(), done: true, failure: error.message });
      return { more: false };
    }
  }

  close(): void {
    this.host.close();
    this.cluster.close();
    this.options.closed();
  }

  /** Timer by timer to the target, which may be moved on meanwhile. Gives way after so many steps. */
  private async turn({ token, target, steps }: { token: number; target: Instant; steps: number }): Promise<DrainResult> {
    const { clock, storage, reached } = this.cluster;
    let until: Instant | undefined = target;
    let still = 0;
    for (let step = 0; until !== undefined; step += 1) {
      if (step >= steps) return { more: true };
      const next = (await this.host.nextAt()) ?? Number.POSITIVE_INFINITY;
      if (next > until && clock.now() >= until) {
        await reached(clock.now());
        until = (await storage.stepClock(token, { now: clock.now(), done: true })).target;
        continue;
      }
      still = next > clock.now() ? 0 : still + 1;
      if (still > MOST_STEPS) throw new NeverQuiet(`no end of timers at ${new Date(clock.now()).toISOString()}`);
      until = await this.stepTo(token, Math.min(next, until));
    }
    return { more: false };
  }

  private async stepTo(token: number, instant: Instant): Promise<Instant | undefined> {
    const { now, target } = await this.cluster.storage.stepClock(token, { now: instant });
    this.cluster.stepped(now);
    await this.host.reach(now);
    return target;
  }
}
