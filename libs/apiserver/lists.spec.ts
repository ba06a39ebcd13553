import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { forbidden } from '#apimachinery';
import type { AdmissionPlugin } from './admission/admission.js';
import { type TestClusterOptions, testCluster } from './test-cluster.js';

const PATH = '/api/v1/namespaces/ns/configmaps';
const configMap = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
});

async function filled(names: readonly string[], options: TestClusterOptions = {}) {
  const cluster = await testCluster(options);
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
        // A write queue waits for the event loop.
        await setImmediate();
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

  test('deletecollection of one page', async () => {
    const { cluster, page } = await filled(['a', 'b', 'c']);
    const { body } = await cluster.call('DELETE', `${PATH}?limit=2`);
    const { items, metadata } = body as unknown as { items: Array<{ metadata: { name: string } }>; metadata: { continue?: string } };
    expect([items.map((item) => item.metadata.name), (await page('')).names]).toEqual([['a', 'b'], ['c']]);
    const rest = await cluster.call('DELETE', `${PATH}?continue=${metadata.continue}`);
    expect([(rest.body.items as unknown as unknown[]).length, (await page('')).names]).toEqual([1, []]);
  });

  test.each<[string, object, number, string[]]>([
    ['a dry run', { dryRun: ['All'] }, 200, ['a', 'b', 'c']],
    ['finalizers', { propagationPolicy: 'Foreground' }, 200, ['a', 'b', 'c']],
    ['a uid that one of them has', { preconditions: { uid: 'that of a' } }, 409, ['b', 'c']],
    ['a resourceVersion that one of them has', { preconditions: { resourceVersion: '1' } }, 409, ['b', 'c']],
  ])('deletecollection with %s', async (_, options, status, left) => {
    const { cluster, page } = await filled(['a', 'b', 'c']);
    const { uid } = (await cluster.call('GET', `${PATH}/a`)).body.metadata as { uid?: string };
    const body = JSON.parse(JSON.stringify(options).replace('that of a', uid ?? ''));
    expect((await cluster.call('DELETE', PATH, { body })).status).toBe(status);
    expect((await page('')).names).toEqual(left);
  });

  test('deletecollection stops at the first object whose deletion is refused', async () => {
    const keeper: AdmissionPlugin = {
      name: 'Keeper',
      operations: ['DELETE'],
      isIdle: () => false,
      validate({ oldObject }) {
        if (oldObject?.metadata.name === 'b') throw forbidden({ group: '', resource: 'configmaps' }, 'b', 'b stays');
      },
    };
    const { cluster, page } = await filled(['a', 'b', 'c'], { admission: [keeper] });
    const { status, body } = await cluster.call('DELETE', PATH);
    expect([status, body.message, (await page('')).names]).toEqual([403, 'configmaps "b" is forbidden: b stays', ['b', 'c']]);
  });
});
