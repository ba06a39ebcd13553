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

/** How much is written together. In rounds, nothing may wait for the event loop but the store, or the log would depend on it. */
type QueueLimits = Pick<StoreLimits, 'batchOps' | 'batchBytes'> & { inRounds?: boolean };

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
 * once from its results, so that a chain of writes does not wait for a commit of others. A call overtakes an earlier one only if that waits
 * for its keys or is atomic; calls on the same key keep their order, each in a separate transaction. Calls of different turns share
 * transactions.
 */
export class WriteQueue {
  readonly #waiting: Call[] = [];
  #running = false;

  constructor(
    private readonly transaction: WriteTransaction,
    private readonly committed: Committed,
    private readonly limits: QueueLimits,
  ) {}

  /** Whether calls are waiting or in flight. */
  get busy(): boolean {
    return this.#running || this.#waiting.length > 0;
  }

  write(ops: readonly CachingWriteOp[], options: TransactionOptions): Promise<WriteResult[]> {
    if (ops.length === 0 && options.fence === undefined) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ops, options, bytes: bytesOf(ops), resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    // Calls made in the same tick of the event loop go into the first transaction together.
    await undefined;
    while (this.#waiting.length > 0) {
      if (this.#waiting.length < FEW && !this.limits.inRounds) await untilAllWait();
      await this.#commit(this.#take());
    }
    this.#running = false;
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

  /** The oldest call, and every later one that may be combined with it. */
  #take(): Call[] {
    const [first] = this.#waiting;
    if (first === undefined) return [];
    if (first.options.atomic) return [this.#waiting.shift() as Call];
    const keys = new Set<string>();
    const taken: Call[] = [];
    const left: Call[] = [];
    let ops = 0;
    let bytes = 0;
    let full = false;
    for (const call of this.#waiting) {
      // Once it is full it stays so, or a small call would overtake a large one of the same turn.
      full ||= taken.length > 0 && (ops + call.ops.length > this.limits.batchOps || bytes + call.bytes > this.limits.batchBytes);
      const fits = !full && !call.options.atomic && !call.ops.some((op) => keys.has(op.key));
      // A call that is not taken blocks its keys, so that no later call on them overtakes it.
      for (const op of call.ops) keys.add(op.key);
      (fits ? taken : left).push(call);
      if (fits) {
        ops += call.ops.length;
        bytes += call.bytes;
      }
    }
    this.#waiting.splice(0, this.#waiting.length, ...left);
    return taken;
  }
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
