import { memoryStorage } from '#storage';
import { createLog } from '../logging.js';
import { Compaction } from './compaction.js';

test('what is older than an hour and not among the newest revisions is forgotten, by whichever worker is there then', async () => {
  const admin = memoryStorage();
  await admin.create('c');
  const storage = admin.open('c');
  const cause = { requestId: 'r', user: 'u' };
  const write = async (key: string) => void (await storage.write([{ type: 'create', key, value: '{}', cause, at: 0 }]));
  const seen: number[] = [];
  // Every round is made by a worker that was just started.
  const round = async (minute: number) => {
    const options = {
      retention: { age: 3_600_000, revisions: 1, every: 600_000 },
      now: () => minute * 60_000,
      log: createLog('test', 'silent'),
    };
    await new Compaction(admin, options).round();
    seen.push(await storage.compactRevision());
  };
  await write('/r/a');
  await write('/r/b');
  await round(0);
  await write('/r/c');
  await round(30);
  await round(59);
  await round(60);
  await round(90);
  expect(seen).toEqual([0, 0, 0, 2, 2]);
});
