import type { Container } from './container.js';
import type { ContainerProcess, ProcessHost, ProcessSinks } from './exec.js';
import { startProcess } from './exec.js';
import { WATCH_CLOCK_EVERY } from './limits.js';
import type { PodMachine } from './pod-machine.js';

export interface AttachOptions {
  machine: PodMachine;
  container: Container;
  tty: boolean;
  stdin: boolean;
  sinks: ProcessSinks;
  onInputDrained?(): void;
  /** Looks whether the container has ended; its exit code, or undefined while it runs. */
  finished(): Promise<number | undefined>;
  /** The process that was attached to has ended, and the container with it. */
  ended(code: number): void;
}

/** Passes on what a container prints from now on, until it ends. */
class Listening implements ContainerProcess {
  readonly exit: Promise<number>;
  private over = false;
  private slow = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly options: AttachOptions,
    private readonly host: ProcessHost,
  ) {
    this.exit = this.listen();
  }

  write(): boolean {
    return true;
  }

  endInput(): void {}

  resize(): void {}

  drained(): void {
    this.slow = false;
  }

  kill(): void {
    this.over = true;
    this.wake?.();
  }

  private async listen(): Promise<number> {
    const { machine, container, sinks, finished } = this.options;
    const log = container.current && machine.logOf(container.current);
    let seen = log ? log.dropped + log.lines.length : 0;
    while (!this.over) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        this.host.after(WATCH_CLOCK_EVERY, resolve);
      });
      if (this.over) break;
      if (this.slow) continue;
      const code = await finished();
      await machine.advance();
      seen = Math.max(seen, log?.dropped ?? 0);
      const lines = log?.lines.slice(seen - log.dropped) ?? [];
      for (const { text, stream, partial } of lines) {
        seen += 1;
        const bytes = Buffer.from(`${text}${partial ? '' : this.options.tty ? '\r\n' : '\n'}`, 'latin1');
        const more = stream === 'stdout' || this.options.tty ? sinks.stdout(bytes) : sinks.stderr(bytes);
        if (more) continue;
        // What the client does not read stays in the log.
        this.slow = true;
        break;
      }
      if (code !== undefined && !this.slow) return code;
    }
    return 0;
  }
}

/**
 * Attaches to a container's own process. If the container reads standard input, its process runs in the session of the client that brings the
 * input, from its start; otherwise what it prints is passed on.
 */
export function startAttached(options: AttachOptions, host: ProcessHost): ContainerProcess {
  const { container, stdin, sinks, onInputDrained, ended } = options;
  if (!stdin || !container.spec.stdin) return new Listening(options, host);
  const tty = container.spec.tty === true;
  const process = startProcess(
    container,
    { command: container.argv, tty, stdin, sinks, ...(onInputDrained ? { onInputDrained } : {}) },
    host,
  );
  process.exit.then(ended, () => ended(1));
  return process;
}
