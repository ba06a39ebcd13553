import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { type corev1, Namespace, ResourceQuota, Secret } from '#api';
import { isAlreadyExists, isForbidden, isNotFound, SteppedClock } from '#apimachinery';
import { localCluster, profiles } from '#cluster';
import { bootstrapCluster, DEFAULT_NODES } from '#kubeadm';
import { memoryStorage, type Storage } from '#storage';

const IN = { namespace: 'ns' };
const NAMES = 8;

type Act = { kind: 'create' | 'delete'; name: number } | { kind: 'settle' };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('create' as const), name: fc.nat({ max: NAMES - 1 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), name: fc.nat({ max: NAMES - 1 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'settle' as const }) },
);

/** A store in which Secrets are written late: other writers come between the charge of a creation and the creation. */
function slowStorage(storage: Storage): Storage {
  return new Proxy(storage, {
    get(target, name) {
      if (name !== 'write') {
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      }
      const write: Storage['write'] = async (ops, options) => {
        if (ops.some(({ key }) => key.startsWith('/registry/secrets/'))) for (let turn = 0; turn < 20; turn++) await setImmediate();
        return target.write(ops, options);
      };
      return write;
    },
  });
}

const expected = (error: unknown) => isAlreadyExists(error) || isNotFound(error) || isForbidden(error);

const admin = memoryStorage();
const now = Date.parse('2026-01-02T03:04:05Z');
const parts = { seed: 's', profile: profiles.instant, rootCA: 'CA', autorun: false };
let runs = 0;

beforeAll(async () => {
  await admin.create('template');
  const cluster = localCluster({ ...parts, clock: new SteppedClock(now), storage: admin.open('template') });
  await bootstrapCluster(cluster.client, { nodes: DEFAULT_NODES, rootCA: 'CA', now });
  await cluster.settle();
  cluster.close();
});

async function quotaCluster(most: number) {
  runs += 1;
  await admin.copy('template', `c${runs}`);
  const cluster = localCluster({ ...parts, clock: new SteppedClock(now), storage: slowStorage(admin.open(`c${runs}`)) });
  const { client } = cluster;
  const quota: corev1.ResourceQuota = {
    ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', ...IN } },
    spec: { hard: { secrets: String(most) } },
  };
  await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: IN.namespace }, spec: {} });
  await cluster.settle();
  await client.create(ResourceQuota, quota);
  await cluster.settle();
  return cluster;
}

test('whatever is created and deleted at once while the controller counts, the quota holds, and in the end it says what there is', async () => {
  const rounds = fc.array(fc.array(act, { maxLength: 8 }), { maxLength: 6 });
  const property = fc.asyncProperty(fc.integer({ min: 1, max: NAMES }), rounds, async (most, plan) => {
    const cluster = await quotaCluster(most);
    const { client } = cluster;
    const count = async () => (await client.list(Secret, IN)).items.length;
    const does = async (one: Act): Promise<void> => {
      if (one.kind === 'settle') return cluster.settle();
      const name = `c${one.name}`;
      const done: Promise<unknown> =
        one.kind === 'create'
          ? client.create(Secret, { apiVersion: 'v1', kind: 'Secret', metadata: { name, ...IN } })
          : client.delete(Secret, name, IN.namespace);
      await done.catch((error: unknown) => {
        if (!expected(error)) throw error;
      });
    };
    for (const round of plan) {
      await Promise.all(round.map(does));
      expect(await count()).toBeLessThanOrEqual(most);
    }
    await cluster.settle();
    await cluster.advance(20_000);
    const { status } = await client.get(ResourceQuota, 'q', IN.namespace);
    expect(status?.used).toEqual({ secrets: String(await count()) });
    cluster.close();
  });
  await fc.assert(property, { numRuns: 60, seed: 11 });
});
