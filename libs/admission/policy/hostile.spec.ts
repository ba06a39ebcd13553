import type { KubeObject } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext } from '#apiserver';
import type { TestCluster } from '#apiserver/test-cluster';
import { policy, policyCluster } from './test-policies.js';
import { validatingAdmissionPolicy } from './validating-admission-policy.js';

/** A request as the plugin sees it, and how often it lets other tenants work. */
function request(made: TestCluster, data: Record<string, string>) {
  const { reader, storages, webhooks, clock, random, access: authorizer } = made.server.cluster;
  const requested = storages.find('', 'v1', 'configmaps')?.resource;
  if (!requested) throw new Error('configmaps are served');
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data } as KubeObject;
  const place = { group: '', version: 'v1', resource: 'configmaps', subresource: '', kind: 'ConfigMap', namespace: 'ns', name: 'x' };
  const user = { name: 'u', groups: [] };
  const attributes: AdmissionAttributes = {
    ...{ ...place, operation: 'CREATE', requested, shape: requested, user, dryRun: false, object },
    warn: () => undefined,
  };
  let pauses = 0;
  const pause = () => {
    pauses += 1;
    return pauses % 2 === 0 ? Promise.resolve() : undefined;
  };
  const ctx = { reader, storages, webhooks, clock, random, authorizer, work: { pause } } as AdmissionContext;
  return { run: () => validatingAdmissionPolicy.validate?.(attributes, ctx), pauses: () => pauses };
}

it('1,000 policies of which each reads a large object give way between their expressions', async () => {
  const made = await policyCluster();
  const validations = [{ expression: "object.data.all(k, object.data[k] != 'no')" }, { expression: 'object.data.size() > 0' }];
  for (let index = 0; index < 1000; index++) await policy(made, 'Validating', `p${index}`, { spec: { validations } });
  const data = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, 'x'.repeat(2_000)]));
  const { run, pauses } = request(made, data);
  await run();
  expect(pauses()).toBeGreaterThanOrEqual(3000);
});

it('long expressions that are not kept are compiled at the cost of each request', async () => {
  const made = await policyCluster();
  const expression = (salt: number) => `object.data.a == '${'x'.repeat(15_000)}${salt}' || true`;
  for (let index = 0; index < 80; index++)
    await policy(made, 'Validating', `p${index}`, { spec: { validations: [{ expression: expression(index) }] } });
  await expect(request(made, { a: '1' }).run()).rejects.toMatchObject({ status: { code: 504 } });
});

it('a chain of variables that is too long fails, and its policy with it', async () => {
  const made = await policyCluster();
  const variables = Array.from({ length: 1000 }, (_, index) => ({
    name: `_${index}`,
    expression: index === 0 ? 'object.data.a' : `variables._${index - 1}`,
  }));
  await policy(made, 'Validating', 'p', {
    spec: { variables, validations: [{ expression: "variables._150 == '1'" }, { expression: "variables._999 == '1'" }] },
  });
  await expect(request(made, { a: '1' }).run()).rejects.toMatchObject({ message: expect.stringMatching(/exceeded max depth$/) });
});

it('expensive variables are evaluated in pieces, up to the budget of the binding', async () => {
  const made = await policyCluster();
  const list = '[0,1,2,3,4,5,6,7,8,9]';
  const costly = `${list}.all(a, ${list}.all(b, ${list}.all(c, ${list}.all(d, a + b + c + d >= 0))))`;
  const variables = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `v${index}`, expression: costly }));
  const all = (count: number) =>
    variables(count)
      .map(({ name }) => `variables.${name}`)
      .join(' && ');
  await policy(made, 'Validating', 'p', { spec: { variables: variables(40), validations: [{ expression: all(40) }] } });
  const some = request(made, { a: '1' });
  await some.run();
  expect(some.pauses()).toBeGreaterThan(15);
  await policy(made, 'Validating', 'q', { spec: { variables: variables(100), validations: [{ expression: all(100) }] } });
  await expect(request(made, { a: '1' }).run()).rejects.toMatchObject({ message: expect.stringMatching(/running out of cost budget/) });
});
