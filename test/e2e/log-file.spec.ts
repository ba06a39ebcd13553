import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

interface Log {
  append(chunk: Buffer): void;
}
type LogFileClass = new (file: string, bounds?: { maxBytes: number; kept: number }) => Log;

const root = path.resolve(import.meta.dirname, '../..');
const { LogFile } = (await import(path.join(root, 'scripts/launch/log-file.mjs'))) as { LogFile: LogFileClass };

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-log-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test('a full log is rotated; few are kept, of limited size and readable only by their owner', () => {
  const file = path.join(folder, 'logs/api.log');
  const bounds = { maxBytes: 100, kept: 2 };
  const first = new LogFile(file, bounds);
  for (let n = 10; n < 30; n += 1) first.append(Buffer.from(`line ${n} ${'x'.repeat(21)}\n`));
  // Output of an earlier start counts.
  const second = new LogFile(file, bounds);
  for (let n = 30; n < 35; n += 1) second.append(Buffer.from(`line ${n} ${'x'.repeat(21)}\n`));
  const kept = fs.readdirSync(path.dirname(file)).sort();
  expect(kept).toEqual(['api.log', 'api.log.1', 'api.log.2']);
  const lines = (name: string): string[] =>
    [...fs.readFileSync(path.join(path.dirname(file), name), 'utf8').matchAll(/line (\d+)/g)].map(([, n]) => n ?? '');
  expect(kept.map(lines)).toEqual([['34'], ['31', '32', '33'], ['28', '29', '30']]);
  for (const name of kept) expect(fs.statSync(path.join(path.dirname(file), name)).mode & 0o077).toBe(0);
});

test('a log that cannot be written does not end the process', () => {
  const log = new LogFile(path.join(folder, 'full.log'), { maxBytes: 10, kept: 1 });
  fs.rmSync(folder, { recursive: true });
  expect(() => {
    for (let n = 0; n < 5; n += 1) log.append(Buffer.from('0123456789'));
  }).not.toThrow();
});
