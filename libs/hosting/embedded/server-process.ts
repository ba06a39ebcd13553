import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';
import { startFailure } from './start-failure.js';

/** Timeout of a start, including recovery after a crash, in milliseconds. */
const readyWithin = 300_000;

/** A server that runs as a child process. */
export interface EmbeddedServer {
  /** Where clients connect, in the form of DATABASE_URL or REDIS_URL. */
  url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The path of a program on the PATH, or undefined. */
export function onPath(program: string): string | undefined {
  for (const folder of [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/bin', '/bin']) {
    const file = path.join(folder || '.', program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not here
    }
  }
  return undefined;
}

/** Wraps a command so that it gets a signal when this process dies for any reason; unchanged on systems without setpriv. */
export function dyingWithParent(command: readonly string[], signal: 'INT' | 'TERM'): string[] {
  const setpriv = onPath('setpriv');
  return setpriv ? [setpriv, '--pdeathsig', signal, ...command] : [...command];
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Waits until the process has ended; false if it still runs after `ms`. */
async function untilGone(pid: number, ms: number): Promise<boolean> {
  for (const until = performance.now() + ms; isAlive(pid); await sleep(20)) if (performance.now() > until) return false;
  return true;
}

/**
 * Stops a server that an earlier launcher left behind, but only if its command line contains our folder, because the pid may belong to
 * another program by now.
 */
export async function endOrphan(pid: number, mark: string, signal: NodeJS.Signals): Promise<void> {
  let command: string;
  try {
    command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return;
  }
  if (!command.includes(mark)) return;
  process.kill(pid, signal);
  if (await untilGone(pid, 10_000)) return;
  process.kill(pid, 'SIGKILL');
  await untilGone(pid, 5_000);
}

interface ServerOptions {
  input?: string;
  env?: NodeJS.ProcessEnv;
  log?: (text: string) => void;
  /** Ends it, with all processes that it has started, when its start is given up; default SIGKILL. */
  abandon?: NodeJS.Signals;
}

/** A server process, with the last lines of its output for the error message if it ends before it is ready. */
export class ServerProcess {
  private tail = '';
  private readonly child: ChildProcess;
  /** Resolves when it has ended for any reason. */
  readonly exited: Promise<void>;

  private readonly abandon: NodeJS.Signals;

  constructor(command: readonly string[], { input, env, log, abandon = 'SIGKILL' }: ServerOptions = {}) {
    this.abandon = abandon;
    const [program = '', ...rest] = command;
    this.child = spawn(program, rest, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      detached: true,
    });
    const hear = (chunk: Buffer): void => {
      this.tail = (this.tail + chunk.toString()).slice(-2_000);
      log?.(chunk.toString());
    };
    this.child.stdout?.on('data', hear);
    this.child.stderr?.on('data', hear);
    this.exited = new Promise((resolve) => {
      this.child.once('exit', () => resolve());
      this.child.once('error', (error) => {
        this.tail += error.message;
        resolve();
      });
    });
    this.child.stdin?.end(input);
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined;
  }

  /**
   * Calls `ready` until it returns true. If the process ends before, or takes too long, it is stopped, and an error with its last output is
   * thrown.
   */
  async untilReady(name: string, ready: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
    try {
      await this.waitFor(name, ready, signal);
    } catch (error) {
      await this.stop(this.abandon);
      throw error;
    }
  }

  private async waitFor(name: string, ready: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
    const until = performance.now() + readyWithin;
    while (!(await ready())) {
      if (this.ended) throw new Error(`the embedded ${name} did not start: ${startFailure(this.tail)}`);
      signal?.throwIfAborted();
      if (performance.now() > until) throw new Error(`the embedded ${name} was not ready after ${readyWithin / 1000} s`);
      await sleep(10);
    }
  }

  /** Stops it; kills it after `ms`. */
  async stop(signal: NodeJS.Signals, ms = 15_000): Promise<void> {
    if (this.ended) return;
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), ms);
    await this.exited;
    clearTimeout(timer);
  }
}
