import type { KubeObject } from '#apimachinery';
import { folded, matchesOf } from './search.js';

const found = async (object: object, wanted: string) =>
  (await matchesOf({ apiVersion: 'v1', kind: 'Pod', ...object } as KubeObject, folded(wanted), () => undefined)).map(
    ({ in: place, path, text, rank }) => [place, path, text, rank],
  );

const web = {
  metadata: {
    name: 'web',
    namespace: 'shop',
    labels: { app: 'front' },
    annotations: { 'example.com/owner': 'Ann' },
    managedFields: [{ manager: 'kubectl' }],
  },
  spec: { containers: [{ name: 'c', image: 'nginx:1.27', args: ['--Port', '80'] }], replicas: 3 },
  status: { podIPs: [{ ip: '10.244.1.3' }] },
};

test.each<[string, object, string, unknown[][]]>([
  ['a name', web, 'web', [['NAME', 'metadata.name', 'web', 0]]],
  ['how a name begins', web, 'WE', [['NAME', 'metadata.name', 'web', 1]]],
  ['a part of a name', web, 'eb', [['NAME', 'metadata.name', 'web', 2]]],
  ['a label', web, 'app=fr', [['LABEL', 'metadata.labels[app]', 'app=front', 3]]],
  ['an annotation', web, 'ann', [['ANNOTATION', 'metadata.annotations[example.com/owner]', 'example.com/owner=Ann', 4]]],
  ['another text', web, 'nginx:', [['TEXT', 'spec.containers[0].image', 'nginx:1.27', 5]]],
  ['in a list', web, '--port', [['TEXT', 'spec.containers[0].args[0]', '--Port', 5]]],
  ['an address', web, '10.244.1.3', [['TEXT', 'status.podIPs[0].ip', '10.244.1.3', 5]]],
  ['not the names of fields', web, 'replicas', []],
  ['nor the namespace, the kind, managers', web, 'shop', []],
  ['nor the kind', web, 'pod', []],
  ['nor managers', web, 'kubectl', []],
  [
    'keys of data',
    { kind: 'ConfigMap', metadata: { name: 'a' }, data: { 'nginx.conf': 'x' } },
    'nginx',
    [['TEXT', 'data[nginx.conf]', 'nginx.conf', 5]],
  ],
  ['not the data of Secrets', { kind: 'Secret', metadata: { name: 'a' }, data: { key: 'c2VjcmV0' } }, 'c2V', []],
  [
    'a part of a long text',
    { metadata: { name: 'a' }, data: { k: `${'x'.repeat(100)}needle${'y'.repeat(100)}` } },
    'needle',
    [['TEXT', 'data.k', `…${'x'.repeat(40)}needle${'y'.repeat(40)}…`, 5]],
  ],
  [
    'the best places',
    { metadata: { name: 'a', labels: { a: 'a' } }, spec: { list: ['a', 'ba', 'ca', 'da'] } },
    'a',
    [
      ['NAME', 'metadata.name', 'a', 0],
      ['LABEL', 'metadata.labels[a]', 'a=a', 3],
      ['TEXT', 'spec.list[0]', 'a', 5],
      ['TEXT', 'spec.list[1]', 'ba', 5],
      ['TEXT', 'spec.list[2]', 'ca', 5],
    ],
  ],
])('%s', async (_name, object, wanted, expected) => expect(await found(object, wanted)).toEqual(expected));

test.each<[string, unknown, number]>([
  ['texts', Array.from({ length: 50_000 }, () => 'b'), 20],
  ['empty objects', Array.from({ length: 300_000 }, () => ({})), 100],
  ['empty lists', Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`k${at}`, []])), 20],
])('others get their turn in long objects: %s', async (_of, list, least) => {
  let turns = 0;
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a' },
    data: { list },
  };
  const giveWay = () => {
    turns += 1;
    return undefined;
  };
  expect(await matchesOf(object as KubeObject, 'c', giveWay)).toEqual([]);
  expect(turns).toBeGreaterThan(least);
});
