import type { RestScope } from '#apiserver';
import { ByteQueue, CannotStart } from '#node';
import { STREAM_LIMITS } from '../limits.js';
import type { Outcome } from './exit-status.js';

/** The streams that a client has asked for. */
export interface RemoteOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** How a protocol carries a process's streams. `false`: the client reads too slowly. */
export interface RemoteStreams {
  stdout(bytes: Buffer): boolean;
  stderr(bytes: Buffer): boolean;
  /** The process has ended: sends the outcome and closes everything. */
  finish(outcome: Outcome): void;
  /** The process can take more input. */
  inputDrained(): void;
}

/** Something that runs at the other end: a command, or a container's own process. */
export interface RemoteRun {
  write(bytes: Buffer): boolean;
  endInput(): void;
  resize(columns: number, rows: number): void;
  drained(): void;
  kill(): void;
  readonly exit: Promise<number>;
}

export interface RunSinks {
  stdout(bytes: Buffer): boolean;
  stderr(bytes: Buffer): boolean;
  inputDrained(): void;
}

/** Bytes of input from which a client waits for the process to start. */
const EARLY_INPUT = 64 * 1024;

/** Starts what runs. Throws CannotStart. */
export type StartRun = (sinks: RunSinks) => RemoteRun;

/** A process with its client: passes bytes both ways, at a bounded rate, and reports its end. */
export class RemoteProcess {
  private run: RemoteRun | undefined;
  private streams: RemoteStreams | undefined;
  private sent = 0;
  private windowEnd = 0;
  private cancel: (() => void) | undefined;
  private slow = false;
  private over = false;
  /** Input that has come before the process was started, and whether it ended there. */
  private readonly early = new ByteQueue();
  private earlyEnd = false;

  constructor(
    private readonly scope: RestScope,
    private readonly start: StartRun,
    private readonly options: RemoteOptions,
    private readonly command: readonly string[],
  ) {}

  /** The client is ready: starts what runs. */
  begin(streams: RemoteStreams): void {
    this.streams = streams;
    const { stdout, stderr } = this.options;
    try {
      this.run = this.start({
        stdout: (bytes) => (stdout ? this.send(bytes, (part) => streams.stdout(part)) : true),
        stderr: (bytes) => (stderr ? this.send(bytes, (part) => streams.stderr(part)) : true),
        inputDrained: () => streams.inputDrained(),
      });
    } catch (error) {
      if (!(error instanceof CannotStart)) throw error;
      this.finish({ error: error.message });
      return;
    }
    if (this.early.length > 0 && this.run.write(this.early.take(this.early.length))) streams.inputDrained();
    if (this.earlyEnd) this.run.endInput();
    this.run.exit.then(
      (code) => this.finish({ code, command: this.command }),
      () => this.finish({ error: 'the process failed' }),
    );
  }

  private finish(outcome: Outcome): void {
    if (this.over) return;
    this.over = true;
    this.cancel?.();
    this.streams?.finish(outcome);
  }

  /** Sends output; false while the client reads too slowly, or more was sent than the rate allows. */
  private send(bytes: Buffer, write: (bytes: Buffer) => boolean): boolean {
    if (this.over) return true;
    if (!write(bytes)) this.slow = true;
    const now = this.scope.cluster.timers.now();
    if (now >= this.windowEnd) {
      this.windowEnd = now + STREAM_LIMITS.window;
      this.sent = 0;
    }
    this.sent += bytes.length;
    if (this.sent >= STREAM_LIMITS.burst && this.cancel === undefined) {
      this.cancel = this.scope.cluster.timers.after(Math.max(1, this.windowEnd - now), () => {
        this.cancel = undefined;
        if (!this.slow) this.run?.drained();
      });
    }
    return !this.slow && this.cancel === undefined;
  }

  write(bytes: Buffer): boolean {
    if (this.run) return this.run.write(bytes);
    if (this.over) return true;
    this.early.append(bytes);
    return this.early.length < EARLY_INPUT;
  }

  endInput(): void {
    this.earlyEnd = true;
    this.run?.endInput();
  }

  /** A message of the resize channel: `{"Width":80,"Height":24}`. */
  resize(bytes: Buffer): void {
    if (bytes.length > 200) return;
    const [, width] = /"[Ww]idth"\s*:\s*(\d{1,5})\b/.exec(bytes.toString('latin1')) ?? [];
    const [, height] = /"[Hh]eight"\s*:\s*(\d{1,5})\b/.exec(bytes.toString('latin1')) ?? [];
    if (width !== undefined && height !== undefined) this.run?.resize(Number(width), Number(height));
  }

  drained(): void {
    this.slow = false;
    if (this.cancel === undefined) this.run?.drained();
  }

  /** The client has gone. */
  gone(): void {
    this.over = true;
    this.early.clear();
    this.cancel?.();
    this.run?.kill();
  }
}

/** A run whose end is reported after its files have been kept, so that the next command sees them. */
export function keeping(run: RemoteRun, keep: () => Promise<void>): RemoteRun {
  const exit = run.exit.then(async (code) => {
    await keep();
    return code;
  });
  return {
    write: (bytes) => run.write(bytes),
    endInput: () => run.endInput(),
    resize: (columns, rows) => run.resize(columns, rows),
    drained: () => run.drained(),
    kill: () => run.kill(),
    exit,
  };
}
