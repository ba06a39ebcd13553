import { Deployment } from '#api';
import { createLocalCluster } from '../local.js';
import { type AdvanceEnd, type ObjectWait, stateOf, troubleWith, type WaitState, waitState } from './advance-end.js';
import { type StateWait, stateNamed } from './object-state.js';

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
  [{ created: true }, true, false],
  [{ expression: 'object.status.ready == 3' }, true, false],
  [{ expression: 'object.status.ready > 3' }, false, false],
])('%j is over for an object: %s, without it: %s', (wait, present, absent) => {
  const whole = { object: 'thing/web', namespace: 'default', ...wait };
  expect([stateOf([object], whole).over, stateOf([], whole).over]).toEqual([present, absent]);
});

const FORMS = 'one of condition, jsonPath, deleted, created, expression is required';

test.each<[AdvanceEnd, string | undefined]>([
  [{ resource: 'pods', expression: 'objects.size() > 2' }, undefined],
  [{ resource: 'pods', labelSelector: 'a=b', condition: 'Ready' }, undefined],
  [{ object: 'pod/a', resource: 'pods', deleted: true }, 'one of object and resource is required'],
  [{ deleted: true }, 'one of object and resource is required'],
  [{ object: 'pod/a', labelSelector: 'a=b', deleted: true }, 'labelSelector: selects objects of a resource'],
  [{ object: 'pod/a', expression: 'object.x +' }, expect.stringContaining('expression: ERROR: <input>:1:') as unknown as string],
  [
    { object: 'pod/a', expression: 'objects.size() > 2' },
    expect.stringContaining("undeclared reference to 'objects'") as unknown as string,
  ],
  [{ object: 'pod/a', expression: '"text"' }, 'expression: must be a bool, but is of the type string'],
  [{ quiet: 1 }, undefined],
  [{ object: 'pod/a', namespace: 'x', condition: 'Ready' }, undefined],
  [{ object: 'pod', namespace: 'x', condition: 'Ready' }, 'object: "pod" is not a resource and a name, as in deployment/web'],
  [{ object: 'pod/a', namespace: 'x' }, FORMS],
  [{ object: 'pod/a', namespace: 'x', deleted: true, condition: 'Ready' }, FORMS],
  [{ object: 'pod/a', namespace: 'x', jsonPath: '{.a b}' }, 'jsonPath: "{.a b}" is not a path'],
])('%j has the trouble %s', (end, trouble) => {
  expect(troubleWith(end)).toEqual(trouble);
});

const pod = (name: string, phase?: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  ...(phase !== undefined && { status: { phase, conditions: [{ type: 'Ready', status: phase === 'Running' ? 'True' : 'False' }] } }),
});

test.each<[Partial<ObjectWait>, string[], WaitState]>([
  [{ condition: 'Ready' }, ['Running', 'Running'], { over: true }],
  [{ condition: 'Ready' }, ['Running', 'Pending'], { over: false }],
  [{ condition: 'Ready' }, [], { over: false }],
  [{ deleted: true }, ['Running'], { over: false }],
  [{ deleted: true }, [], { over: true }],
  [{ expression: "objects.filter(o, o.status.phase == 'Running').size() == 2" }, ['Running', 'Running', 'Failed'], { over: true }],
  [{ expression: 'objects.all(o, o.status.phase == "Running")' }, ['Running', 'Failed'], { over: false }],
  [{ expression: 'objects.size() == 0' }, [], { over: true }],
  [{ expression: 'objects[0].spec.replicas > 1' }, ['Running'], { over: false, error: 'no such key: spec' }],
  [{ expression: 'objects.size()' }, ['Running'], { over: false }],
])('%j over pods that are %j: %j', (wait, phases, state) => {
  const found = phases.map((phase, index) => pod(`p${index}`, phase));
  expect(stateOf(found, { resource: 'pods', ...wait })).toEqual(state);
});

test('an expression costs no more than every other one of the API', () => {
  const found = Array.from({ length: 1000 }, (_, index) => pod(`p${index}`, 'Running'));
  const expression = 'objects.all(a, objects.all(b, objects.all(c, c.status.phase == "Running")))';
  expect(stateOf(found, { resource: 'pods', expression })).toEqual({
    over: false,
    error: expect.stringContaining('operation cancelled: actual cost limit exceeded'),
  });
});

test.each<[string, StateWait | undefined]>([
  ['condition=Available', { condition: 'Available' }],
  ['condition=Available=False', { condition: 'Available=False' }],
  ["jsonpath='{.status.phase}'=Running", { jsonPath: '{.status.phase}', value: 'Running' }],
  ['jsonpath={.status.loadBalancer.ingress}', { jsonPath: '{.status.loadBalancer.ingress}' }],
  ['jsonpath={.a}=b=c', { jsonPath: '{.a}', value: 'b=c' }],
  ['delete', { deleted: true }],
  ['create', { created: true }],
  ['condition=', undefined],
  ['jsonpath=.status', undefined],
  ['ready', undefined],
])('kubectl wait --for=%s: %j', (text, state) => {
  expect(stateNamed(text)).toEqual(state);
});

test('an object is found by its plural, singular, kind and short name, with or without its group', async () => {
  const cluster = await createLocalCluster();
  const labels = { app: 'web' };
  const template = { metadata: { name: '', labels }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
  const metadata = { name: 'web', namespace: 'default' };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  await cluster.client.create(Deployment, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
  await cluster.settle();
  const over = (named: string) => waitState(cluster.client, { object: `${named}/web`, namespace: 'default', condition: 'Available' });
  const names = ['deployments', 'deployment', 'Deployment', 'deploy', 'deployments.apps', 'deployments.batch', 'unknown'];
  expect((await Promise.all(names.map(over))).map((state) => state.over)).toEqual([true, true, true, true, true, false, false]);
  cluster.close();
});
