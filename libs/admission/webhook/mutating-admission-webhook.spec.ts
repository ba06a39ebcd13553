import { clusterWith, configMap, configure, createConfigMap, hook, type Server } from './test-webhooks.js';

const patches =
  (...operations: object[]): Server =>
  () => ({ response: { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(operations)).toString('base64') } });
const set = (path: string, value: unknown) => ({ op: 'add', path, value });
const dataOf = (object: Record<string, unknown> | null) => (object as { data?: Record<string, string> } | null)?.data ?? {};

/** Appends its name to `data.trace`. */
const traces =
  (name: string): Server =>
  ({ request }) =>
    patches(set('/data/trace', `${dataOf(request.object).trace ?? ''}${name}`))({ request } as never, {} as never);

const internal = (reason: string) => ({ status: 500, code: 500, reason: 'InternalError', message: `Internal error occurred: ${reason}` });

describe('MutatingAdmissionWebhook', () => {
  it.each<[string, Server, object]>([
    ['a patch', patches(set('/data/b', '2'), { op: 'remove', path: '/data/a' }), { status: 201, data: { b: '2' } }],
    ['an empty patch', patches(), { status: 201, data: { a: '1' } }],
    [
      'a refusal',
      () => ({ response: { allowed: false, status: { message: 'no' } } }),
      { status: 400, message: 'admission webhook "a.test.io" denied the request: no' },
    ],
    [
      'no patch type',
      () => ({ response: { allowed: true, patch: 'W10=' } }),
      internal(
        'failed calling webhook "a.test.io": received invalid webhook response: webhook returned response.patch but not response.patchType',
      ),
    ],
    [
      'no patch',
      () => ({ response: { allowed: true, patchType: 'JSONPatch' } }),
      internal(
        'failed calling webhook "a.test.io": received invalid webhook response: webhook returned response.patchType but not response.patch',
      ),
    ],
    [
      'another patch type',
      () => ({ response: { allowed: true, patch: Buffer.from('[{}]').toString('base64'), patchType: 'Merge' } }),
      internal('failed calling webhook "a.test.io": unsupported patch type "Merge"'),
    ],
    ...(
      [
        ['[{', 'unexpected end of JSON input'],
        ['nope', "invalid character 'o' in literal null (expecting 'u')"],
        ['{"op":"add"}', 'json: cannot unmarshal object into Go value of type jsonpatch.Patch'],
        ['[1]', 'json: cannot unmarshal number into Go value of type jsonpatch.Operation'],
      ] as const
    ).map(([text, why]): [string, Server, object] => [
      `the patch ${text}`,
      () => ({ response: { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(text).toString('base64') } }),
      internal(`failed calling webhook "a.test.io": received undecodable patch in webhook response: ${why}`),
    ]),
    [
      'a path that does not exist',
      patches(set('/spec/x/y', 1)),
      internal('add operation does not apply: doc is missing path: "/spec/x/y": missing value'),
    ],
    [
      'a removal of nothing',
      patches({ op: 'remove', path: '/data/zz' }),
      internal("error in remove for path: '/data/zz': Unable to remove nonexistent key: zz: missing value"),
    ],
    ['a test that fails', patches({ op: 'test', path: '/data/a', value: '9' }), internal('testing value /data/a failed: test failed')],
    [
      'another namespace',
      patches(set('/metadata/namespace', 'kube-system')),
      { status: 400, message: 'the namespace of the provided object does not match the namespace sent on the request' },
    ],
    ['a value of the wrong type', patches(set('/data', 7)), { status: 500, reason: 'InternalError' }],
    ['unknown fields', patches(set('/nope', 7)), { status: 201, data: { a: '1' } }],
  ])('%s', async (_, server, want) => {
    const { made } = await clusterWith({ a: server });
    await configure(made, 'Mutating', 'c', [hook('a')]);
    expect(await createConfigMap(made)).toMatchObject(want);
  });

  it.each([
    ['serviceaccounts', '/automountServiceAccountToken', true, true],
    ['secrets', '/immutable', true, false],
  ])('notes its patch of %s in the audit event, unless their contents are secret', async (resource, path, value, noted) => {
    const { made } = await clusterWith({ a: patches(set(path, value)) });
    await configure(made, 'Mutating', 'c', [
      hook('a', { rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['*'], resources: [resource] }] }),
    ]);
    expect((await made.call('POST', `/api/v1/namespaces/ns/${resource}`, { body: { metadata: { name: 'x' } } })).status).toBe(201);
    const keys = [...(made.events.at(-1)?.annotations?.keys() ?? [])];
    expect(keys).toEqual([
      'mutation.webhook.admission.k8s.io/round_0_index_0',
      ...(noted ? ['patch.webhook.admission.k8s.io/round_0_index_0'] : []),
    ]);
  });

  it('is measured by webhook, and refusals by step', async () => {
    const { made } = await clusterWith({ a: patches(set('/immutable', true)), b: () => ({ response: { allowed: false } }) });
    await configure(made, 'Mutating', 'c', [hook('a'), hook('b')]);
    expect(await createConfigMap(made)).toMatchObject({ status: 400 });
    const { text } = await made.call('GET', '/metrics');
    const counted =
      /^apiserver_admission_(?:webhook|step)_admission_duration_seconds_count\{.*operation="CREATE",rejected="true".*|^apiserver_admission_webhook.*_count.*/gm;
    expect(text.match(counted)).toEqual([
      'apiserver_admission_step_admission_duration_seconds_count{operation="CREATE",rejected="true",type="admit"} 1',
      'apiserver_admission_webhook_admission_duration_seconds_count{name="a.test.io",operation="CREATE",rejected="false",type="admit"} 1',
      'apiserver_admission_webhook_admission_duration_seconds_count{name="b.test.io",operation="CREATE",rejected="true",type="admit"} 1',
    ]);
  });

  it('calls them in the order of their names, each with what the last one made', async () => {
    const { made } = await clusterWith({ a: traces('a'), b: traces('b') });
    await configure(made, 'Mutating', 'z', [hook('a')]);
    await configure(made, 'Mutating', 'y', [hook('b')]);
    expect(await createConfigMap(made)).toMatchObject({ data: { a: '1', trace: 'ba' } });
  });

  it.each([
    [{ a: 'IfNeeded', b: 'Never' }, 'aba'],
    [{ a: 'Never', b: 'IfNeeded' }, 'ab'],
    [{ a: 'IfNeeded', b: 'IfNeeded' }, 'abab'],
    [{ a: 'Never', b: 'Never' }, 'ab'],
  ])('calls those again that ask for it when a later one changes the object: %j', async (policies, trace) => {
    const { made } = await clusterWith({ a: traces('a'), b: traces('b') });
    await configure(made, 'Mutating', 'c', [hook('a', { reinvocationPolicy: policies.a }), hook('b', { reinvocationPolicy: policies.b })]);
    expect(await createConfigMap(made)).toMatchObject({ data: { a: '1', trace } });
  });

  it('cannot change what is deleted', async () => {
    const { made } = await clusterWith({ a: patches(set('/data/b', '2')) });
    await createConfigMap(made);
    await configure(made, 'Mutating', 'c', [hook('a')]);
    const { status, body } = await made.call('DELETE', '/api/v1/namespaces/ns/configmaps/x');
    const message =
      'Internal error occurred: admission webhook "a.test.io" attempted to modify the object, which is not supported for this operation';
    expect([status, body.message]).toEqual([500, message]);
  });

  it('changes updates too, and leaves what is stored alone until then', async () => {
    const { made } = await clusterWith({ a: patches(set('/metadata/labels', { by: 'hook' })) });
    await createConfigMap(made);
    await configure(made, 'Mutating', 'c', [hook('a')]);
    const path = '/api/v1/namespaces/ns/configmaps/x';
    const { body } = await made.call('PATCH', path, {
      body: { data: { b: '2' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect([body.metadata.labels, body.data]).toEqual([{ by: 'hook' }, { a: '1', b: '2' }]);
  });

  it('bounds what a patch may do', async () => {
    const list = { op: 'add', path: '/data/a', value: 'x'.repeat(100_000) };
    const copies = Array.from({ length: 100 }, (_, index) => ({ op: 'copy', from: '/data/a', path: `/data/b${index}` }));
    const many = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/data/a', value: '1' }));
    const { made } = await clusterWith({ a: patches(list, ...copies), b: patches(...many) });
    await configure(made, 'Mutating', 'c', [hook('a')]);
    expect(await createConfigMap(made, configMap('p'))).toMatchObject({ status: 500 });
    await made.call('DELETE', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/c');
    await configure(made, 'Mutating', 'd', [hook('b')]);
    expect(await createConfigMap(made, configMap('q'))).toMatchObject({
      status: 500,
      message: /allowed maximum operations in a JSON patch is 10000/,
    });
  });
});
