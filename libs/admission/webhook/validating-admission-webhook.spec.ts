import { NoAnswer } from '#apiserver';
import { clusterWith, configMap, configure, createConfigMap, hook, type Server } from './test-webhooks.js';

const allow: Server = () => ({ response: { allowed: true } });
const deny: Server = () => ({ response: { allowed: false } });
const failed = (reason: string) => ({
  status: 500,
  code: 500,
  reason: 'InternalError',
  message: `Internal error occurred: failed calling webhook "a.test.io": ${reason}`,
});
const notCalled = (why: string) => failed(`failed to call webhook: Post "https://a.test/?timeout=10s": ${why}`);
const badAnswer = (why: string) => failed(`received invalid webhook response: ${why}`);

describe('ValidatingAdmissionWebhook', () => {
  it.each<[string, Server, object]>([
    ['allows', allow, { status: 201, data: { a: '1' }, warning: undefined }],
    ['denies', deny, { status: 400, code: 400, message: 'admission webhook "a.test.io" denied the request without explanation' }],
    [
      'denies with a message',
      () => ({ response: { allowed: false, status: { message: 'no x', code: 403, reason: 'Forbidden' } } }),
      { status: 403, code: 403, reason: 'Forbidden', message: 'admission webhook "a.test.io" denied the request: no x' },
    ],
    [
      'denies with a code that is none',
      () => ({ response: { allowed: false, status: { code: 200, reason: 'Because' } } }),
      { status: 400, code: 400, reason: 'Because', message: 'admission webhook "a.test.io" denied the request: Because' },
    ],
    [
      'warns',
      () => ({ response: { allowed: true, warnings: ['careful'] } }),
      { status: 201, data: { a: '1' }, warning: ['299 - "careful"'] },
    ],
    [
      'has no response',
      () => ({ body: '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}' }),
      badAnswer('webhook response was absent'),
    ],
    [
      'sends a patch',
      () => ({ response: { allowed: true, patch: 'W10=', patchType: 'JSONPatch' } }),
      badAnswer('validating webhook may not return response.patch'),
    ],
    [
      'sends a patch type',
      () => ({ response: { allowed: true, patchType: 'JSONPatch' } }),
      badAnswer('validating webhook may not return response.patchType'),
    ],
    [
      'has a wrong type',
      () => ({ response: { allowed: 'yes' } }),
      badAnswer('json: cannot unmarshal string into Go struct field AdmissionResponse.response.allowed of type bool'),
    ],
    [
      'is no JSON',
      () => ({ body: '<html>' }),
      failed("failed to call webhook: couldn't get version/kind; json parse error: invalid character '<' looking for beginning of value"),
    ],
    [
      'ends in the middle',
      () => ({ body: '{"apiVersion":' }),
      failed("failed to call webhook: couldn't get version/kind; json parse error: unexpected end of JSON input"),
    ],
    [
      'answers with another kind',
      () => ({ body: '{"apiVersion":"admission.k8s.io/v1","kind":"Status"}' }),
      failed('failed to call webhook: no kind "Status" is registered for version "admission.k8s.io/v1"'),
    ],
    [
      'answers in another version',
      ({ request }) => ({
        body: JSON.stringify({
          apiVersion: 'admission.k8s.io/v1beta1',
          kind: 'AdmissionReview',
          response: { uid: request.uid, allowed: true },
        }),
      }),
      badAnswer(
        'expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got admission.k8s.io/v1beta1, Kind=AdmissionReview',
      ),
    ],
    ['is no review', () => ({ body: '{"a":1}' }), failed(`failed to call webhook: Object 'Kind' is missing in '{"a":1}'`)],
    [
      'is not found',
      () => ({ status: 404, contentType: 'text/plain', body: '404 page not found' }),
      failed('failed to call webhook: the server could not find the requested resource'),
    ],
    [
      'breaks',
      () => ({ status: 500, contentType: 'text/plain', body: 'oh\n' }),
      failed('failed to call webhook: an error on the server ("oh") has prevented the request from succeeding'),
    ],
    [
      'redirects',
      () => ({ status: 302, body: '' }),
      failed('failed to call webhook: the server responded with the status code 302 but did not return more information'),
    ],
    ['does not answer', () => new NoAnswer('context deadline exceeded'), notCalled('context deadline exceeded')],
    [
      'answers 3 MiB and more',
      () => ({ body: 'x'.repeat(3 * 1024 * 1024 + 1) }),
      failed(
        'failed to call webhook: unexpected error when reading response body. Please retry. Original error: http: response body too large',
      ),
    ],
  ])('a server that %s', async (_, server, want) => {
    const { made } = await clusterWith({ a: server });
    await configure(made, 'Validating', 'c', [hook('a')]);
    expect(await createConfigMap(made)).toMatchObject(want);
  });

  it.each<[unknown, string]>([
    ['zz', 'zz'],
    [undefined, ''],
  ])('an answer must have the uid of its request, not %j', async (uid, got) => {
    const { made, reviews } = await clusterWith({ a: () => ({ response: { allowed: true, uid } }) });
    await configure(made, 'Validating', 'c', [hook('a')]);
    const answered = await createConfigMap(made);
    const [sent] = reviews;
    expect(answered).toEqual(badAnswer(`expected response.uid="${sent?.review.request.uid}", got "${got}"`));
  });

  it('ignores what cannot be called where failurePolicy says so, but no refusal', async () => {
    const { made } = await clusterWith({ a: () => new NoAnswer('EOF'), b: deny });
    await configure(made, 'Validating', 'c', [hook('a', { failurePolicy: 'Ignore' })]);
    expect(await createConfigMap(made)).toMatchObject({ status: 201 });
    await configure(made, 'Validating', 'd', [hook('b', { failurePolicy: 'Ignore' })]);
    expect(await createConfigMap(made, configMap('y'))).toMatchObject({ status: 400 });
  });

  it.each<[object, string]>([
    [
      { url: 'https://nowhere.test:8443/a//b/' },
      'Post "https://nowhere.test:8443/a/b?timeout=10s": dial tcp: lookup nowhere.test: no such host',
    ],
    [{ url: 'https://192.0.2.7/' }, 'Post "https://192.0.2.7/?timeout=10s": dial tcp 192.0.2.7:443: connect: network is unreachable'],
    [
      { url: 'https://[2001:db8::1]:99/' },
      'Post "https://[2001:db8::1]:99/?timeout=10s": dial tcp [2001:db8::1]:99: connect: network is unreachable',
    ],
    [
      { url: 'https://127.0.0.1:8443/' },
      'Post "https://127.0.0.1:8443/?timeout=10s": dial tcp 127.0.0.1:8443: connect: connection refused',
    ],
    [{ url: 'https://localhost/' }, 'Post "https://localhost/?timeout=10s": dial tcp 127.0.0.1:443: connect: connection refused'],
    [{ service: { namespace: 'ns', name: 'gone', path: '/p' } }, 'Post "https://gone.ns.svc:443/p?timeout=10s": service "gone" not found'],
    [{ service: { namespace: 'default', name: 'kubernetes' } }, 'the server could not find the requested resource'],
  ])('%j cannot be reached', async (clientConfig, reason) => {
    const { made } = await clusterWith({});
    await configure(made, 'Validating', 'c', [hook('a', { clientConfig })]);
    expect(await createConfigMap(made)).toEqual(failed(`failed to call webhook: ${reason}`));
  });

  it('sends the request as upstream does', async () => {
    const { made, reviews } = await clusterWith({ a: allow });
    await configure(made, 'Validating', 'c', [hook('a')]);
    const user = { name: 'ann', uid: '7', groups: ['system:masters'], extra: { scopes: ['x'] } };
    await made.call('POST', '/api/v1/namespaces/ns/configmaps?dryRun=All', { body: configMap('x'), user });
    const kind = { group: '', version: 'v1', kind: 'ConfigMap' };
    const resource = { group: '', version: 'v1', resource: 'configmaps' };
    const [sent] = reviews;
    const { object, ...request } = sent?.review.request ?? {};
    expect({ ...sent?.review, request }).toEqual({
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      request: {
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        kind,
        resource,
        requestKind: kind,
        requestResource: resource,
        name: 'x',
        namespace: 'ns',
        operation: 'CREATE',
        userInfo: { username: 'ann', uid: '7', groups: ['system:masters'], extra: { scopes: ['x'] } },
        oldObject: null,
        dryRun: true,
        options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', dryRun: ['All'], fieldValidation: 'Warn' },
      },
    });
    expect(object).toMatchObject({ ...configMap('x'), metadata: { name: 'x', namespace: 'ns', uid: expect.anything() } });
  });

  it('refuses a dry run where there may be side effects', async () => {
    const { made, reviews } = await clusterWith({ a: allow });
    await configure(made, 'Validating', 'c', [hook('a', { sideEffects: 'Some', failurePolicy: 'Ignore' })]);
    const message = 'admission webhook "a.test.io" does not support dry run';
    expect(await createConfigMap(made, configMap('x'), '?dryRun=All')).toEqual({ status: 400, code: 400, reason: 'BadRequest', message });
    expect(reviews).toEqual([]);
  });

  it.each<[string, object, boolean]>([
    ['another operation', { rules: [{ operations: ['UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }] }, false],
    ['another group', { rules: [{ operations: ['*'], apiGroups: ['apps'], apiVersions: ['*'], resources: ['*'] }] }, false],
    ['all resources', { rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }] }, true],
    ['a subresource', { rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/status'] }] }, false],
    [
      'the scope Cluster',
      { rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], scope: 'Cluster' }] },
      false,
    ],
    [
      'the scope Namespaced',
      { rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], scope: 'Namespaced' }] },
      true,
    ],
    ['its namespace', { namespaceSelector: { matchLabels: { team: 'a' } } }, true],
    ['another namespace', { namespaceSelector: { matchLabels: { team: 'b' } } }, false],
    ['its labels', { objectSelector: { matchExpressions: [{ key: 'l', operator: 'Exists' }] } }, true],
    ['other labels', { objectSelector: { matchExpressions: [{ key: 'l', operator: 'DoesNotExist' }] } }, false],
  ])('matches by %s', async (_, more, called) => {
    const { made, reviews } = await clusterWith({ a: allow });
    await configure(made, 'Validating', 'c', [hook('a', more)]);
    await createConfigMap(made, configMap('x', { metadata: { name: 'x', labels: { l: '1' } } }));
    expect(reviews.length > 0).toBe(called);
  });

  it.each<[string, object, object, boolean]>([
    ['that hold', { matchConditions: [{ name: 'c', expression: "object.data.a == '1' && request.name == 'x'" }] }, { status: 201 }, true],
    [
      'of which one does not',
      {
        matchConditions: [
          { name: 'c', expression: 'object.data.b == 1' },
          { name: 'd', expression: 'false' },
        ],
      },
      { status: 201 },
      false,
    ],
    [
      'that ask for access',
      {
        matchConditions: [
          { name: 'c', expression: "!authorizer.group('').resource('configmaps').namespace('ns').check('create').allowed()" },
        ],
      },
      { status: 201 },
      false,
    ],
    [
      'that fail',
      { matchConditions: [{ name: 'c', expression: 'object.data.b == 1' }] },
      {
        status: 403,
        message: `configmaps "x" is forbidden: expression 'object.data.b == 1' resulted in error: no such key: b`,
      },
      false,
    ],
    [
      'that fail, ignored',
      { failurePolicy: 'Ignore', matchConditions: [{ name: 'c', expression: 'object.data.b == 1' }] },
      { status: 201 },
      false,
    ],
  ])('is called under conditions %s', async (_, more, want, called) => {
    const { made, reviews } = await clusterWith({ a: allow });
    await configure(made, 'Validating', 'c', [hook('a', more)]);
    expect(await createConfigMap(made)).toMatchObject(want);
    expect(reviews.length > 0).toBe(called);
  });

  it.each(['Equivalent', 'Exact'])('matchPolicy %s', async (matchPolicy) => {
    const { made, reviews } = await clusterWith({ a: allow });
    const rules = [{ operations: ['*'], apiGroups: ['events.k8s.io'], apiVersions: ['v1'], resources: ['events'] }];
    await configure(made, 'Validating', 'c', [hook('a', { rules, matchPolicy })]);
    const involvedObject = { kind: 'Pod', namespace: 'ns', name: 'p' };
    const body = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, involvedObject, reason: 'R', type: 'Normal' };
    expect((await made.call('POST', '/api/v1/namespaces/ns/events', { body })).status).toBe(201);
    const seen = reviews.map(({ review: { request } }) => [
      request.resource,
      request.kind,
      request.requestKind,
      request.object?.apiVersion,
    ]);
    const event = (group: string) => ({ group, version: 'v1', kind: 'Event' });
    const equivalent = [[{ group: 'events.k8s.io', version: 'v1', resource: 'events' }, event('events.k8s.io'), event(''), 'v1']];
    expect(seen).toEqual(matchPolicy === 'Exact' ? [] : equivalent);
  });

  it('is not asked about the configuration of admission', async () => {
    const { made, reviews } = await clusterWith({ a: deny });
    const rules = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }];
    await configure(made, 'Validating', 'c', [hook('a', { rules })]);
    await configure(made, 'Validating', 'd', [hook('a', { rules })]);
    const gone = await made.call('DELETE', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/c');
    expect([gone.status, reviews.length]).toEqual([200, 0]);
  });

  it('sees updates and deletions with the old object', async () => {
    const { made, reviews } = await clusterWith({ a: allow });
    await createConfigMap(made);
    await configure(made, 'Validating', 'c', [hook('a')]);
    const path = '/api/v1/namespaces/ns/configmaps/x';
    const headers = { 'content-type': 'application/merge-patch+json' };
    await made.call('PATCH', path, { body: { data: { a: '2' } }, headers });
    await made.call('DELETE', path, { body: { gracePeriodSeconds: 0 } });
    const seen = reviews.map(({ review: { request } }) => {
      const { operation, object, oldObject, options } = request as unknown as Record<string, { data?: object; kind?: string } | undefined>;
      return [operation, object?.data, oldObject?.data, options?.kind];
    });
    expect(seen).toEqual([
      ['UPDATE', { a: '2' }, { a: '1' }, 'UpdateOptions'],
      ['DELETE', undefined, { a: '2' }, 'DeleteOptions'],
    ]);
  });

  it('reports the refusal of the first of several', async () => {
    const refuse =
      (message: string): Server =>
      () => ({ response: { allowed: false, status: { message } } });
    const { made, reviews } = await clusterWith({ a: allow, b: refuse('b says no'), c: refuse('c says no') });
    await configure(made, 'Validating', 'z', [hook('c')]);
    await configure(made, 'Validating', 'y', [hook('a'), hook('b')]);
    expect(await createConfigMap(made)).toMatchObject({ message: 'admission webhook "b.test.io" denied the request: b says no' });
    expect(reviews.length).toBe(3);
  });
});
