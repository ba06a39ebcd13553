import { memoryStorage } from '#storage';
import { createLog } from '../logging.js';
import { Compaction } from './compaction.js';

test('a round compacts to where the log stood at the round before', async () => {
  const admin = memoryStorage();
  await admin.create('c');
  const storage = admin.open('c');
  const cause = { requestId: 'r', user: 'u' };
  const write = async (key: string) => void (await storage.write([{ type: 'create', key, value: '{}', cause, at: 0 }]));
  const compaction = new Compaction(admin, createLog('test', 'silent'));
  const seen: number[] = [];
  const round = async () => {
    await compaction.round();
    seen.push(await storage.compactRevision());
  };
  await write('/r/a');
  await round();
  await write('/r/b');
  await round();
  await round();
  await round();
  expect(seen).toEqual([0, 1, 2, 2]);
});
