import type { KubeObject } from '#apimachinery';
import { type AdmissionAttributes, type AdmissionContext, type AdmissionPlugin, WorkShare } from '#apiserver';
import type { TestCluster } from '#apiserver/test-cluster';
import { mutatingAdmissionPolicy } from './mutating-admission-policy.js';
import { policy, policyCluster } from './test-policies.js';
import { validatingAdmissionPolicy } from './validating-admission-policy.js';

/** Two tenants share one process: whatever one's policies cost, the other's requests are served in turn. */

/** A share of the event loop on a clock that goes on by a millisecond whenever it is read. */
function sharedLoop(): WorkShare {
  let time = 0;
  const now = () => {
    time += 1;
    return time;
  };
  return new WorkShare({ now, slice: 10, immediate: (callback) => setImmediate(callback), after: (_, callback) => setImmediate(callback) });
}

/** Creates a ConfigMap as far as one plugin has to do with it. */
function create(made: TestCluster, share: WorkShare, { tenant, plugin }: { tenant: string; plugin: AdmissionPlugin }) {
  const { reader, storages, webhooks, clock, random, access: authorizer } = made.server.cluster;
  const requested = storages.find('', 'v1', 'configmaps')?.resource;
  if (!requested) throw new Error('configmaps are served');
  const data = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, `${index}`]));
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data } as KubeObject;
  const place = { group: '', version: 'v1', resource: 'configmaps', subresource: '', kind: 'ConfigMap', namespace: 'ns', name: 'x' };
  const attributes: AdmissionAttributes = {
    ...{ ...place, operation: 'CREATE', requested, shape: requested, user: { name: 'u', groups: [] }, dryRun: false, object },
    warn: () => undefined,
  };
  const ctx = { reader, storages, webhooks, clock, random, authorizer, work: share.task(tenant) } as unknown as AdmissionContext;
  return plugin.admit ? plugin.admit(attributes, ctx) : plugin.validate?.(attributes, ctx);
}

const LOOPS = 'object.data.all(a, object.data.all(b, [1, 2].all(c, a != b || c > 0)))';
const many = (count: number, one: (index: number) => object) => Array.from({ length: count }, (_, index) => one(index));
const LONG = Array.from({ length: 500 }, (_, index) => `object.data.k${index % 100} != 'no'`).join(' || ');
/** A patch whose test fails. */
const NOTHING = "[JSONPatch{op: 'test', path: '/data/k0', value: 'x'}]";
const patch = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

it.each<[string, 'Validating' | 'Mutating', object]>([
  ['long loops', 'Validating', { validations: many(20, () => ({ expression: LOOPS })) }],
  ['long messages', 'Validating', { validations: many(20, () => ({ expression: 'true', messageExpression: `${LOOPS} ? 'a' : 'b'` })) }],
  [
    'long variables',
    'Validating',
    {
      variables: many(20, (i) => ({ name: `v${i}`, expression: LOOPS })),
      validations: many(20, (i) => ({ expression: `variables.v${i}` })),
    },
  ],
  [
    'long conditions',
    'Validating',
    { matchConditions: many(5, (i) => ({ name: `c${i}`, expression: LOOPS })), validations: [{ expression: 'true' }] },
  ],
  ['long expressions, which have to be compiled', 'Validating', { validations: [{ expression: LONG }] }],
  ['mutations', 'Mutating', { mutations: many(20, () => patch(`${LOOPS} ? ${NOTHING} : []`)) }],
])('%s', async (_, kind, spec) => {
  const plugin = kind === 'Mutating' ? mutatingAdmissionPolicy : validatingAdmissionPolicy;
  const [hostile, other] = [await policyCluster(), await policyCluster()];
  for (let index = 0; index < 4; index++) await policy(hostile, kind, `p${index}`, { spec });
  await policy(other, kind, 'p', {
    spec: kind === 'Mutating' ? { mutations: [patch(NOTHING)] } : { validations: [{ expression: 'true' }] },
  });
  const share = sharedLoop();
  await create(other, share, { tenant: 'b', plugin });
  const log: string[] = [];
  const costly = create(hostile, share, { tenant: 'a', plugin })?.then(() => log.push('a'));
  for (let index = 0; index < 3; index++) {
    await create(other, share, { tenant: 'b', plugin });
    log.push('b');
  }
  await costly;
  expect(log).toEqual(['b', 'b', 'b', 'a']);
});
