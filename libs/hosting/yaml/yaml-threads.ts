import { Worker } from 'node:worker_threads';
import { type ConvertedYaml, type YamlDecoder, yamlToJson } from '#api/yaml';
import { timeout, tooLarge } from '#apimachinery';
import { TooManyRequests } from '#apiserver';
import { YAML_LIMITS, type YamlLimits } from './limits.js';

interface Job {
  text: string;
  done(converted: ConvertedYaml): void;
  fail(error: Error): void;
}

/** The waiting documents of one tenant. */
interface Queue {
  jobs: Job[];
  length: number;
}

const PROGRAM = new URL('./yaml-thread.js', import.meta.url);

export interface YamlThreadsOptions {
  limits?: YamlLimits;
  /** The program of the threads; default the compiled yaml-thread.js beside this file. */
  program?: URL;
}

interface ThreadOptions {
  limits: YamlLimits;
  program: URL;
  /** The thread is free, or has ended. */
  onChange(): void;
}

/** A thread that processes one document after another until it ends. */
class YamlThread {
  state: 'free' | 'busy' | 'ending' | 'ended' = 'free';
  private readonly worker: Worker;
  private job: Job | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ThreadOptions) {
    const { program, limits } = options;
    this.worker = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: limits.heap } });
    this.worker.on('message', (converted: ConvertedYaml) => this.finish(converted));
    this.worker.on('error', (error: Error & { code?: string }) => {
      const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.fail(outOfMemory ? tooLarge('the YAML document takes too much memory') : error);
    });
    this.worker.on('exit', (code) => {
      this.fail(new Error(`the thread that converts YAML ended with ${code}`));
      this.state = 'ended';
      options.onChange();
    });
    this.rest();
  }

  start(job: Job): void {
    this.job = job;
    this.state = 'busy';
    this.worker.ref();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.fail(timeout('the YAML document could not be converted in time'));
      void this.end();
    }, this.options.limits.timeout);
    this.worker.postMessage(job.text);
  }

  async end(): Promise<void> {
    this.state = 'ending';
    await this.worker.terminate();
  }

  /** Waits a while for the next document. A waiting thread does not keep the process alive. */
  private rest(): void {
    this.worker.unref();
    this.timer = setTimeout(() => void this.end(), this.options.limits.idle);
    this.timer.unref();
  }

  private fail(error: Error): void {
    clearTimeout(this.timer);
    this.state = 'ending';
    const { job } = this;
    this.job = undefined;
    job?.fail(error);
  }

  private finish(converted: ConvertedYaml): void {
    // A result after the timeout is ignored.
    if (this.state !== 'busy') return;
    clearTimeout(this.timer);
    const { job } = this;
    this.job = undefined;
    this.state = 'free';
    job?.done(converted);
    this.rest();
    this.options.onChange();
  }
}

/**
 * Converts YAML outside of the event loop, except for short documents. Tenants take turns with one document each, so that however much YAML
 * a tenant sends, another's waits for at most one document per thread. A thread that dies fails its document.
 */
export class YamlThreads implements YamlDecoder {
  private readonly waiting = new Map<string, Queue>();
  private readonly threads = new Set<YamlThread>();
  private readonly limits: YamlLimits;
  private readonly program: URL;
  private closed = false;

  constructor({ limits = YAML_LIMITS, program = PROGRAM }: YamlThreadsOptions = {}) {
    this.limits = limits;
    this.program = program;
  }

  async convert(tenant: string, text: string): Promise<ConvertedYaml> {
    // Only anchors can make a short text expensive.
    if (text.length <= this.limits.inline && !text.includes('&')) return yamlToJson(text);
    if (this.closed) throw new TooManyRequests();
    const queue = this.waiting.get(tenant) ?? { jobs: [], length: 0 };
    const { waiting, waitingLength } = this.limits;
    if (queue.jobs.length >= waiting || queue.length + text.length > waitingLength) throw new TooManyRequests();
    return new Promise<ConvertedYaml>((done, fail) => {
      queue.jobs.push({ text, done, fail });
      queue.length += text.length;
      this.waiting.set(tenant, queue);
      this.next();
    });
  }

  /** Stops the threads; waiting documents are rejected. */
  async close(): Promise<void> {
    this.closed = true;
    for (const { jobs } of this.waiting.values()) for (const { fail } of jobs) fail(new TooManyRequests());
    this.waiting.clear();
    await Promise.all([...this.threads].map((thread) => thread.end()));
  }

  private next(): void {
    while (this.waiting.size > 0) {
      const thread = this.freeThread();
      if (thread === undefined) return;
      const job = this.take();
      if (job !== undefined) thread.start(job);
    }
  }

  /** The first document of the tenant whose turn it is; the tenant's other documents move behind all other tenants. */
  private take(): Job | undefined {
    const [first] = this.waiting;
    if (first === undefined) return undefined;
    const [tenant, queue] = first;
    const job = queue.jobs.shift();
    queue.length -= job?.text.length ?? 0;
    this.waiting.delete(tenant);
    if (queue.jobs.length > 0) this.waiting.set(tenant, queue);
    return job;
  }

  private freeThread(): YamlThread | undefined {
    for (const thread of this.threads) if (thread.state === 'free') return thread;
    if (this.closed || this.threads.size >= this.limits.threads) return undefined;
    const thread: YamlThread = new YamlThread({
      limits: this.limits,
      program: this.program,
      onChange: () => {
        if (thread.state === 'ended') this.threads.delete(thread);
        this.next();
      },
    });
    this.threads.add(thread);
    return thread;
  }
}
