import { EventEmitter } from 'node:events';
import { createLog } from './logging.js';
import { scrubber } from './secrets.js';

const password = 'p"w/d-4711';
const url = `redis://me:${encodeURIComponent(password)}@127.0.0.1:6379`;
const env = { REDIS_URL: url, DATABASE_URL: 'postgres://u:hunter222@db/x', ORRERY_ADMIN_TOKEN: 'admin-token-4711' };

/** The parsed log lines for what is logged. */
function written(write: (log: ReturnType<typeof createLog>) => void): { lines: Array<Record<string, unknown>>; text: string } {
  let text = '';
  write(
    createLog('api', 'info', scrubber(env), {
      write: (line) => {
        text += line;
      },
    }),
  );
  return {
    lines: text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    text,
  };
}

class Connection extends EventEmitter {
  readonly options = { password };
}

test('of an error and its causes only the listed fields are logged', () => {
  const cause = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['default', password] }, code: 'EAUTH' });
  const warning = Object.assign(new Error('leak detected', { cause }), {
    emitter: new Connection(),
    count: 11,
    name: 'MaxListenersExceededWarning',
  });
  const { lines, text } = written((log) => log.warn({ err: warning, cluster: 'c1' }, 'warning of the runtime'));
  expect(lines).toEqual([
    {
      level: 'warn',
      time: expect.any(String),
      process: 'api',
      pid: process.pid,
      err: {
        type: 'MaxListenersExceededWarning',
        message: 'leak detected',
        stack: expect.stringContaining('leak detected'),
        cause: { type: 'Error', message: 'WRONGPASS', stack: expect.any(String), code: 'EAUTH' },
      },
      cluster: 'c1',
      msg: 'warning of the runtime',
    },
  ]);
  for (const secret of [password, encodeURIComponent(password), '4711']) expect(text).not.toContain(secret);
});

test('of other objects the plain fields are logged, up to a size, except for credentials', () => {
  const round: Record<string, unknown> = { n: 1 };
  round.self = round;
  const { lines } = written((log) =>
    log.info({
      connection: new Connection(),
      token: 'x',
      headers: { authorization: 'Bearer x', host: 'h' },
      round,
      at: new Date(0),
      big: 7n,
      list: [1],
    }),
  );
  expect(lines).toMatchObject([
    {
      connection: '[Connection]',
      token: '[redacted]',
      headers: { authorization: '[redacted]', host: 'h' },
      round: { n: 1, self: { n: 1, self: '[Object]' } },
      at: '1970-01-01T00:00:00.000Z',
      big: '7',
      list: [1],
    },
  ]);
});

test.each([
  ['the URL', `can't reach ${url}`, `can't reach redis://[redacted]@127.0.0.1:6379`],
  ['another URL', 'see https://ann:secret@host/x', 'see https://[redacted]@host/x'],
  ['the password', `AUTH ${password} failed`, 'AUTH [redacted] failed'],
  ['the escaped password', `AUTH ${encodeURIComponent(password)} failed`, 'AUTH [redacted] failed'],
  ["the database's password", 'password hunter222 is wrong', 'password [redacted] is wrong'],
  ['the platform token', 'Bearer admin-token-4711', 'Bearer [redacted]'],
  ['an address of no secret', 'me@host, //comment', 'me@host, //comment'],
])('%s is not logged, wherever it occurs', (_, said, expected) => {
  const { lines } = written((log) => log.error(new Error(said), said));
  expect(lines).toMatchObject([{ msg: expected, err: { message: expected } }]);
});

test('the size of log entries is limited', () => {
  const { text } = written((log) => log.error({ err: new Error('x'.repeat(1_000_000)), many: Array(100_000).fill('y') }, 'long'));
  expect(text.length).toBeLessThan(20_000);
});
