import { readFileSync } from 'node:fs';
import { testCluster } from '#apiserver/test-cluster';
import { conversions, strategies } from './index.js';

interface Created {
  path: string;
  body: { metadata: { name: string } };
}

const created: Created[] = JSON.parse(readFileSync(new URL('./created.recorded.json', import.meta.url), 'utf8'));
const named = created.map((each) => [`${each.path.split('/').at(-1)} ${JSON.stringify(each.body).slice(0, 120)}`, each] as const);

/** Writes without changes; a PUT sends back what was read. */
const PATCHES = ['application/merge-patch+json', 'application/strategic-merge-patch+json'];

describe('a write that changes nothing creates no revision (storage/etcd3 GuaranteedUpdate)', () => {
  it.each(named)('%s', async (_, { path, body }) => {
    const { call, clock } = await testCluster({ strategies, conversions });
    const made = await call('POST', path, { body });
    // Reviews are not stored.
    if (made.body.metadata?.resourceVersion === undefined) return;
    const at = `${path}/${made.body.metadata.name}`;
    clock.advance(5000);
    for (const type of PATCHES) {
      const headers = { 'content-type': type, 'user-agent': 'kubectl-patch/1.36' };
      for (const patch of [{}, { metadata: { name: made.body.metadata.name } }]) {
        const { status, body: answer } = await call('PATCH', at, { headers, body: patch });
        expect([type, status, answer.metadata?.resourceVersion]).toEqual([type, 200, made.body.metadata.resourceVersion]);
      }
    }
    const { status, body: answer } = await call('PUT', at, { body: (await call('GET', at)).body });
    expect([status, answer.metadata?.resourceVersion]).toEqual([200, made.body.metadata.resourceVersion]);
  });
});
