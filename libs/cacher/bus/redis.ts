import { Redis } from 'ioredis';
import type { Bus, Unsubscribe } from './bus.js';

export interface RedisBusOptions {
  /** redis:// or rediss:// */
  url: string;
  /** Called when a connection is lost; reconnecting is retried without limit. */
  onError?: (error: unknown) => void;
}

/** At most this many channels have their malformed messages reported. */
const MOST_MALFORMED = 1_000;

interface Subscription {
  onMessage(message: string): void;
  onGap(): void;
}

/** A bus over Redis pub/sub, with one connection to publish and one to subscribe, which is opened at the first subscription. */
class RedisBus implements Bus {
  readonly #publisher: Redis;
  #listener: Redis | undefined;
  readonly #channels = new Map<string, Set<Subscription>>();
  /** Subscribers that wait for the connection. A set, because an EventEmitter warns about more than ten listeners. */
  readonly #waiting = new Set<() => void>();
  /** Channels on which a malformed message has arrived. */
  readonly #malformed = new Set<string>();
  #closed = false;

  constructor(private readonly options: RedisBusOptions) {
    // A message that cannot be sent now is dropped: receivers find the commit by themselves.
    this.#publisher = this.#connect({ enableOfflineQueue: false });
  }

  #connect(more: { enableOfflineQueue?: boolean }): Redis {
    const redis = new Redis(this.options.url, {
      ...more,
      maxRetriesPerRequest: null,
      enableAutoPipelining: true,
      // #resubscribe restores the subscriptions and also reports the gap.
      autoResubscribe: false,
      retryStrategy: (times) => Math.min(20 * times, 500),
    });
    redis.on('error', (error) => this.options.onError?.(error));
    return redis;
  }

  publish(channel: string, message: string): void {
    if (this.#closed) return;
    this.#publisher.publish(channel, message).catch((error) => this.options.onError?.(error));
  }

  async subscribe(channel: string, onMessage: (message: string) => void, onGap: () => void): Promise<Unsubscribe> {
    const listener = this.#listen();
    const subscription = { onMessage, onGap };
    const subscriptions = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, subscriptions.add(subscription));
    // Callers do not wait while Redis is down: once it is back, it subscribes and calls onGap.
    const subscribed = listener.subscribe(channel).catch((error) => this.options.onError?.(error));
    if (listener.status !== 'reconnecting') await this.#whileConnected(subscribed);
    return () => this.#remove(channel, subscriptions, subscription);
  }

  /** Waits until it is subscribed, but no longer than the connection lasts. */
  #whileConnected(done: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waiting.delete(end);
        resolve();
      };
      this.#waiting.add(end);
      done.then(end);
    });
  }

  #remove(channel: string, subscriptions: Set<Subscription>, subscription: Subscription): void {
    if (!subscriptions.delete(subscription) || subscriptions.size > 0 || this.#channels.get(channel) !== subscriptions) return;
    this.#channels.delete(channel);
    if (!this.#closed) this.#listener?.unsubscribe(channel).catch((error) => this.options.onError?.(error));
  }

  #listen(): Redis {
    if (this.#listener !== undefined) return this.#listener;
    const listener = this.#connect({});
    this.#listener = listener;
    let lost = false;
    listener.on('message', (channel: string, message: string) => {
      for (const subscription of this.#channels.get(channel) ?? []) this.#deliver(channel, subscription, message);
    });
    listener.on('close', () => {
      lost = true;
      for (const end of [...this.#waiting]) end();
    });
    listener.on('ready', () => {
      if (lost) this.#resubscribe(listener);
      lost = false;
    });
    return listener;
  }

  /** A subscriber that throws does not affect the others; the error is reported once per channel. */
  #deliver(channel: string, { onMessage }: Subscription, message: string): void {
    try {
      onMessage(message);
    } catch (error) {
      if (this.#malformed.has(channel) || this.#malformed.size >= MOST_MALFORMED) return;
      this.#malformed.add(channel);
      this.options.onError?.(new Error(`a message on ${channel} is malformed and was ignored`, { cause: error }));
    }
  }

  /** After a reconnect: subscribes first, then reports that messages may have been lost. */
  #resubscribe(listener: Redis): void {
    const channels = [...this.#channels.keys()];
    if (channels.length === 0) return;
    listener.subscribe(...channels).then(
      () => {
        for (const channel of channels) for (const subscription of this.#channels.get(channel) ?? []) subscription.onGap();
      },
      // Disconnected again: the next connection resubscribes.
      (error) => this.options.onError?.(error),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#channels.clear();
    this.#publisher.disconnect();
    this.#listener?.disconnect();
  }
}

/** A bus between processes, over Redis. Calls never fail: while Redis is down messages are lost, and onGap is called when it is back. */
export function redisBus(options: RedisBusOptions): Bus {
  return new RedisBus(options);
}
