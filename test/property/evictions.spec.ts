import fc from 'fast-check';
import type { corev1, policyv1 } from '#api';
import type { Storage } from '#storage';
import { onEachStore, type Server, seed, storedObjects } from './concurrent-servers.js';

const PODS = '/registry/pods/ns/';
const BUDGETS = '/registry/poddisruptionbudgets/ns/';

const pod = (index: number): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `p${index}`, namespace: 'ns', uid: `u${index}`, labels: { app: 'a' } },
  spec: { nodeName: 'n', terminationGracePeriodSeconds: 30, containers: [{ name: 'c', image: 'i' }] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});

const budget = (allowed: number): policyv1.PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'b', namespace: 'ns', uid: 'b', generation: 1 },
  spec: { minAvailable: 0, selector: { matchLabels: { app: 'a' } } },
  status: { observedGeneration: 1, disruptionsAllowed: allowed, currentHealthy: allowed, desiredHealthy: 0, expectedPods: allowed },
});

const evict = (server: Server | undefined, name: string) =>
  server?.send('POST', `/api/v1/namespaces/ns/pods/${name}/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } });

/** Names of the pods that are being deleted, and the status of the budget. */
async function outcome(storage: Storage) {
  const pods = await storedObjects<corev1.Pod>(storage, PODS);
  const [stored] = await storedObjects<policyv1.PodDisruptionBudget>(storage, BUDGETS);
  const deleting = pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).map(({ metadata }) => metadata.name);
  return { deleting, status: stored?.status ?? {} };
}

onEachStore('evictions', { memory: 60, postgres: 10 }, ({ numRuns, withCluster }) => {
  test('concurrent evictions on three servers never use more than the budget, and use all of it', async () => {
    const targets = fc.array(fc.record({ pod: fc.nat({ max: 11 }), server: fc.nat({ max: 2 }) }), { minLength: 1, maxLength: 16 });
    const property = fc.asyncProperty(fc.integer({ min: 0, max: 12 }), targets, (allowed, plan) =>
      withCluster(async (storage, start) => {
        const pods = Array.from({ length: 12 }, (_, index) => [`${PODS}p${index}`, pod(index)]);
        await seed(storage, { [`${BUDGETS}b`]: budget(allowed), ...Object.fromEntries(pods) });
        const servers = [0, 1, 2].map((index) => start({ index }));
        const statuses = await Promise.all(plan.map((one) => evict(servers[one.server], `p${one.pod}`)));
        const { deleting, status } = await outcome(storage);
        const wanted = new Set(plan.map((one) => one.pod)).size;
        // A pod that is evicted twice at once may use two disruptions, as upstream; it is deleted once.
        const used = allowed - (status.disruptionsAllowed ?? 0);
        expect(statuses.filter((code) => code !== 201 && code !== 429)).toEqual([]);
        expect(status.disruptionsAllowed).toBeGreaterThanOrEqual(0);
        expect(used).toBeLessThanOrEqual(statuses.filter((code) => code === 201).length);
        expect(Object.keys(status.disruptedPods ?? {}).sort()).toEqual(deleting.sort());
        expect(deleting.length).toBeLessThanOrEqual(allowed);
        if (wanted === plan.length) expect(deleting.length).toBe(Math.min(allowed, wanted));
      }),
    );
    await fc.assert(property, { numRuns, seed: 7 });
  });
});
