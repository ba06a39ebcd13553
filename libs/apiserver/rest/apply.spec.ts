import { describe, expect, test } from '@jest/globals';
import { type TestCluster, testCluster } from '../test-cluster.js';

const PATH = '/api/v1/namespaces/ns/configmaps/a';
const DEPLOYMENT = '/apis/apps/v1/namespaces/ns/deployments/d';

interface Shown {
  status: number;
  message: string;
  body: Record<string, never>;
  /** The managers' fields, in short. */
  owners: string[];
}

type Manager = { manager: string; operation: string; subresource?: string; fieldsV1: unknown };

async function apply(cluster: TestCluster, path: string, manager: string, body: object, query = ''): Promise<Shown> {
  const headers = { 'content-type': 'application/apply-patch+yaml' };
  const { status, body: answer } = await cluster.call('PATCH', `${path}?fieldManager=${manager}${query}`, { body, headers });
  return shown(status, answer as never);
}

function shown(status: number, body: Record<string, never> & { message?: string; metadata?: { managedFields?: Manager[] } }): Shown {
  const owners = (body.metadata?.managedFields ?? []).map(
    ({ manager, operation, fieldsV1 }) => `${manager} ${operation} ${JSON.stringify(fieldsV1)}`,
  );
  return { status, message: body.message ?? '', body, owners };
}

const configMap = (data: Record<string, unknown>, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  data,
});

const data = ({ body }: Shown): unknown => body.data;

describe('server-side apply', () => {
  test('creates, takes over what was given up, and removes what nobody owns any more', async () => {
    const cluster = await testCluster();
    const first = await apply(cluster, PATH, 'm1', configMap({ x: '1', y: '1' }));
    expect([first.status, data(first), first.owners]).toEqual([201, { x: '1', y: '1' }, ['m1 Apply {"f:data":{"f:x":{},"f:y":{}}}']]);
    const second = await apply(cluster, PATH, 'm2', configMap({ y: '1', z: '2' }));
    expect([second.status, data(second), second.owners]).toEqual([
      200,
      { x: '1', y: '1', z: '2' },
      ['m1 Apply {"f:data":{"f:x":{},"f:y":{}}}', 'm2 Apply {"f:data":{"f:y":{},"f:z":{}}}'],
    ]);
    const third = await apply(cluster, PATH, 'm1', configMap({}));
    expect([third.status, data(third), third.owners]).toEqual([
      200,
      { y: '1', z: '2' },
      ['m1 Apply {"f:data":{}}', 'm2 Apply {"f:data":{"f:y":{},"f:z":{}}}'],
    ]);
  });

  test('names the fields of other managers that would change, unless it is forced', async () => {
    const cluster = await testCluster();
    await apply(cluster, PATH, 'm1', configMap({ x: '1', y: '1' }));
    const refused = await apply(cluster, PATH, 'm2', configMap({ x: '2', y: '2', z: '2' }));
    expect([refused.status, refused.message]).toEqual([409, 'Apply failed with 2 conflicts: conflicts with "m1":\n- .data.x\n- .data.y']);
    const one = await apply(cluster, PATH, 'm2', configMap({ x: '2' }));
    expect(one.message).toBe('Apply failed with 1 conflict: conflict with "m1": .data.x');
    const forced = await apply(cluster, PATH, 'm2', configMap({ x: '2' }), '&force=true');
    expect([data(forced), forced.owners]).toEqual([
      { x: '2', y: '1' },
      ['m1 Apply {"f:data":{"f:y":{}}}', 'm2 Apply {"f:data":{"f:x":{}}}'],
    ]);
  });

  test('what updated an object before its first apply is a manager of its own', async () => {
    const cluster = await testCluster();
    await cluster.call('POST', '/api/v1/namespaces/ns/configmaps', {
      body: configMap({ x: '1' }),
      headers: { 'user-agent': 'kubectl-create/1' },
    });
    const refused = await apply(cluster, PATH, 'm1', configMap({ x: '2' }));
    expect(refused.message).toBe('Apply failed with 1 conflict: conflict with "kubectl-create" using v1: .data.x');
  });

  test('applying the same again changes nothing', async () => {
    const cluster = await testCluster();
    const first = await apply(cluster, PATH, 'm1', configMap({ x: '1' }));
    const again = await apply(cluster, PATH, 'm1', configMap({ x: '1' }));
    expect(again.body.metadata).toEqual(first.body.metadata);
  });

  test.each<[string, object, number, string]>([
    ['another kind', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }, 400, 'invalid object type: /v1, Kind=Secret'],
    ['managed fields', configMap({}, { managedFields: [] }), 400, 'metadata.managedFields must be nil'],
    [
      'a field that is not declared',
      { ...configMap({}), colour: 'red' },
      500,
      'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .colour: field not declared in schema',
    ],
    [
      'a number for a text',
      configMap({ x: 5 }),
      500,
      'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .data.x: expected string, got &value.valueUnstructured{Value:5}',
    ],
    ['a version that is no text', { ...configMap({}), apiVersion: 1 }, 400, 'invalid object type: /, Kind=ConfigMap'],
    ['another name', configMap({}, { name: 'b' }), 400, 'the name of the object (b) does not match the name on the URL (a)'],
  ])('refuses %s', async (_, body, status, message) => {
    const cluster = await testCluster();
    expect(await apply(cluster, PATH, 'm1', body)).toMatchObject({ status, message });
  });

  test('lists with keys are merged item by item, in the order of what is applied', async () => {
    const cluster = await testCluster();
    const container = (name: string, more: object = {}) => ({ name, image: `${name}:1`, ...more });
    const deployment = (containers: object[]) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: { containers } } },
    });
    await apply(cluster, DEPLOYMENT, 'm1', deployment([container('a'), container('b')]));
    const merged = await apply(cluster, DEPLOYMENT, 'm2', deployment([container('c'), container('b', { tty: true })]));
    const names = ({ body }: Shown) =>
      (
        body as unknown as { spec: { template: { spec: { containers: Array<{ name: string; tty?: boolean }> } } } }
      ).spec.template.spec.containers.map(({ name, tty }) => (tty ? `${name}+` : name));
    expect(names(merged)).toEqual(['a', 'c', 'b+']);
    const removed = await apply(cluster, DEPLOYMENT, 'm1', deployment([container('b')]));
    expect(names(removed)).toEqual(['c', 'b+']);
    const twice = await apply(cluster, DEPLOYMENT, 'm1', deployment([container('b'), container('b')]));
    expect([twice.status, twice.message]).toEqual([
      500,
      'failed to create typed patch object (/d; apps/v1, Kind=Deployment): .spec.template.spec.containers: duplicate entries for key [name="b"]',
    ]);
  });
});
