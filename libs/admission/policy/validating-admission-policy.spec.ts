import type { TestCluster } from '#apiserver/test-cluster';
import { post } from '../test-cluster.js';
import { configMap, createConfigMap } from '../webhook/test-webhooks.js';
import { policy, policyCluster } from './test-policies.js';

const validating = (made: TestCluster, spec: object, binding: object | null = {}) => policy(made, 'Validating', 'p', { spec, binding });
const says = (message: string) => `configmaps "x" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: ${message}`;
const refused = (message: string) => ({ status: 422, code: 422, reason: 'Invalid', message: says(message) });
const ALLOWED = { status: 201, data: { a: '1' }, warning: undefined };

/** What comes of creating the ConfigMap `x` with data `a: '1'` under one policy. */
async function outcome(spec: object, binding: object | null = {}, body: object = configMap('x')) {
  const made = await policyCluster();
  await validating(made, spec, binding);
  return createConfigMap(made, body);
}

const one = (validation: object) => ({ validations: [validation] });

describe('ValidatingAdmissionPolicy', () => {
  it.each<[string, object, object]>([
    ['a validation that holds', one({ expression: "object.data.a == '1'" }), ALLOWED],
    ['one that does not', one({ expression: "object.data.a == '2'" }), refused("failed expression: object.data.a == '2'")],
    ['a message', one({ expression: 'false', message: 'no' }), refused('no')],
    [
      'a message of an expression',
      one({ expression: 'false', message: 'no', messageExpression: "'not ' + object.data.a" }),
      refused('not 1'),
    ],
    [
      'a message of an expression that fails',
      one({ expression: 'false', message: 'no', messageExpression: 'object.nope' }),
      { status: 422 },
    ],
    ['a message with a line break', one({ expression: 'false', message: 'no', messageExpression: "'a\\nb'" }), refused('no')],
    [
      'a reason',
      one({ expression: 'false', reason: 'Forbidden', message: 'no' }),
      { status: 403, code: 403, reason: 'Forbidden', message: says('no') },
    ],
    [
      'a reason that is not allowed in',
      one({ expression: 'false', reason: 'Unauthorized' }),
      { status: 401, code: 401, reason: 'Unauthorized' },
    ],
    [
      'too large',
      one({ expression: 'false', reason: 'RequestEntityTooLarge' }),
      { status: 413, code: 413, reason: 'RequestEntityTooLarge' },
    ],
    [
      'an error',
      one({ expression: "object.data.b == '1'" }),
      refused("expression 'object.data.b == '1'' resulted in error: no such key: b"),
    ],
    ['an error that is ignored', { failurePolicy: 'Ignore', ...one({ expression: "object.data.b == '1'" }) }, ALLOWED],
    ['a refusal is not ignored', { failurePolicy: 'Ignore', ...one({ expression: 'false', message: 'no' }) }, refused('no')],
    [
      'the first of several',
      { validations: [{ expression: 'true' }, { expression: 'false', message: 'b' }, { expression: 'false', message: 'c' }] },
      refused('b'),
    ],
    [
      'an expression that does not compile',
      one({ expression: 'nope' }),
      {
        status: 422,
        message: expect.stringMatching(
          /denied request: compilation error: compilation failed: ERROR: <input>:1:1: undeclared reference to 'nope'/,
        ),
      },
    ],
    ['one that is not boolean', one({ expression: '1' }), refused('compilation error: must evaluate to bool but got int')],
    [
      'the request',
      one({ expression: "request.operation == 'CREATE' && request.userInfo.username == 'admin' && !request.dryRun" }),
      ALLOWED,
    ],
    [
      'the kind',
      one({ expression: "request.kind.kind == 'ConfigMap' && request.resource.resource == 'configmaps' && request.namespace == 'ns'" }),
      ALLOWED,
    ],
    ['no old object', one({ expression: 'oldObject == null' }), ALLOWED],
    ['the namespace', one({ expression: "namespaceObject.metadata.labels.team == 'a'" }), ALLOWED],
    ['the authorizer', one({ expression: "authorizer.group('').resource('pods').namespace('ns').check('get').allowed()" }), ALLOWED],
    [
      'the service account of another',
      one({
        expression: "authorizer.serviceAccount('ns', 'x').group('').resource('pods').namespace('ns').check('get').allowed()",
        message: 'no',
      }),
      refused('no'),
    ],
    ['the resource of the request', one({ expression: "authorizer.requestResource.check('create').allowed()" }), ALLOWED],
    [
      'variables',
      {
        variables: [
          { name: 'a', expression: 'object.data.a' },
          { name: 'n', expression: 'int(variables.a) + 1' },
        ],
        ...one({ expression: 'variables.n == 2' }),
      },
      ALLOWED,
    ],
    [
      'a variable that fails',
      { variables: [{ name: 'b', expression: 'object.data.b' }], ...one({ expression: "variables.b == '1'" }) },
      refused(`expression 'variables.b == '1'' resulted in error: composited variable "b" fails to evaluate: no such key: b`),
    ],
    [
      'a variable that fails but is not needed',
      { variables: [{ name: 'b', expression: 'object.data.b' }], ...one({ expression: 'true || variables.b' }) },
      ALLOWED,
    ],
    [
      'conditions that hold',
      { matchConditions: [{ name: 'c', expression: "object.data.a == '1'" }], ...one({ expression: 'false', message: 'no' }) },
      refused('no'),
    ],
    [
      'conditions that do not',
      { matchConditions: [{ name: 'c', expression: "object.data.a == '2'" }], ...one({ expression: 'false' }) },
      ALLOWED,
    ],
    [
      'conditions that fail',
      { matchConditions: [{ name: 'c', expression: 'object.data.b == 1' }], ...one({ expression: 'true' }) },
      refused("expression 'object.data.b == 1' resulted in error: no such key: b"),
    ],
    [
      'conditions of which one is false',
      {
        matchConditions: [
          { name: 'c', expression: 'object.data.b == 1' },
          { name: 'd', expression: 'false' },
        ],
        ...one({ expression: 'false' }),
      },
      ALLOWED,
    ],
    [
      'a loop that costs too much',
      one({
        expression:
          "'a'.matches('a') && [0,1,2,3,4,5,6,7,8,9].all(a, [0,1,2,3,4,5,6,7,8,9].all(b, [0,1,2,3,4,5,6,7,8,9].all(c, [0,1,2,3,4,5,6,7,8,9].all(d, [0,1,2,3,4,5,6,7,8,9].all(e, [0,1,2,3,4,5,6,7,8,9].all(f, a+b+c+d+e+f >= 0))))))",
      }),
      { status: 422, message: expect.stringContaining('operation cancelled: actual cost limit exceeded') },
    ],
  ])('%s', async (_, spec, want) => {
    expect(await outcome(spec)).toEqual(expect.objectContaining(want));
  });

  it.each<[string, object | null, object]>([
    ['no binding', null, ALLOWED],
    ['a binding of another policy', { policyName: 'q' }, ALLOWED],
    ['a binding for other namespaces', { matchResources: { namespaceSelector: { matchLabels: { team: 'b' } } } }, ALLOWED],
    ['a binding for this namespace', { matchResources: { namespaceSelector: { matchLabels: { team: 'a' } } } }, refused('no')],
    ['a binding for other labels', { matchResources: { objectSelector: { matchLabels: { l: '1' } } } }, ALLOWED],
    [
      'a warning',
      { validationActions: ['Warn'] },
      { ...ALLOWED, warning: [`299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'p': no"`] },
    ],
    ['an audit', { validationActions: ['Audit'] }, ALLOWED],
  ])('%s', async (_, binding, want) => {
    expect(await outcome(one({ expression: 'false', message: 'no' }), binding)).toEqual(want);
  });

  it.each<[string, object, object]>([
    [
      'other names',
      { resourceRules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], resourceNames: ['y'] }] },
      ALLOWED,
    ],
    [
      'its name',
      { resourceRules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], resourceNames: ['x'] }] },
      refused('no'),
    ],
    [
      'what is excluded',
      {
        resourceRules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }],
        excludeResourceRules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
      },
      ALLOWED,
    ],
  ])('matches by %s', async (_, matchConstraints, want) => {
    expect(await outcome({ matchConstraints, ...one({ expression: 'false', message: 'no' }) })).toEqual(want);
  });

  describe('parameters', () => {
    const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' };
    const spec = {
      paramKind,
      ...one({ expression: 'object.data.a <= params.data.max', messageExpression: "'more than ' + params.data.max" }),
    };
    const param = (name: string, max: string, labels?: object) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels },
      data: { max },
    });

    it.each<[string, object, object]>([
      ['a name', { name: 'low', parameterNotFoundAction: 'Deny' }, refused('more than 0')],
      ['another name', { name: 'high', parameterNotFoundAction: 'Deny' }, ALLOWED],
      ['a namespace', { name: 'low', namespace: 'other', parameterNotFoundAction: 'Deny' }, ALLOWED],
      ['labels', { selector: { matchLabels: { k: 'low' } }, parameterNotFoundAction: 'Deny' }, refused('more than 0')],
      ['all', { selector: {}, parameterNotFoundAction: 'Deny' }, refused('more than 0')],
      ['none that is there, which is allowed', { name: 'gone', parameterNotFoundAction: 'Allow' }, ALLOWED],
      [
        'none that is there',
        { name: 'gone', parameterNotFoundAction: 'Deny' },
        refused('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'),
      ],
    ])('by %s', async (_, paramRef, want) => {
      const made = await policyCluster();
      await post(made, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
      for (const [namespace, body] of [
        ['ns', param('low', '0', { k: 'low' })],
        ['ns', param('high', '9', { k: 'high' })],
        ['other', param('low', '5')],
      ] as const)
        await post(made, `/api/v1/namespaces/${namespace}/configmaps`, body);
      await validating(made, spec, { paramRef });
      expect(await createConfigMap(made)).toEqual(want);
    });

    it('of a kind that is not served', async () => {
      const unknown = { paramKind: { apiVersion: 'e.io/v1', kind: 'Nope' }, ...one({ expression: 'true' }) };
      const want = "failed to configure policy: failed to find resource referenced by paramKind: 'e.io/v1, Kind=Nope'";
      const message = `ValidatingAdmissionPolicy 'p' denied request: ${want}`;
      for (const binding of [{ paramRef: { name: 'n', parameterNotFoundAction: 'Allow' } }, {}])
        expect(await outcome(unknown, binding)).toMatchObject({ message: expect.stringContaining(message) });
    });
  });

  it('sees updates and deletions', async () => {
    const made = await policyCluster();
    await createConfigMap(made);
    await validating(made, {
      validations: [
        { expression: "request.operation != 'UPDATE' || oldObject.data.a == object.data.a", message: 'a is immutable' },
        { expression: "request.operation != 'DELETE' || object == null && oldObject.data.a != '1'", message: 'stays' },
      ],
    });
    const path = '/api/v1/namespaces/ns/configmaps/x';
    const patch = await made.call('PATCH', path, {
      body: { data: { a: '2' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    const gone = await made.call('DELETE', path);
    expect([patch.body.message, gone.body.message]).toEqual([says('a is immutable'), says('stays')]);
  });

  it('is not asked about the configuration of admission', async () => {
    const made = await policyCluster();
    const matchConstraints = { resourceRules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }] };
    await validating(made, { matchConstraints, ...one({ expression: 'false' }) });
    const { status } = await made.call('DELETE', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/p');
    expect(status).toBe(200);
    expect(await createConfigMap(made)).toEqual(ALLOWED);
  });

  it('bounds what policies cost together for one request', async () => {
    const made = await policyCluster();
    const list = '[0,1,2,3,4,5,6,7,8,9]';
    const expression = `${list}.all(a, ${list}.all(b, ${list}.all(c, ${list}.all(d, a + b + c + d >= 0))))`;
    const validations = Array.from({ length: 40 }, () => ({ expression }));
    for (let index = 0; index < 20; index++) await policy(made, 'Validating', `p${index}`, { spec: { validations } });
    const message = 'Timeout: request did not complete within requested timeout - context deadline exceeded';
    expect(await createConfigMap(made)).toEqual({ status: 504, code: 504, reason: 'Timeout', message });
  });
});
