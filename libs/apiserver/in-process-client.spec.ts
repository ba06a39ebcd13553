import { ConfigMap } from '#api';
import type { KubeObject } from '#apimachinery';
import type { CachedObject } from '#cacher';
import { inProcessClient } from './in-process-client.js';
import { testCluster } from './test-cluster.js';

const map = (x: string): KubeObject & { data: Record<string, string> } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'default' },
  data: { x },
});

test('what an object was before an update is told to those who ask, and looked at again for nobody else', async () => {
  const { server, store } = await testCluster();
  const client = inProcessClient(server);
  // A watched cluster is in memory.
  await client.watch(ConfigMap, {}, { event: () => undefined, end: () => undefined });
  await client.create(ConfigMap, map('1'));
  /** How often the update to a value looks at what is stored. */
  const looks = async (x: string, report?: (told: { before?: KubeObject }) => void) => {
    const stored = store.peek('/registry/configmaps/default/a') as CachedObject;
    const { object } = stored;
    let count = 0;
    Object.defineProperty(stored, 'object', {
      get() {
        count += 1;
        return object;
      },
    });
    await client.update(ConfigMap, map(x), report && { report });
    return count;
  };
  let before: KubeObject | undefined;
  const unasked = await looks('2');
  const asked = await looks('3', (told) => {
    before = told.before;
  });
  expect({ before, more: asked - unasked }).toMatchObject({ before: { data: { x: '2' } }, more: 1 });
});
