import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from './server-process.js';

/** Milliseconds before a server that died is started anew, the first time and at most. */
const firstPause = 20;
const longestPause = 2_000;

/** A server that is started anew, at the same address, when it dies. */
export interface KeptServer {
  /** Of the process that runs now. */
  readonly pid: number;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/** How a server is kept. */
export interface KeepOptions {
  /** As it is called in what is told. */
  name: string;
  /** What ends it. */
  signal: NodeJS.Signals;
  /** Without it a server that died stays dead: tests end theirs from another process. */
  revive: boolean;
  /** Hears in a line that it died, that it could not be started (once for each reason), and that it runs again. */
  onRestart?: (line: string) => void;
}

/** Starts a server and keeps it running. Rejects when it can't be started the first time; `start` leaves nothing behind when it rejects. */
export async function keptRunning(start: () => Promise<ServerProcess>, options: KeepOptions): Promise<KeptServer> {
  const { name, signal, revive: revived, onRestart = () => undefined } = options;
  let server = await start();
  let stopping = !revived;
  let reviving = Promise.resolve();
  const revive = async (): Promise<void> => {
    onRestart(`${name} has ended: starting it again …`);
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
