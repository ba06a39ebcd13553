import { describe, expect, test } from '@jest/globals';
import { testCluster } from './test-cluster.js';

const PATH = '/api/v1/namespaces/ns/configmaps';
const configMap = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
});

async function filled(names: readonly string[]) {
  const cluster = await testCluster();
  for (const name of names) await cluster.call('POST', PATH, { body: configMap(name, { first: name[0] ?? '' }) });
  const page = async (query: string) => {
    const { status, body } = await cluster.call('GET', `${PATH}?${query}`);
    const items = (body.items ?? []) as unknown as Array<{ metadata: { name: string } }>;
    return {
      status,
      names: items.map(({ metadata }) => metadata.name),
      metadata: body.metadata as unknown as Record<string, unknown>,
      message: body.message,
    };
  };
  return { cluster, page };
}

describe('lists', () => {
  test('have pages of one revision', async () => {
    const { cluster, page } = await filled(['a', 'b', 'c', 'd']);
    const first = await page('limit=3');
    expect(first).toMatchObject({ names: ['a', 'b', 'c'], metadata: { resourceVersion: '4', remainingItemCount: 1 } });
    await cluster.call('POST', PATH, { body: configMap('e') });
    const second = await page(`limit=3&continue=${first.metadata.continue}`);
    expect(second).toMatchObject({ names: ['d'], metadata: { resourceVersion: '4' } });
    expect(second.metadata.continue).toBeUndefined();
  });

  test('an expired token is answered with one that continues at another revision', async () => {
    const { cluster, page } = await filled(['a', 'b', 'c']);
    const first = await page('limit=1');
    await cluster.call('POST', PATH, { body: configMap('d') });
    await cluster.compact(4);
    const gone = await page(`limit=1&continue=${first.metadata.continue}`);
    expect([gone.status, String(gone.message).slice(0, 47)]).toEqual([410, 'The provided continue parameter is too old to d']);
    expect(await page(`continue=${gone.metadata.continue}`)).toMatchObject({ status: 200, names: ['b', 'c', 'd'] });
  });

  test.each<[string, number, string[]]>([
    ['labelSelector=first%3Db', 200, ['b', 'bb']],
    ['fieldSelector=metadata.name%3Db', 200, ['b']],
    ['fieldSelector=metadata.name!%3Db', 200, ['a', 'bb']],
    ['fieldSelector=metadata.namespace%3Dother', 200, []],
    ['resourceVersion=0&limit=1', 200, ['a', 'b', 'bb']],
    ['resourceVersion=1&resourceVersionMatch=Exact', 200, ['a']],
    ['resourceVersion=1&limit=5', 200, ['a']],
    ['resourceVersion=99', 504, []],
    ['fieldSelector=metadata.name%3Db&resourceVersion=99', 504, []],
    ['resourceVersion=x', 400, []],
    ['resourceVersionMatch=Exact', 422, []],
    ['fieldSelector=data.x%3D1', 400, []],
    ['continue=%20', 400, []],
  ])('?%s', async (query, status, names) => {
    const { page } = await filled(['a', 'b', 'bb']);
    expect(await page(query)).toMatchObject({ status, names });
  });

  test.each(['', '?fieldSelector=metadata.name%3Da', '?labelSelector=first%3Da'])(
    'a list%s contains every change up to its version while others write',
    async (query) => {
      const { cluster } = await filled(['a']);
      let done = false;
      const writing = (async () => {
        for (let i = 0; i < 300; i++)
          await cluster.call('PUT', `${PATH}/a`, { body: { ...configMap('a', { first: 'a' }), data: { i: `${i}` } } });
        done = true;
      })();
      // Every revision is a change of the one object: a list at a revision must return what was written then.
      const reader = await testCluster({ storage: cluster.storage });
      const listed: Array<[string, string]> = [];
      while (!done) {
        const { body } = await reader.call('GET', `${PATH}${query}`);
        const [item] = body.items as unknown as Array<{ metadata: { resourceVersion: string } }>;
        listed.push([String((body.metadata as { resourceVersion?: string }).resourceVersion), item?.metadata.resourceVersion ?? '']);
      }
      await writing;
      expect(await cluster.storage.revision()).toBe(301);
      expect(listed.filter(([list, object]) => list !== object)).toEqual([]);
    },
  );

  test('deletecollection returns what it deleted', async () => {
    const { cluster, page } = await filled(['a', 'b', 'bb']);
    const { body } = await cluster.call('DELETE', `${PATH}?labelSelector=first%3Db`);
    expect([body.kind, (body.items as unknown as unknown[]).length]).toEqual(['ConfigMapList', 2]);
    expect((await page('')).names).toEqual(['a']);
  });
});
