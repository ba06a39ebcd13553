import type { Revision } from '#storage';
import type { CacheEvent, CacheSink } from './cacher.js';
import { bucketOf } from './object-index.js';

/** The sinks of one prefix. */
interface Audience {
  prefix: string;
  sinks: Set<CacheSink>;
}

/**
 * The sinks of a cluster that follow the live stream, by prefix. A sink that throws is ended with its own error and does not affect the
 * others or the writer.
 */
export class Watchers {
  /** By the resource of their prefix, so that an event looks only at those; '' for prefixes above the resources. */
  readonly #byResource = new Map<string, Audience[]>();
  /** Those that want to know of progress: most do not. */
  readonly #progressing = new Map<CacheSink, Audience>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Returns a function that removes it. */
  add(prefix: string, sink: CacheSink): () => void {
    const resource = bucketOf(prefix);
    const audiences = this.#byResource.get(resource) ?? [];
    let audience = audiences.find((one) => one.prefix === prefix);
    if (audience === undefined) {
      audience = { prefix, sinks: new Set() };
      this.#byResource.set(resource, [...audiences, audience]);
    }
    audience.sinks.add(sink);
    if (sink.progress) this.#progressing.set(sink, audience);
    this.#count++;
    const added = audience;
    return () => this.#remove(added, sink);
  }

  #remove(audience: Audience, sink: CacheSink): void {
    if (!audience.sinks.delete(sink)) return;
    this.#progressing.delete(sink);
    this.#count--;
    if (audience.sinks.size > 0) return;
    const resource = bucketOf(audience.prefix);
    const left = this.#byResource.get(resource)?.filter((one) => one !== audience) ?? [];
    if (left.length > 0) this.#byResource.set(resource, left);
    else this.#byResource.delete(resource);
  }

  event(event: CacheEvent): void {
    const resource = bucketOf(event.current.key);
    this.#publish(resource, event);
    if (resource !== '') this.#publish('', event);
  }

  #publish(resource: string, event: CacheEvent): void {
    for (const audience of this.#byResource.get(resource) ?? []) {
      if (!event.current.key.startsWith(audience.prefix)) continue;
      for (const sink of audience.sinks) this.#tell(audience, sink, () => sink.event(event));
    }
  }

  progress(revision: Revision): void {
    for (const [sink, audience] of this.#progressing) this.#tell(audience, sink, () => sink.progress?.(revision));
  }

  #tell(audience: Audience, sink: CacheSink, tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#remove(audience, sink);
      sink.end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Ends all of them. */
  end(error?: Error): void {
    const all = [...this.#byResource.values()].flatMap((audiences) => audiences.flatMap(({ sinks }) => [...sinks]));
    for (const audiences of this.#byResource.values()) for (const { sinks } of audiences) sinks.clear();
    this.#byResource.clear();
    this.#progressing.clear();
    this.#count = 0;
    for (const sink of all) sink.end(error);
  }
}
