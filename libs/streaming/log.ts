import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { ApiResponse, ByteStream, Pieces, RestScope, StorageProvider, StreamSink } from '#apiserver';
import { type ContainerLog, type LogLine, PodMachine } from '#node';
import { STREAM_LIMITS } from './limits.js';
import { type LogOptions, logOptions } from './log-options.js';
import { checkLogExists, instanceOf, LogWriter } from './log-source.js';
import { takeConnection } from './open-connections.js';
import { checkNode, containerNameOf, podOf, worldOf } from './target.js';

const PLAIN = { 'content-type': 'text/plain' };
/** Lines that are made into bytes without yielding. */
const BATCH = 1000;

/** One container's log as of now. */
interface OpenLog {
  machine: PodMachine;
  log: ContainerLog | undefined;
  /** The start that printed it. */
  id: string;
  ended: boolean;
}

async function openLog(scope: RestScope, pod: corev1.Pod, container: string, options: LogOptions): Promise<OpenLog> {
  const machine = await PodMachine.opened(pod, worldOf(scope), { logged: container });
  const found = machine.get(container);
  const instance = found && instanceOf(found, options);
  return {
    machine,
    log: instance && machine.logOf(instance),
    id: instance?.id ?? '',
    ended: instance === undefined || instance.finishedAt !== undefined,
  };
}

async function* chunksOf(lines: readonly LogLine[], writer: LogWriter, work: RestScope['work']): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < lines.length && !writer.full; at += BATCH) {
    const bytes = writer.write(lines.slice(at, at + BATCH));
    if (bytes.length > 0) yield bytes;
    const pause = work.pause();
    if (pause) await pause;
  }
}

const tailed = (lines: readonly LogLine[], { tailLines }: LogOptions): readonly LogLine[] =>
  tailLines === undefined ? lines : tailLines === 0 ? [] : lines.slice(-tailLines);

/** A log that is followed until its container ends, the pod is gone or the client leaves. */
class FollowedLog implements ByteStream {
  private sink: StreamSink | undefined;
  private paused = false;
  private over = false;
  private cancel: (() => void) | undefined;
  /** Lines of the log that have been sent, those before them that were not asked for and those that were dropped included. */
  private seen: number;
  private readonly writer: LogWriter;
  private flushing = false;

  constructor(
    private readonly scope: RestScope,
    private readonly options: LogOptions & { container: string },
    private pod: corev1.Pod,
    private open: OpenLog,
    private readonly release: () => void,
  ) {
    this.writer = new LogWriter(options);
    const { log } = open;
    this.seen = log ? log.dropped + log.lines.length - tailed(log.lines, options).length : 0;
  }

  start(sink: StreamSink): void {
    this.sink = sink;
    void this.flush();
    this.schedule();
  }

  drained(): void {
    this.paused = false;
    void this.flush();
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    this.cancel?.();
    this.release();
    this.sink?.end();
  }

  /** Sends lines as fast as the client reads and the tenant's turns allow; what it has not read stays in the log. */
  private async flush(): Promise<void> {
    if (this.flushing) return;
    this.flushing = true;
    for (let lines = this.next(); lines.length > 0 && !this.paused && !this.over && this.sink; lines = this.next()) {
      this.seen += lines.length;
      const bytes = this.writer.write(lines);
      if (bytes.length > 0) this.paused = !this.sink.write(bytes);
      const pause = this.scope.work.pause();
      if (pause) await pause;
    }
    this.flushing = false;
    if (this.paused || this.over || !this.sink) return;
    this.open.log?.forget();
    if (this.open.ended || this.writer.full) this.close();
  }

  /** The lines to be sent next; those that the log has dropped are left out. */
  private next(): readonly LogLine[] {
    const { log } = this.open;
    if (!log || this.writer.full) return [];
    this.seen = Math.max(this.seen, log.dropped);
    const from = this.seen - log.dropped;
    return log.lines.slice(from, from + BATCH);
  }

  private schedule(): void {
    if (this.over) return;
    this.cancel = this.scope.cluster.timers.after(STREAM_LIMITS.followEvery, () => {
      this.look().then(
        () => this.schedule(),
        () => this.close(),
      );
    });
  }

  private async look(): Promise<void> {
    // What the reader has not taken yet is enough.
    if (this.paused || this.flushing) return;
    const { scope, options } = this;
    const { namespace = '', name, uid } = this.pod.metadata;
    const pod = await scope.cluster.reader.get<corev1.Pod & KubeObject>('', 'pods', namespace, name);
    if (pod === undefined || pod.metadata.uid !== uid) {
      this.open = { ...this.open, ended: true };
      await this.flush();
      return;
    }
    if (pod.metadata.resourceVersion !== this.pod.metadata.resourceVersion) {
      this.pod = pod;
      const next = await openLog(scope, pod, options.container, options);
      // Another start of the container has another log: this one has ended. What it printed last is its previous log.
      if (next.id !== this.open.id) {
        const former = await openLog(scope, pod, options.container, { ...options, previous: true });
        this.open = former.id === this.open.id ? former : { ...this.open, ended: true };
      } else this.open = next;
    } else await this.open.machine.advance();
    await this.flush();
  }
}

async function getLog(scope: RestScope, query: URLSearchParams): Promise<ApiResponse> {
  const given = logOptions(query, scope.name, scope.cluster.clock.now());
  const pod = await podOf(scope);
  const container = containerNameOf(pod, given.container);
  if (!pod.spec?.nodeName) return { status: 204, headers: {} };
  await checkNode(scope, pod, `/containerLogs/${pod.metadata.namespace}/${pod.metadata.name}/${container}`);
  checkLogExists(pod, container, given.previous);
  const options = { ...given, container };
  const open = await openLog(scope, pod, container, options);
  if (given.follow && !open.ended)
    return { status: 200, headers: { ...PLAIN }, stream: new FollowedLog(scope, options, pod, open, takeConnection(scope)) };
  const lines = open.log ? tailed(open.log.lines, options) : [];
  const pieces: Pieces = { chunks: chunksOf(lines, new LogWriter(options), scope.work), close: () => undefined };
  return { status: 200, headers: { ...PLAIN }, pieces };
}

/** pods/log: what a container has printed (pkg/registry/core/pod/rest LogREST). */
export const podLog: StorageProvider = {
  group: '',
  resource: 'pods',
  subresource: 'log',
  capabilities: () => ({ connect: (scope, _request, query) => getLog(scope, query) }),
};
