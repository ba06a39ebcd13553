import { configMap, configure, createConfigMap } from '../webhook/test-webhooks.js';
import { policy, policyCluster } from './test-policies.js';

const applies = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const patches = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

/** What comes of creating a ConfigMap with data `a: '1'` under one policy with these mutations. */
async function outcome(mutations: readonly object[], more: object = {}, body: object = configMap('x')) {
  const made = await policyCluster();
  await policy(made, 'Mutating', 'p', { spec: { mutations, ...more } });
  return createConfigMap(made, body);
}

const data = (want: object) => ({ status: 201, data: want, warning: undefined });
const refused = (why: string) => ({
  status: 403,
  code: 403,
  reason: 'Invalid',
  message: `policy 'p' with binding 'p' denied request: ${why}`,
});

describe('MutatingAdmissionPolicy', () => {
  it.each<[string, object[], object, object?]>([
    ['an apply configuration', [applies("Object{data: {'b': '2'}}")], data({ a: '1', b: '2' })],
    ['one that overrides', [applies("Object{data: {'a': object.data.a + '0'}}")], data({ a: '10' })],
    ['one that adds nothing', [applies('Object{}')], data({ a: '1' })],
    ['a JSON patch', [patches("[JSONPatch{op: 'add', path: '/data/b', value: '2'}]")], data({ a: '1', b: '2' })],
    [
      'an escaped key',
      [patches("[JSONPatch{op: 'add', path: '/data/' + jsonpatch.escapeKey('c~d'), value: '3'}]")],
      data({ a: '1', 'c~d': '3' }),
    ],
    [
      'a test that fails',
      [patches("[JSONPatch{op: 'test', path: '/data/a', value: '9'}, JSONPatch{op: 'remove', path: '/data/a'}]")],
      data({ a: '1' }),
    ],
    [
      'several, each with what the last one made',
      [applies("Object{data: {'b': '2'}}"), patches("[JSONPatch{op: 'add', path: '/data/c', value: object.data.b}]")],
      data({ a: '1', b: '2', c: '2' }),
    ],
    ['a list that may be empty', [patches('has(object.data.zz) ? [JSONPatch{op: "remove", path: "/data/zz"}] : []')], data({ a: '1' })],
    [
      'a path that does not exist',
      [patches("[JSONPatch{op: 'add', path: '/spec/b/c', value: '2'}]")],
      refused('JSON Patch: add operation does not apply: doc is missing path: "/spec/b/c": missing value'),
    ],
    [
      'an unknown field',
      [applies("Object{nope: 'x'}")],
      refused('error applying patch: failed to convert patch object to typed object: .nope: field not declared in schema'),
    ],
    ['an atomic list', [applies("Object{metadata: Object.metadata{finalizers: ['a.io/b']}}")], data({ a: '1' })],
    [
      'a wrong type name',
      [applies('Object{metadata: Object.spec{}}')],
      refused(
        'type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type',
      ),
    ],
    [
      'an error',
      [applies("Object{data: {'b': object.data.nope}}")],
      refused("expression 'Object{data: {'b': object.data.nope}}' resulted in error: no such key: nope"),
    ],
    ['another type', [applies("{'a': 1}")], refused('must evaluate to Object but got map(string, int)')],
    [
      'parameters of a kind that is not served',
      [applies('Object{}')],
      {
        status: 403,
        ...{ code: 403, reason: 'Forbidden' },
        message: `policy "p" denied request: failed to configure policy: failed to find resource referenced by paramKind: 'e.io/v1, Kind=Nope'`,
      },
      { paramKind: { apiVersion: 'e.io/v1', kind: 'Nope' } },
    ],
    ['no list of patches', [patches("['a']")], refused('must evaluate to list(JSONPatch) but got list(string)')],
  ])('%s', async (_, mutations, want, more = {}) => {
    expect(await outcome(mutations, more)).toEqual(want);
  });

  it('refuses atomic lists in apply configurations', async () => {
    const made = await policyCluster();
    const matchConstraints = {
      resourceRules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['endpoints'] }],
    };
    const mutations = [applies('Object{subsets: [Object.subsets{addresses: []}]}')];
    await policy(made, 'Mutating', 'p', { spec: { matchConstraints, mutations } });
    const { body } = await made.call('POST', '/api/v1/namespaces/ns/endpoints', {
      body: { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'e' } },
    });
    expect(body.message).toBe(
      "policy 'p' with binding 'p' denied request: error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .subsets",
    );
  });

  it.each<[string, object, object]>([
    ['failures are ignored', { failurePolicy: 'Ignore' }, data({ a: '1' })],
    ['conditions do not hold', { matchConditions: [{ name: 'c', expression: 'false' }] }, data({ a: '1' })],
    [
      'conditions fail',
      { matchConditions: [{ name: 'c', expression: 'object.data.b == 1' }] },
      refused("expression 'object.data.b == 1' resulted in error: no such key: b"),
    ],
    [
      'variables and parameters are missing',
      { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, variables: [{ name: 'v', expression: 'params == null' }] },
      refused("expression 'Object{data: {'b': object.data.nope}}' resulted in error: no such key: nope"),
    ],
  ])('with a mutation that fails: %s', async (_, more, want) => {
    expect(await outcome([applies("Object{data: {'b': object.data.nope}}")], more)).toEqual(want);
  });

  it.each([
    ['IfNeeded', 'pqp'],
    ['Never', 'pq'],
  ])('runs again if a later plugin has changed the object: %s', async (reinvocationPolicy, trace) => {
    const made = await policyCluster();
    const mutation = (name: string) => [applies(`Object{data: {'trace': (has(object.data.trace) ? object.data.trace : '') + '${name}'}}`)];
    await policy(made, 'Mutating', 'p', { spec: { mutations: mutation('p'), reinvocationPolicy } });
    await policy(made, 'Mutating', 'q', { spec: { mutations: mutation('q') } });
    expect(await createConfigMap(made)).toMatchObject({ data: { a: '1', trace } });
  });

  it('does nothing to what is deleted, and changes updates', async () => {
    const made = await policyCluster();
    await createConfigMap(made);
    await policy(made, 'Mutating', 'p', { spec: { mutations: [applies("Object{metadata: Object.metadata{labels: {'by': 'p'}}}")] } });
    const path = '/api/v1/namespaces/ns/configmaps/x';
    const { body } = await made.call('PATCH', path, {
      body: { data: { b: '2' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    const gone = await made.call('DELETE', path);
    expect([body.metadata.labels, gone.status]).toEqual([{ by: 'p' }, 200]);
  });

  it('is there before webhooks, which see what it has made', async () => {
    const made = await policyCluster();
    await policy(made, 'Mutating', 'p', { spec: { mutations: [applies("Object{data: {'b': '2'}}")] } });
    const rules = [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }];
    const matchConditions = [{ name: 'c', expression: "has(object.data.b) && object.data.b == '2'" }];
    const hook = {
      name: 'a.test.io',
      clientConfig: { url: 'https://a.test/' },
      rules,
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      matchConditions,
    };
    await configure(made, 'Mutating', 'c', [hook]);
    expect(await createConfigMap(made)).toMatchObject({ status: 500 });
  });
});
