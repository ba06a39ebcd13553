import { Worker } from 'node:worker_threads';
import type { ApiRequest, ApiResponse, UserInfo } from '#apiserver';
import type { LongAnswer, LongWork } from '#graphql';
import { LARGE_REQUESTS, type Log } from '#hosting';
import type { ApiConfig } from '../config.js';

/** What the thread needs to answer requests. */
export interface LargeRequestSettings {
  config: ApiConfig;
  tokenKey: string;
}

/** Long work of a cluster's graph, and who asks for it. */
export interface LargeWork {
  work: LongWork;
  user: UserInfo;
  requestId: string;
  userAgent: string;
  address: string;
}

/** What the thread is asked. The host has authenticated it. */
export type LargeTask = { cluster: string } & ({ request: ApiRequest } | LargeWork);

/** What is asked for. */
interface Asked {
  response: ApiResponse;
  worked: LongAnswer;
}

/** What the thread answers: `gone` if the cluster does not exist any more; `failed` with an unexpected error. */
export type LargeAnswer = Partial<Asked & { failed: Error }> | 'gone';

/** What the thread says: that it takes requests, or an answer. */
export type FromThread = 'ready' | { id: number; answer: LargeAnswer };

interface Waiting {
  resolve(answer: LargeAnswer): void;
  reject(error: Error): void;
}

const PROGRAM = new URL('./large-request-thread.js', import.meta.url);
/** How long the thread may take to end by itself (ms). */
const ENDING = 3_000;

/** What was asked for, if it is answered; throws what failed. */
function taken<P extends keyof Asked>(answer: LargeAnswer | undefined, part: P): Asked[P] | 'gone' | undefined {
  if (answer === undefined || answer === 'gone') return answer;
  const { [part]: found, failed } = answer;
  if (found) return found;
  throw failed ?? new Error('the thread for large requests answered another one');
}

/** The memory of a body, if nothing else is in it: it is handed over instead of being copied. */
const ownMemory = (body: Uint8Array | undefined): ArrayBuffer[] =>
  body?.buffer instanceof ArrayBuffer && body.byteLength === body.buffer.byteLength ? [body.buffer] : [];

/**
 * Answers requests with long bodies in a thread, which is to the clusters what another process of the service is: parsing, validating and
 * comparing a megabyte takes tens of milliseconds in steps that cannot be interrupted, for which no other tenant should wait. The thread is
 * started by the first such request, which waits for it, and ends when there has been none for some time.
 * Long work of clusters' graphs is done there, too.
 */
export class LargeRequests {
  private thread: Worker | undefined;
  private isReady = false;
  /** Resolves when the thread takes requests, has ended, or has not started for so long that nobody should wait any more. */
  private starting: Promise<void> = Promise.resolve();
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly settings: LargeRequestSettings,
    private readonly log: Log,
  ) {}

  /**
   * Undefined if the caller has to answer the request: its body is short. Otherwise the body is handed over, and must not be used unless the
   * promise resolves with undefined: the request waited for the thread in vain.
   */
  answer(cluster: string, request: ApiRequest): Promise<ApiResponse | 'gone' | undefined> | undefined {
    const length = request.body?.byteLength ?? 0;
    if (length < LARGE_REQUESTS.bytes) return undefined;
    return this.hand({ cluster, request })?.then((answer) => taken(answer, 'response'));
  }

  /** Likewise for work of a cluster's graph, which its caller has found to be long. */
  work(cluster: string, asked: LargeWork): Promise<LongAnswer | 'gone' | undefined> | undefined {
    return this.hand({ cluster, ...asked })?.then((answer) => taken(answer, 'worked'));
  }

  /** Hands a task to the thread when that has started. */
  private hand(task: LargeTask): Promise<LargeAnswer | undefined> | undefined {
    if (this.closed) return undefined;
    this.thread ??= this.start();
    this.rest();
    if (this.isReady) return this.ask(task);
    return this.starting.then(() => (this.isReady ? this.ask(task) : undefined));
  }

  private ask(task: LargeTask): Promise<LargeAnswer> {
    this.asked += 1;
    const id = this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.thread?.postMessage({ id, task }, 'request' in task ? ownMemory(task.request.body) : []);
    });
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    this.closed = true;
    await this.end();
  }

  private start(): Worker {
    const { heapMegabytes } = LARGE_REQUESTS;
    const thread = new Worker(PROGRAM, {
      workerData: this.settings,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: 64 },
    });
    thread.unref();
    this.log.info('the thread for large requests starts');
    this.starting = new Promise((resolve) => {
      const late = setTimeout(resolve, LARGE_REQUESTS.patience);
      const over = () => {
        clearTimeout(late);
        resolve();
      };
      thread.once('message', over);
      thread.once('exit', over);
    });
    thread.on('message', (message: FromThread) => this.hear(message));
    thread.on('error', (error: Error) => this.log.error({ err: error }, 'the thread for large requests failed'));
    thread.on('exit', () => {
      if (this.thread !== thread) return;
      this.thread = undefined;
      this.isReady = false;
      for (const { reject } of this.waiting.values()) reject(new Error('the thread for large requests ended'));
      this.waiting.clear();
    });
    return thread;
  }

  private hear(message: FromThread): void {
    if (message === 'ready') {
      this.isReady = true;
      this.log.info('the thread for large requests is ready');
      return;
    }
    const { id, answer } = message;
    const asked = this.waiting.get(id);
    this.waiting.delete(id);
    asked?.resolve(answer);
  }

  private rest(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.waiting.size === 0 ? void this.end() : this.rest()), LARGE_REQUESTS.idle);
    this.timer.unref();
  }

  private async end(): Promise<void> {
    clearTimeout(this.timer);
    const { thread } = this;
    if (thread === undefined) return;
    this.isReady = false;
    const gone = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
    thread.postMessage('end');
    const late = setTimeout(() => void thread.terminate(), ENDING);
    await gone;
    clearTimeout(late);
  }
}
