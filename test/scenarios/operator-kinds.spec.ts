import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createLocalCluster, type LocalCluster } from '#cluster';

/** Kinds shaped like those of well-known operators: what their schemas and rules say of objects. */

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
type Json = any;

let cluster: LocalCluster;

async function send(method: string, target: string, body?: unknown, type = 'application/json'): Promise<{ status: number; body: Json }> {
  const [path = '', query = ''] = target.split('?');
  const answer = await cluster.api.handle({
    ...{ method, path, query, headers: { 'content-type': type, 'user-agent': 'spec/1' }, requestId: 'r' },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
    user: { name: 'admin', groups: ['system:masters'] },
  });
  return { status: answer.status, body: JSON.parse(String(answer.body)) };
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GATEWAYS = '/apis/gw.example.io/v1/namespaces/default/netgateways';
const SCRAPERS = '/apis/mon.example.io/v1alpha1/scrapers';

beforeAll(async () => {
  cluster = await createLocalCluster();
  for (const name of ['gateways', 'monitors']) {
    const file = new URL(`../conformance/crds/${name}.yaml`, import.meta.url);
    expect((await send('POST', DEFINITIONS, parse(readFileSync(file, 'utf8')))).status).toBe(201);
  }
  await cluster.settle();
});

afterAll(() => cluster.close());

const web = { name: 'web', port: 80, protocol: 'HTTP' };
const gateway = (name: string, spec: Json): Json => ({
  ...{ apiVersion: 'gw.example.io/v1', kind: 'NetGateway', metadata: { name } },
  spec: { className: 'c', listeners: [web], ...spec },
});
const scraper = (spec: Json): Json => ({
  ...{ apiVersion: 'mon.example.io/v1alpha1', kind: 'Scraper', metadata: { name: 's' } },
  spec: { selector: {}, endpoints: [{ port: 'web' }], ...spec },
});

const causes = ({ body }: { body: Json }): string[] =>
  (body.details?.causes ?? []).map(({ field, message }: Json) => `${field}: ${message}`);
const UNCHECKED =
  '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

test.each<[string, Json, string[]]>([
  ['what is complete', {}, []],
  [
    'tls where there is none',
    { listeners: [{ ...web, tls: { certificateRefs: [{ name: 'a' }] } }] },
    ["spec.listeners: Invalid value: tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']"],
  ],
  [
    'the same listener under two names',
    { listeners: [web, { ...web, name: 'other' }] },
    ['spec.listeners: Invalid value: Combination of port, protocol and hostname must be unique for each listener'],
  ],
  [
    'two hostnames at one port',
    {
      listeners: [
        { ...web, hostname: 'a.b' },
        { ...web, name: 'other', hostname: 'c.d' },
      ],
    },
    [],
  ],
  ['a listener twice', { listeners: [web, { ...web, port: 81 }] }, ['spec.listeners[1]: Duplicate value: {"name":"web"}']],
  ['no listener', { listeners: [] }, ['spec.listeners: Invalid value: 0: spec.listeners in body should have at least 1 items']],
  ['a listener without a port', { listeners: [{ name: 'web', protocol: 'HTTP' }] }, ['spec.listeners[0].port: Required value', UNCHECKED]],
  [
    'a name in capitals and a port that is too high',
    { listeners: [{ ...web, name: 'WEB', port: 65536 }] },
    [
      'spec.listeners[0].name: Invalid value: "WEB": spec.listeners[0].name in body should match \'^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$\'',
      'spec.listeners[0].port: Invalid value: 65536: spec.listeners[0].port in body should be less than or equal to 65535',
    ],
  ],
  ['an address', { addresses: [{ value: '10.0.0.1' }, { value: 'fd00::1' }, { type: 'Hostname', value: 'a.b' }] }, []],
  [
    'an address that is none',
    { addresses: [{ value: 'a.b' }] },
    [
      '<nil>: Invalid value: "": "spec.addresses[0]" must validate one and only one schema (oneOf). Found none valid',
      '<nil>: Invalid value: "": "spec.addresses[0].value" must validate at least one schema (anyOf)',
      'spec.addresses[0].value: Invalid value: "a.b": spec.addresses[0].value in body must be of type ipv4: "a.b"',
      UNCHECKED,
    ],
  ],
  [
    'ports by number and by name',
    {
      ports: [
        { port: 80, targetPort: 'http' },
        { port: 80, protocol: 'UDP', targetPort: 8080 },
      ],
    },
    [],
  ],
  [
    'a port twice, by its default',
    { ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] },
    ['spec.ports[1]: Duplicate value: {"port":80,"protocol":"TCP"}'],
  ],
  [
    'a target port of another type',
    { ports: [{ port: 80, targetPort: true }] },
    [
      'spec.ports[0].targetPort: Invalid value: "boolean": spec.ports[0].targetPort in body must be of type integer,string: "boolean"',
      '<nil>: Invalid value: "": "spec.ports[0].targetPort" must validate at least one schema (anyOf)',
      'spec.ports[0].targetPort: Invalid value: "boolean": spec.ports[0].targetPort in body must be of type integer: "boolean"',
      UNCHECKED,
    ],
  ],
])('gateways: %s', async (_, spec, want) => {
  const answer = await send('POST', `${GATEWAYS}?dryRun=All`, gateway('g', spec));
  expect([answer.status, causes(answer)]).toEqual([want.length === 0 ? 201 : 422, want]);
});

