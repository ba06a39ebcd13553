import type { corev1 } from '#api';
import { memoryStorage } from '#storage';
import { buildTemplate } from './template.js';
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
    return { objects: [object] };
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

test('the plain template that another one was made from is kept with it, as it would have been built', async () => {
  const admin = memoryStorage();
  let built = 0;
  const build = (shape: Parameters<typeof buildTemplate>[0]) => {
    built += 1;
    return buildTemplate(shape);
  };
  const over = (store: typeof admin) => clusterTemplates({ admin: store, rootCA: 'ca', build, version: '1', now: () => 0 });
  const templates = over(admin);
  await templates.of({ nodes, storage: 'local-path' });
  const plain = await templates.of({ nodes });
  const other = memoryStorage();
  const alone = await over(other).of({ nodes });
  const objects = async (store: typeof admin, cluster: string) => (await store.open(cluster).list({ prefix: '/' })).items;
  expect(built).toBe(2);
  expect(await objects(admin, plain.cluster)).toEqual(await objects(other, alone.cluster));
});

test('cloud-controller-manager of a cluster that is made in a cloud is there and ready, and its nodes are initialized', async () => {
  const { objects } = await buildTemplate({ nodes: { ...nodes, count: 4, controlPlanes: 3 }, cloud: true, rootCA: 'ca' });
  const at = (prefix: string) => objects.filter(({ key }) => key.startsWith(prefix)).map(({ value }) => JSON.parse(value));
  const pods: corev1.Pod[] = at('/registry/pods/kube-system/cloud-controller-manager-');
  expect(pods.map(({ metadata, status }) => [metadata.name, status?.containerStatuses?.[0]?.ready])).toEqual(
    ['control-plane', 'control-plane-2', 'control-plane-3'].map((node) => [`cloud-controller-manager-${node}`, true]),
  );
  const made: corev1.Node[] = at('/registry/minions/');
  expect(made.map(({ spec }) => /^orrery:/.test(spec.providerID ?? ''))).toEqual([true, true, true, true]);
  const [first] = made;
  expect(first?.status?.images?.flatMap(({ names = [] }) => names)).toContainEqual(expect.stringContaining('cloud-controller-manager'));
  expect(at('/registry/leases/kube-system/cloud-controller-manager')).toHaveLength(1);
});
