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

/**
 * Starts a server and keeps it running. Rejects when it can't be started the first time; `start` leaves nothing behind when it rejects.
 * Without `revive` a server that died stays dead: tests end theirs from another process.
 */
export async function keptRunning(
  start: () => Promise<ServerProcess>,
  { signal, revive: revived }: { signal: NodeJS.Signals; revive: boolean },
): Promise<KeptServer> {
  let server = await start();
  let stopping = !revived;
  let reviving = Promise.resolve();
  const revive = async (): Promise<void> => {
    for (let pause = firstPause; !stopping; pause = Math.min(pause * 2, longestPause)) {
      await sleep(pause);
      if (stopping) return;
      const started = await start().catch(() => undefined);
      if (started === undefined) continue;
      server = started;
      watch();
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