test('a gateway in use', async () => {
  const apply = (manager: string, spec: Json) =>
    send('PATCH', `${GATEWAYS}/edge?fieldManager=${manager}`, gateway('edge', spec), 'application/apply-patch+yaml');
  const made = await apply('a', { ports: [{ port: 80 }] });
  expect(made.body.spec.ports).toEqual([{ port: 80, protocol: 'TCP' }]);
  expect(made.body.status.conditions).toEqual([
    {
      ...{ type: 'Programmed', status: 'Unknown', reason: 'Pending', message: 'Waiting for controller' },
      lastTransitionTime: '1970-01-01T00:00:00Z',
    },
  ]);
  // Another manager's port is its own; what the first one does not say any more goes.
  await send(
    'PATCH',
    `${GATEWAYS}/edge?fieldManager=b`,
    { apiVersion: 'gw.example.io/v1', kind: 'NetGateway', spec: { ports: [{ port: 81, targetPort: 'x' }] } },
    'application/apply-patch+yaml',
  );
  expect((await apply('a', {})).body.spec.ports).toEqual([{ port: 81, protocol: 'TCP', targetPort: 'x' }]);
  expect((await apply('c', { listeners: [{ ...web, port: 81 }] })).body.message).toBe(
    'Apply failed with 1 conflict: conflict with "a": .spec.listeners[name="web"].port',
  );
  expect(causes(await apply('a', { className: 'other' }))).toEqual(['spec.className: Invalid value: "other": className cannot be changed']);
});

test.each<[string, Json, string[]]>([
  ['a port by name', {}, []],
  ['a port by number or text', { endpoints: [{ targetPort: 8080 }, { targetPort: 'web' }] }, []],
  [
    'both',
    { endpoints: [{ port: 'web', targetPort: 8080 }] },
    ['<nil>: Invalid value: "": "spec.endpoints[0]" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
  ],
  [
    'an interval that is none',
    { endpoints: [{ port: 'web', interval: '1 minute' }] },
    [
      'spec.endpoints[0].interval: Invalid value: "1 minute": spec.endpoints[0].interval in body should match \'^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$\'',
    ],
  ],
])('scrapers: %s', async (_, spec, want) => {
  const answer = await send('POST', `${SCRAPERS}?dryRun=All`, scraper(spec));
  expect([answer.status, causes(answer)]).toEqual([want.length === 0 ? 201 : 422, want]);
});
