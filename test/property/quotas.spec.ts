import fc from 'fast-check';
import { admissionPlugins } from '#admission';
import type { corev1 } from '#api';
import { onEachStore, type Server, seed, storedObjects } from './concurrent-servers.js';

const QUOTAS = '/registry/resourcequotas/ns/';

const quota = (name: string, hard: Record<string, string>): corev1.ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name, namespace: 'ns', uid: name },
  spec: { hard },
  status: { hard, used: Object.fromEntries(Object.keys(hard).map((resource) => [resource, '0'])) },
});
const namespace: corev1.Namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'ns', uid: 'ns' },
  spec: {},
  status: { phase: 'Active' },
};

const create = (server: Server | undefined, name: string, secret: boolean) =>
  server?.send('POST', `/api/v1/namespaces/ns/${secret ? 'secrets' : 'configmaps'}`, {
    apiVersion: 'v1',
    kind: secret ? 'Secret' : 'ConfigMap',
    metadata: { name },
  });

onEachStore('quotas', { memory: 60, postgres: 10 }, ({ numRuns, withCluster }) => {
  test('concurrent creations on two servers never use more than two quotas allow, and use all of it', async () => {
    const plans = fc.array(fc.record({ server: fc.nat({ max: 1 }), secret: fc.boolean() }), { minLength: 1, maxLength: 24 });
    const amount = fc.integer({ min: 0, max: 12 });
    const property = fc.asyncProperty(amount, amount, plans, (all, secrets, plan) =>
      withCluster(async (storage, start) => {
        await seed(storage, {
          '/registry/namespaces/ns': namespace,
          [`${QUOTAS}a`]: quota('a', { 'count/configmaps': String(all), 'count/secrets': String(secrets) }),
          [`${QUOTAS}b`]: quota('b', { 'count/secrets': '12' }),
        });
        const servers = [0, 1].map((index) => start({ index, admission: admissionPlugins }));
        const made = await Promise.all(plan.map((one, index) => create(servers[one.server], `o${index}`, one.secret)));
        expect(made.filter((code) => code !== 201 && code !== 403)).toEqual([]);
        const wanted = plan.filter(({ secret }) => secret).length;
        const [configMaps = [], stored = []] = await Promise.all(
          ['configmaps', 'secrets'].map((each) => storedObjects(storage, `/registry/${each}/ns/`)),
        );
        expect([configMaps.length, stored.length]).toEqual([Math.min(all, plan.length - wanted), Math.min(secrets, 12, wanted)]);
        const [a, b] = (await storedObjects<corev1.ResourceQuota>(storage, QUOTAS)).map(({ status }) => status?.used);
        expect(a).toEqual({ 'count/configmaps': String(configMaps.length), 'count/secrets': String(stored.length) });
        // A request that one quota admits and another one refuses may stay charged until the quota's controller counts again, as upstream.
        expect(Number(b?.['count/secrets'])).toBeGreaterThanOrEqual(stored.length);
      }),
    );
    await fc.assert(property, { numRuns, seed: 7 });
  });
});
