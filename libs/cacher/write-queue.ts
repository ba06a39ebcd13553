import type { KubeObject } from '#apimachinery';
import {
  Compacted,
  type Fence,
  FencedError,
  FutureRevision,
  type LogEntry,
  StorageUnavailable,
  type TransactionOptions,
  UnknownCluster,
  type WriteOp,
  type WriteResult,
} from '#storage';
import type { CachingWriteOp } from './cacher.js';
import type { StoreLimits } from './limits.js';

interface Call {
  ops: readonly CachingWriteOp[];
  options: TransactionOptions;
  bytes: number;
  resolve(results: WriteResult[]): void;
  reject(error: unknown): void;
}

type QueueLimits = Pick<StoreLimits, 'batchOps' | 'batchBytes' | 'pipelineOps' | 'pipelineBytes' | 'pipelineDepth'> & {
  /** In rounds, nothing may wait for the event loop but the store, or the log would depend on it. */
  inRounds?: boolean;
  /** Whether the store executes transactions in the order of the calls, so that one may begin while others are in flight. */
  pipelined?: boolean;
};

/** Executes one transaction. */
export type WriteTransaction = (ops: readonly WriteOp[], options: TransactionOptions) => Promise<WriteResult[]>;

/** Called after a commit, before the calls' promises resolve, with the objects of the entries as far as they are known. Must not throw. */
export type Committed = (entries: readonly LogEntry[], parsed: ReadonlyArray<KubeObject | undefined>) => Promise<void> | undefined;

/** Fewer operations than this do not make the database busy while the callers of the last transaction compute their next writes. */
const FEW = 8;

/** Waits until everything that waits for nothing but finished promises has run. */
const untilAllWait = () => new Promise<void>((resolve) => void setImmediate(resolve));

/**
 * Group commit: while a transaction is in flight, further calls are collected into the next one; if they are few, also those that follow at
 * once from its results, so that a chain of writes does not wait for a commit of others. If they become many before it is answered, they
 * are sent at once, so that the store works while this process does. A call overtakes an earlier one only if that waits for its keys or is
 * atomic; calls on the same key keep their order, each in a transaction of its own that begins when the one before has ended. Calls of
 * different turns share transactions.
 */
export class WriteQueue {
  #waiting: Call[] = [];
  /** What is waiting, without what waits for keys in flight. */
  #ready = { ops: 0, bytes: 0 };
  #inFlight = 0;
  /** The keys of the transactions in flight. */
  readonly #keys = new Set<string>();
  #beginning = false;

  constructor(
    private readonly transaction: WriteTransaction,
    private readonly committed: Committed,
    private readonly limits: QueueLimits,
  ) {}

  /** Whether calls are waiting or in flight. */
  get busy(): boolean {
    return this.#inFlight > 0 || this.#waiting.length > 0;
  }

  write(ops: readonly CachingWriteOp[], options: TransactionOptions): Promise<WriteResult[]> {
    if (ops.length === 0 && options.fence === undefined) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const bytes = bytesOf(ops);
      this.#waiting.push({ ops, options, bytes, resolve, reject });
      this.#ready.ops += ops.length;
      this.#ready.bytes += bytes;
      if (this.#areMany) this.#send();
      else if (this.#inFlight === 0) void this.#begin();
    });
  }

  /** Whether so much is waiting that the next transaction begins without the answers of those in flight. */
  get #areMany(): boolean {
    const { pipelined, pipelineOps, pipelineBytes, pipelineDepth } = this.limits;
    if (!pipelined || this.#inFlight >= pipelineDepth) return false;
    return this.#ready.ops >= pipelineOps || this.#ready.bytes >= pipelineBytes;
  }

