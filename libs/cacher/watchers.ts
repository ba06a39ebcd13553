import type { Revision } from '#storage';
import type { CacheEvent, CacheSink } from './cacher.js';

/**
 * The sinks of a cluster that follow the live stream, by prefix. A sink that throws is ended with its own error and does not affect the
 * others or the writer.
 */
export class Watchers {
  readonly #byPrefix = new Map<string, Set<CacheSink>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Returns a function that removes it. */
  add(prefix: string, sink: CacheSink): () => void {
    const sinks = this.#byPrefix.get(prefix) ?? new Set();
    this.#byPrefix.set(prefix, sinks.add(sink));
    this.#count++;
    return () => this.#remove(prefix, sinks, sink);
  }

  #remove(prefix: string, sinks: Set<CacheSink>, sink: CacheSink): void {
    if (!sinks.delete(sink)) return;
    this.#count--;
    if (sinks.size === 0 && this.#byPrefix.get(prefix) === sinks) this.#byPrefix.delete(prefix);
  }

  event(event: CacheEvent): void {
    this.#tell(
      (prefix) => event.current.key.startsWith(prefix),
      (sink) => sink.event(event),
    );
  }

  progress(revision: Revision): void {
    this.#tell(
      () => true,
      (sink) => sink.progress?.(revision),
    );
  }

  #tell(wanted: (prefix: string) => boolean, tell: (sink: CacheSink) => void): void {
    for (const [prefix, sinks] of this.#byPrefix) {
      if (!wanted(prefix)) continue;
      for (const sink of sinks) {
        try {
          tell(sink);
        } catch (error) {
          this.#remove(prefix, sinks, sink);
          sink.end(error instanceof Error ? error : new Error(String(error)));
        }
      }
    }
  }

  /** Ends all of them. */
  end(error?: Error): void {
    const all = [...this.#byPrefix.values()].flatMap((sinks) => [...sinks]);
    for (const sinks of this.#byPrefix.values()) sinks.clear();
    this.#byPrefix.clear();
    this.#count = 0;
    for (const sink of all) sink.end(error);
  }
}
