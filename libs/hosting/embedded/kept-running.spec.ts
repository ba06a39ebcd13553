import { until } from '../../../test/service.js';
import { keptRunning } from './kept-running.js';
import type { ServerProcess } from './server-process.js';

/** A process that ends when it is told to. */
function processOf(pid: number) {
  let end = (): void => undefined;
  const exited = new Promise<void>((resolve) => {
    end = resolve;
  });
  const stop = async () => end();
  return { server: { pid, exited, stop } as unknown as ServerProcess, end };
}

test('a server that cannot be started again is tried until it can, and each reason is said once', async () => {
  const first = processOf(1);
  const outcomes: Array<ServerProcess | Error> = [
    first.server,
    ...Array.from({ length: 3 }, () => new Error('no space left')),
    new Error('no memory left'),
    processOf(2).server,
  ];
  const said: string[] = [];
  const kept = await keptRunning(
    async () => {
      const outcome = outcomes.shift();
      if (outcome instanceof Error) throw outcome;
      return outcome as ServerProcess;
    },
    { name: 'PostgreSQL', signal: 'SIGINT', revive: true, onRestart: (line) => said.push(line) },
  );
  first.end();
  expect(await until(() => kept.pid === 2)).toBe(true);
  expect(said).toEqual([
    'PostgreSQL has ended: restarting it …',
    'no space left. Trying again …',
    'no memory left. Trying again …',
    'PostgreSQL runs again (pid 2).',
  ]);
  await kept.stop();
});