  /** Sends what is waiting while nothing is in flight. */
  async #begin(): Promise<void> {
    if (this.#beginning) return;
    this.#beginning = true;
    // Calls made in the same tick of the event loop go into the first transaction together.
    await undefined;
    if (this.#waiting.length < FEW && !this.limits.inRounds) await untilAllWait();
    this.#beginning = false;
    if (this.#inFlight === 0) this.#send();
  }

  #send(): void {
    const calls = this.#take();
    if (calls.length === 0) return;
    this.#inFlight += 1;
    void this.#commit(calls).then(() => this.#ended(calls));
  }

  #ended(calls: readonly Call[]): void {
    this.#inFlight -= 1;
    for (const call of calls) for (const op of call.ops) this.#keys.delete(op.key);
    this.#ready = sizeOf(this.#waiting);
    while (this.#areMany) this.#send();
    if (this.#inFlight > 0 || this.#waiting.length === 0) return;
    if (this.#waiting.length < FEW && !this.limits.inRounds) void this.#begin();
    else this.#send();
  }

  async #commit(calls: readonly Call[]): Promise<void> {
    const [first] = calls;
    if (first === undefined) return;
    let results: WriteResult[];
    const ops = calls.length === 1 ? first.ops : calls.flatMap((call) => call.ops);
    try {
      results = await this.transaction(ops, termsOf(calls, first));
    } catch (error) {
      return this.#failed(calls, error);
    }
    await this.#applied(ops, results);
    let start = 0;
    for (const call of calls) {
      call.resolve(results.slice(start, start + call.ops.length));
      start += call.ops.length;
    }
  }

  #applied(ops: readonly CachingWriteOp[], results: readonly WriteResult[]): Promise<void> | undefined {
    const entries: LogEntry[] = [];
    const parsed: Array<KubeObject | undefined> = [];
    for (let i = 0; i < results.length; i++) {
      const result = results[i];
      if (!result?.ok) continue;
      const object = ops[i]?.object;
      if (object) object.metadata.resourceVersion = String(result.entry.revision);
      entries.push(result.entry);
      parsed.push(object);
    }
    return entries.length > 0 ? this.committed(entries, parsed) : undefined;
  }

  /**
   * An unexpected error of the store is caused by the content of one call: the others are retried without it. If one of several turns is
   * superseded, the calls of each turn are retried together.
   */
  async #failed(calls: readonly Call[], error: unknown): Promise<void> {
    const turns = error instanceof FencedError ? byTurn(calls) : [];
    if (calls.length === 1 || (isForeseen(error) && turns.length < 2)) {
      for (const call of calls) call.reject(error);
      return;
    }
    if (turns.length > 1) for (const turn of turns) await this.#commit(turn);
    else for (const call of calls) await this.#commit([call]);
  }

  /** The oldest call that does not wait for keys in flight, and every later one that may be combined with it. */
  #take(): Call[] {
    const { pipelined, batchOps, pipelineOps, batchBytes } = this.limits;
    const mostOps = pipelined ? pipelineOps : batchOps;
    const blocked = new Set<string>();
    const taken: Call[] = [];
    const left: Call[] = [];
    let ops = 0;
    let bytes = 0;
    let seen = 0;
    for (const call of this.#waiting) {
      // Once it is full it stays so, or a small call would overtake a large one of the same turn.
      if (taken.length > 0 && (ops + call.ops.length > mostOps || bytes + call.bytes > batchBytes)) break;
      seen += 1;
      const fits = (!call.options.atomic || taken.length === 0) && !call.ops.some(({ key }) => blocked.has(key) || this.#keys.has(key));
      // A call that is not taken blocks its keys, so that no later call on them overtakes it.
      for (const op of call.ops) blocked.add(op.key);
      (fits ? taken : left).push(call);
      if (!fits) continue;
      ops += call.ops.length;
      bytes += call.bytes;
      if (call.options.atomic) break;
    }
    const rest = this.#waiting.slice(seen);
    this.#ready = sizeOf(rest);
    this.#waiting = left.length === 0 ? rest : left.concat(rest);
    for (const call of taken) for (const op of call.ops) this.#keys.add(op.key);
    return taken;
  }
}

function sizeOf(calls: readonly Call[]): { ops: number; bytes: number } {
  const size = { ops: 0, bytes: 0 };
  for (const call of calls) {
    size.ops += call.ops.length;
    size.bytes += call.bytes;
  }
  return size;
}

function bytesOf(ops: readonly WriteOp[]): number {
  let bytes = 0;
  for (const op of ops) bytes += op.key.length + (op.type === 'delete' ? 0 : op.value.length);
  return bytes;
}

/** The calls of each turn, and those of none. */
function byTurn(calls: readonly Call[]): Call[][] {
  const turns = new Map<string, Call[]>();
  for (const call of calls) {
    const { fence } = call.options;
    const id = fence === undefined ? '' : `${fence.component} ${fence.token}`;
    const turn = turns.get(id);
    if (turn === undefined) turns.set(id, [call]);
    else turn.push(call);
  }
  return [...turns.values()];
}

/** The terms of a transaction: the fences of all its calls. */
function termsOf(calls: readonly Call[], { options }: Call): TransactionOptions {
  if (calls.length === 1) return options;
  const fences: Fence[] = [];
  for (const { fence } of calls.map((call) => call.options)) {
    if (fence && !fences.some(({ component, token }) => component === fence.component && token === fence.token)) fences.push(fence);
  }
  const [fence, second] = fences;
  if (fence === undefined) return {};
  return second === undefined ? { fence } : { fences };
}

function isForeseen(error: unknown): boolean {
  return (
    error instanceof FencedError ||
    error instanceof StorageUnavailable ||
    error instanceof UnknownCluster ||
    error instanceof Compacted ||
    error instanceof FutureRevision
  );
}
