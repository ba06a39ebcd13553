import { Deployment } from '#api';
import { type AdvanceEnd, isAsWaited, type ObjectWait, troubleWith, waitIsOver } from './advance-end.js';
import { createLocalCluster } from './local.js';

const object = {
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'web' },
  status: {
    ready: 3,
    empty: null,
    list: [{ a: 'x' }],
    conditions: [
      { type: 'Available', status: 'True' },
      { type: 'Failed', status: 'False' },
    ],
  },
};

test.each<[Partial<ObjectWait>, boolean, boolean]>([
  [{ condition: 'Available' }, true, false],
  [{ condition: 'available=true' }, true, false],
  [{ condition: 'Available=False' }, false, false],
  [{ condition: 'Failed=False' }, true, false],
  [{ condition: 'Failed' }, false, false],
  [{ condition: 'Other' }, false, false],
  [{ jsonPath: '{.status.ready}', value: '3' }, true, false],
  [{ jsonPath: '.status.ready', value: '4' }, false, false],
  [{ jsonPath: '{.status.ready}' }, true, false],
  [{ jsonPath: '{.status.empty}' }, false, false],
  [{ jsonPath: '{.status.none}' }, false, false],
  [{ jsonPath: '{.status.list[0].a}', value: 'x' }, true, false],
  [{ deleted: true }, false, true],
])('%j is over for an object: %s, without it: %s', (wait, present, absent) => {
  const whole = { object: 'thing/web', namespace: 'default', ...wait };
  expect([isAsWaited(object, whole), isAsWaited(undefined, whole)]).toEqual([present, absent]);
});

test.each<[AdvanceEnd, string | undefined]>([
  [{ quiet: 1 }, undefined],
  [{ object: 'pod/a', namespace: 'x', condition: 'Ready' }, undefined],
  [{ object: 'pod', namespace: 'x', condition: 'Ready' }, 'object: "pod" is not a resource and a name, as in deployment/web'],
  [{ object: 'pod/a', namespace: 'x' }, 'one of condition, jsonPath and deleted is required'],
  [{ object: 'pod/a', namespace: 'x', deleted: true, condition: 'Ready' }, 'one of condition, jsonPath and deleted is required'],
  [{ object: 'pod/a', namespace: 'x', jsonPath: '{.a b}' }, 'jsonPath: "{.a b}" is not a path'],
])('%j has the trouble %s', (end, trouble) => {
  expect(troubleWith(end)).toBe(trouble);
});

test('an object is found by its plural, singular, kind and short name, with or without its group', async () => {
  const cluster = await createLocalCluster();
  const labels = { app: 'web' };
  const template = { metadata: { name: '', labels }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
  const metadata = { name: 'web', namespace: 'default' };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  await cluster.client.create(Deployment, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
  await cluster.settle();
  const over = (named: string) => waitIsOver(cluster.client, { object: `${named}/web`, namespace: 'default', condition: 'Available' });
  const names = ['deployments', 'deployment', 'Deployment', 'deploy', 'deployments.apps', 'deployments.batch', 'unknown'];
  expect(await Promise.all(names.map(over))).toEqual([true, true, true, true, true, false, false]);
  cluster.close();
});
