import type { AuditSink } from '#apiserver';
import { type AuditFilter, type AuditRecord, matches } from './audit-record.js';
import type { AuditStore, NewChunk } from './audit-store.js';
import type { ChunkWriter } from './chunk-writer.js';
import { Followers } from './follow.js';
import { LOG_LIMITS } from './limits.js';
import { type Page, type PageRequest, pageOf } from './pages.js';
import { WaitingEvents } from './waiting-events.js';

export interface AuditLogOptions {
  store: AuditStore;
  /** Milliseconds since 1970, of the machine. */
  now(): number;
  /** Calls back after the given milliseconds; returns a function that cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Lets other work of the process have its turn. */
  giveWay(): Promise<void>;
  /** Bytes of a cluster's stored chunks, by default. */
  bytes: number;
  failed(error: unknown): void;
}

/** The audit log of a process's clusters: what it records is stored in batches, and what all processes have stored is read. */
export interface AuditLog {
  /** Where a cluster's events go. Costs a request next to nothing. */
  sinkOf(cluster: string): AuditSink;
  /** The newest events that match, newest first. Includes what this process has recorded; other processes' are at most a second late. */
  page(cluster: string, filter: AuditFilter, request: PageRequest): Promise<Page>;
  /** Each event that matches, as it is stored. `onError` ends it. */
  follow(cluster: string, filter: AuditFilter, on: { record(record: AuditRecord): void; error(error: unknown): void }): Promise<() => void>;
  /** Deletes what is older than organizations allow. To be called now and then, by any process. */
  expire(): Promise<void>;
  /** Stores what waits. */
  close(): Promise<void>;
  /** Events that were dropped because too many waited. */
  readonly dropped: number;
}

class BatchedLog implements AuditLog {
  private readonly waiting = new WaitingEvents();
  private readonly appended = new Map<string, number>();
  private cancel: (() => void) | undefined;
  private flushing: Promise<void> = Promise.resolve();
  private closed = false;

  private readonly followers: Followers;

  constructor(private readonly options: AuditLogOptions) {
    this.followers = new Followers(options);
  }

  get dropped(): number {
    return this.waiting.dropped;
  }

  sinkOf(cluster: string): AuditSink {
    const { now } = this.options;
    return {
      record: (event) => {
        if (this.closed) return;
        this.waiting.add(cluster, event, Math.round(now() - event.total));
        this.cancel ??= this.options.after(LOG_LIMITS.flushEvery, () => this.flushSoon());
      },
    };
  }

  async page(cluster: string, filter: AuditFilter, request: PageRequest): Promise<Page> {
    await this.flush(cluster);
    const { store, giveWay } = this.options;
    return pageOf(store, cluster, { filter, giveWay, ...request });
  }

  follow(cluster: string, filter: AuditFilter, on: { record(record: AuditRecord): void; error(error: unknown): void }) {
    const record = (found: AuditRecord) => {
      if (matches(found, filter)) on.record(found);
    };
    return this.followers.follow(cluster, { record, error: on.error });
  }

  expire(): Promise<void> {
    return this.options.store.expire(this.options.now());
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancel?.();
    await this.flush();
  }

  private flushSoon(): void {
    this.cancel = undefined;
    this.flush().catch((error: unknown) => {
      this.options.failed(error);
      this.cancel ??= this.options.after(LOG_LIMITS.flushEvery, () => this.flushSoon());
    });
  }

  /** One flush at a time, so that a cluster's events of this process are stored in their order. */
  private flush(cluster?: string): Promise<void> {
    const flushed = this.flushing.then(() => this.store(this.waiting.take(cluster)));
    this.flushing = flushed.catch(() => undefined);
    return flushed;
  }

  private async store(taken: ReadonlyMap<string, ChunkWriter[]>): Promise<void> {
    if (taken.size === 0) return;
    const chunks: NewChunk[] = [];
    try {
      for (const [cluster, writers] of taken) {
        for (const writer of writers) {
          const { firstAt, lastAt } = writer;
          chunks.push({ cluster, firstAt, lastAt, body: await writer.encode() });
          // Encoding is work of this process's event loop: requests have their turn between two chunks.
          await this.options.giveWay();
        }
      }
      await this.options.store.append(chunks);
    } catch (error) {
      for (const [cluster, writers] of taken) this.waiting.putBack(cluster, writers);
      throw error;
    }
    await this.trim(chunks);
  }

  /** Trims the clusters whose chunks may have become too many. */
  private async trim(chunks: readonly NewChunk[]): Promise<void> {
    const { bytes, store } = this.options;
    const due = new Set<string>();
    for (const { cluster, body } of chunks) {
      const appended = (this.appended.get(cluster) ?? 0) + body.length + LOG_LIMITS.chunkOverhead;
      this.appended.set(cluster, appended);
      if (appended > bytes * LOG_LIMITS.trimEvery) due.add(cluster);
    }
    if (due.size === 0) return;
    await store.trim([...due]);
    for (const cluster of due) this.appended.delete(cluster);
  }
}

/** The audit log of a process. */
export function createAuditLog(options: AuditLogOptions): AuditLog {
  return new BatchedLog(options);
}
