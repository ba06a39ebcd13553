import { startFailure } from './start-failure.js';

const at = '2026-11-21 23:06:49.761 UTC [7061] ';
const full = 'FATAL:  could not write to file "pg_wal/xlogtemp": No space left on device';

test.each<[string, string[], string]>([
  [
    'the fatal line, not those of the shutdown after it',
    [
      `${at}LOG:  starting PostgreSQL 18.4`,
      `${at}${full.replace('xlogtemp', 'xlogtemp.7064')}`,
      `${at}FATAL:  the database system is starting up`,
      `${at}LOG:  startup process (PID 7064) exited with exit code 1`,
      `${at}LOG:  terminating any other active server processes`,
      `${at}LOG:  shutting down due to startup process failure`,
      `${at}LOG:  database system is shut down`,
    ],
    full,
  ],
  [
    'a panic',
    [`${at}PANIC:  could not locate a valid checkpoint record`, `${at}LOG:  ended`],
    'PANIC:  could not locate a valid checkpoint record',
  ],
  ['a repeated reason is reported once', [`${at}FATAL:  x`, `${at.replace('7061', '7062')}FATAL:  x`], 'FATAL:  x'],
  ['the last lines if none is fatal', ['a', 'b', `${at}LOG:  c`, 'd'], 'b | LOG:  c | d'],
  [
    'Redis',
    [
      '8123:C 21 Nov 2026 23:06:49.761 * oO0OoO0OoO0Oo Redis is starting',
      '8123:M 21 Nov 2026 23:06:49.762 # Failed listening on port 6379 (TCP), aborting.',
    ],
    'oO0OoO0OoO0Oo Redis is starting | Failed listening on port 6379 (TCP), aborting.',
  ],
  ['nothing', [], ''],
])('%s', (_, lines, reason) => {
  expect(startFailure(`${lines.join('\n')}\n`)).toBe(reason);
});

test('the same reason at another time, in another process, is the same text', () => {
  const said = (time: string, pid: number) =>
    startFailure(`2026-11-21 ${time} UTC [${pid}] FATAL:  could not open shared memory segment: No space left on device\n`);
  expect(said('23:06:49.761', 7061)).toBe(said('23:06:51.877', 7076));
});
