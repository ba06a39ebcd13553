import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from './server-process.js';

/** Delay before a server that died is restarted: the first and the maximum, in milliseconds. */
const firstPause = 20;
const longestPause = 2_000;

/** A server that is restarted, at the same address, when it dies. */
export interface KeptServer {
  /** Of the current process. */
  readonly pid: number;
  /** Stops it permanently. */
  stop(): Promise<void>;
}

/** How a server is kept running. */
export interface KeepOptions {
  /** Its name in messages. */
  name: string;
  /** Stops it. */
  signal: NodeJS.Signals;
  /** Unset: a server that died is not restarted; tests stop theirs from another process. */
  revive: boolean;
  /** Called with a line when it died, when it could not be started (once per reason), and when it runs again. */
  onRestart?: (line: string) => void;
}

/** Starts a server and keeps it running. Rejects if the first start fails; `start` must leave nothing behind when it rejects. */
export async function keptRunning(start: () => Promise<ServerProcess>, options: KeepOptions): Promise<KeptServer> {
  const { name, signal, revive: revived, onRestart = () => undefined } = options;
  let server = await start();
  let stopping = !revived;
  let reviving = Promise.resolve();
  const revive = async (): Promise<void> => {
    onRestart(`${name} has ended: restarting it …`);
    let told = '';
    for (let pause = firstPause; !stopping; pause = Math.min(pause * 2, longestPause)) {
      await sleep(pause);
      if (stopping) return;
      const started = await start().catch((error: Error) => error);
      if (started instanceof Error) {
        if (started.message !== told && !stopping) onRestart(`${started.message}. Trying again …`);
        told = started.message;
        continue;
      }
      server = started;
      watch();
      if (!stopping) onRestart(`${name} runs again (pid ${server.pid}).`);
      return;
    }
  };
  const watch = (): void => {
    server.exited.then(() => {
      if (!stopping) reviving = revive();
    });
  };
  watch();
  return {
    get pid() {
      return server.pid;
    },
    async stop() {
      stopping = true;
      await reviving;
      await server.stop(signal);
    },
  };
}
