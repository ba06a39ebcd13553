import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Bus, Unsubscribe } from '#cacher/bus';
import type { ClusterHomes } from '#controller-runtime/bullmq';

/** A worker that has not shown itself for this long is taken for dead (ms). */
const ALIVE_FOR = 2_000;
/** How long a worker keeps a cluster that nobody asks for (ms): longer than it stays open. */
const KEPT_FOR = 900_000;

const homeKey = (cluster: string): string => `{orrery-homes}:home:${cluster}`;
const aliveKey = (worker: string): string => `{orrery-homes}:alive:${worker}`;
const channelOf = (worker: string): string => `orrery:turns:${worker}`;

interface Options {
  redis: Pick<Redis, 'get' | 'set' | 'exists' | 'pexpire' | 'del'>;
  bus: Bus;
  onError(error: unknown): void;
}

/** Keeps in Redis which worker has a cluster. A turn that was passed on and lost is found by the sweep, which asks again. */
export class RedisClusterHomes implements ClusterHomes {
  private readonly me = randomUUID();
  private heard: Promise<Unsubscribe> | undefined;
  private beat: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: Options) {}

  onPassed(call: (cluster: string) => void): void {
    // A turn that is lost in a gap is found by the sweep.
    this.heard = this.options.bus.subscribe(channelOf(this.me), call, () => undefined);
    this.heard.catch(this.options.onError);
  }

  async passOn(cluster: string): Promise<boolean> {
    const { redis, bus } = this.options;
    const key = homeKey(cluster);
    const home = await redis.get(key);
    if (home === this.me) {
      await redis.pexpire(key, KEPT_FOR);
      return false;
    }
    if (home !== null && (await redis.exists(aliveKey(home))) === 1) {
      bus.publish(channelOf(home), cluster);
      return true;
    }
    await this.showAlive();
    if (home !== null) {
      await redis.set(key, this.me, 'PX', KEPT_FOR);
      return false;
    }
    // Another worker may have been faster.
    return (await redis.set(key, this.me, 'PX', KEPT_FOR, 'NX')) === null && this.passOn(cluster);
  }

  async close(): Promise<void> {
    clearInterval(this.beat);
    (await this.heard)?.();
    await this.options.redis.del(aliveKey(this.me)).catch(() => undefined);
  }

  /** From its first cluster on, a worker shows that it lives; one that is suspended or dead does not. */
  private async showAlive(): Promise<void> {
    if (this.beat !== undefined) return;
    const show = (): Promise<unknown> => this.options.redis.set(aliveKey(this.me), '1', 'PX', ALIVE_FOR);
    this.beat = setInterval(() => void show().catch(this.options.onError), ALIVE_FOR / 4);
    this.beat.unref();
    await this.heard;
    await show();
  }
}
