import { createHealth } from './health.js';

const well = () => undefined;
const ill = () => Promise.reject(new Error('away'));
const silent = () => new Promise<void>(() => undefined);

test.each([
  ['all is well', { postgres: well }, { redis: well }, 200, '[+]postgres ok\n[+]redis ok\n', []],
  ['a required check fails', { postgres: ill }, { redis: well }, 500, '[-]postgres failed: reason withheld\n[+]redis ok\n', ['away']],
  ['an optional check fails', { postgres: well }, { redis: ill }, 200, '[+]postgres ok\n[+]redis degraded: reason withheld\n', ['away']],
  [
    'an optional check hangs',
    { postgres: well },
    { redis: silent },
    200,
    '[+]postgres ok\n[+]redis degraded: reason withheld\n',
    ['timed out'],
  ],
])('%s', async (_, required, optional, status, lines, reasons) => {
  const told: string[] = [];
  const health = createHealth({ required, optional }, (_name, reason) => told.push(reason));
  const text = `[+]ping ok\n${lines}[+]shutdown ok\nreadyz check ${status === 200 ? 'passed' : 'failed'}\n`;
  expect([await health.ready(true), told]).toEqual([{ status, text }, reasons]);
});

test('a process that is shutting down is not ready, but live', async () => {
  const health = createHealth({ required: {}, optional: {} }, () => undefined);
  health.drain();
  expect(await health.ready(false)).toEqual({
    status: 500,
    text: '[+]ping ok\n[-]shutdown failed: reason withheld\nreadyz check failed\n',
  });
  expect(health.live(false)).toEqual({ status: 200, text: 'ok' });
});
