/** A chunk of one cluster's events before it is stored. */
export interface NewChunk {
  cluster: string;
  /** The earliest and the latest arrival of its requests, in milliseconds since 1970. */
  firstAt: number;
  lastAt: number;
  body: Buffer;
}

/** A stored chunk; chunks are numbered as they are stored. */
export interface StoredChunk extends Omit<NewChunk, 'cluster'> {
  id: number;
}

/** Where chunks are stored, for all processes. */
export interface AuditStore {
  /** Chunks of clusters that do not exist (any more) are dropped. */
  append(chunks: readonly NewChunk[]): Promise<void>;
  /** A cluster's chunks from the latest to the earliest (`lastAt`, then `id`), those after the given one in this order. */
  latest(cluster: string, after: { lastAt: number; id: number } | undefined, limit: number): Promise<StoredChunk[]>;
  /** Chunks with a higher number, in their order, without those that are known. */
  newer(cluster: string, than: number, known: readonly number[]): Promise<StoredChunk[]>;
  /** The highest number that was given; 0 if there are none. */
  newest(cluster: string): Promise<number>;
  /** Deletes the oldest chunks of these clusters beyond the bytes that their organizations allow. */
  trim(clusters: readonly string[]): Promise<void>;
  /** Deletes what is older than the organizations allow, of all clusters. */
  expire(now: number): Promise<void>;
}
