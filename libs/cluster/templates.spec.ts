import { memoryStorage } from '#storage';
import { clusterTemplates, removeUnusedTemplates } from './templates.js';

const DAY = 24 * 3_600_000;
const nodes = { count: 1, cpu: '1', memory: '1Gi', pods: 110 };
const object = { key: '/registry/namespaces/default', value: '{}', createRevision: 1, modRevision: 1, version: 1 };

test('templates of other builds, and of shapes that are no longer used, are removed', async () => {
  const admin = memoryStorage();
  let now = 0;
  let built = 0;
  const build = async () => {
    built += 1;
    return [object];
  };
  const ofBuild = (version: string) => clusterTemplates({ admin, rootCA: 'ca', build, version, now: () => now });
  const [former, current] = [ofBuild('1'), ofBuild('2')];
  const old = await former.of({ nodes });
  const once = await current.of({ nodes: { ...nodes, count: 2 } });
  const kept = await current.of({ nodes });
  const exist = () => Promise.all([old, once, kept].map(({ cluster }) => admin.exists(cluster)));
  now = 6 * DAY;
  await current.of({ nodes });
  await removeUnusedTemplates(admin, now);
  const seen = [await exist()];
  now = 8 * DAY;
  await removeUnusedTemplates(admin, now);
  seen.push(await exist());
  // It is built again on the next request.
  await former.of({ nodes });
  await removeUnusedTemplates(admin, now);
  seen.push(await exist());
  expect([seen, built]).toEqual([
    [
      [true, true, true],
      [false, false, true],
      [true, false, true],
    ],
    4,
  ]);
});
