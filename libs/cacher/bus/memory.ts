import type { Bus, Unsubscribe } from './bus.js';

/** A bus within one process. Messages are delivered in a microtask, so that a publisher never runs subscribers' code. */
class MemoryBus implements Bus {
  readonly #channels = new Map<string, Set<(message: string) => void>>();
  #closed = false;

  publish(channel: string, message: string): void {
    if (this.#closed || !this.#channels.has(channel)) return;
    queueMicrotask(() => {
      for (const listener of this.#channels.get(channel) ?? []) {
        try {
          listener(message);
        } catch {
          // As the interface requires: a message that a subscriber cannot parse is ignored.
        }
      }
    });
  }

  async subscribe(channel: string, onMessage: (message: string) => void, _onGap: () => void): Promise<Unsubscribe> {
    // A separate listener for each subscription, because a function may be subscribed twice.
    const listener = (message: string) => onMessage(message);
    const listeners = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#channels.get(channel) === listeners) this.#channels.delete(channel);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#channels.clear();
  }
}

/** A bus for one process: no message is lost, so onGap is never called. */
export function memoryBus(): Bus {
  return new MemoryBus();
}
