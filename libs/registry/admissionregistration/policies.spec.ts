import type { KubeObject, StatusCause } from '#apimachinery';
import type { StrategyContext } from '#apiserver';
import { testCluster } from '#apiserver/test-cluster';
import { strategies } from '../index.js';

const NO_PLUGINS = [] as const;
const matchConstraints = { resourceRules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }] };

/** The causes for which an object is refused: `field: message`. */
async function causes(resource: string, kind: string, body: object): Promise<string[]> {
  const { call } = await testCluster({ strategies, admission: NO_PLUGINS });
  const path = `/apis/admissionregistration.k8s.io/v1/${resource}`;
  const answer = await call('POST', path, {
    body: { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name: 'p' }, ...body },
  });
  const { details } = answer.body as unknown as KubeObject & { details?: { causes?: StatusCause[] } };
  return (details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`);
}

const validating = (spec: object) =>
  causes('validatingadmissionpolicies', 'ValidatingAdmissionPolicy', {
    spec: { matchConstraints, validations: [{ expression: 'true' }], ...spec },
  });
const mutating = (spec: object) =>
  causes('mutatingadmissionpolicies', 'MutatingAdmissionPolicy', {
    spec: { matchConstraints, reinvocationPolicy: 'Never', mutations: [applies('Object{}')], ...spec },
  });
const applies = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const patches = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

const undeclared = (name: string) =>
  `compilation failed: ERROR: <input>:1:1: undeclared reference to '${name}' (in container '')\n | ${name}\n | ^`;
const wrong = (field: string, value: string, why: string) => `${field}: Invalid value: ${JSON.stringify(value)}: ${why}`;
const validations = (validation: object) => ({ validations: [validation] });

describe('expressions of ValidatingAdmissionPolicies', () => {
  it.each<[string, object, string[]]>([
    ['right', validations({ expression: "object.data.a == '1'", messageExpression: "'no ' + object.data.a", reason: 'Forbidden' }), []],
    ['undeclared', validations({ expression: 'nope' }), [wrong('spec.validations[0].expression', 'nope', undeclared('nope'))]],
    [
      'another type',
      validations({ expression: "'a'" }),
      [wrong('spec.validations[0].expression', "'a'", 'must evaluate to bool but got string')],
    ],
    [
      'a type that is not known',
      validations({ expression: 'object.a' }),
      [wrong('spec.validations[0].expression', 'object.a', 'must evaluate to bool but got dyn')],
    ],
    [
      'parameters without a kind',
      validations({ expression: 'params == null' }),
      [
        wrong(
          'spec.validations[0].expression',
          'params == null',
          "compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params == null\n | ^",
        ),
      ],
    ],
    ['parameters', { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, ...validations({ expression: 'params == null' }) }, []],
    [
      'a message that is no text',
      validations({ expression: 'true', messageExpression: '1' }),
      [wrong('spec.validations[0].messageExpression', '1', 'must evaluate to string but got int')],
    ],
    [
      'a message that asks for access',
      validations({ expression: 'true', messageExpression: "string(authorizer.path('/x').check('get').allowed())" }),
      [expect.stringContaining("undeclared reference to 'authorizer'")],
    ],
    [
      'a message of blanks',
      validations({ expression: 'true', message: ' ' }),
      [wrong('spec.validations[0].message', ' ', 'must be non-empty if specified')],
    ],
    [
      'a message of two lines',
      validations({ expression: 'true', message: 'a\nb' }),
      [wrong('spec.validations[0].message', 'a\nb', 'must not contain line breaks')],
    ],
    [
      'variables',
      {
        variables: [
          { name: 'a', expression: 'object.data.a' },
          { name: 'b', expression: "variables.a + '1'" },
        ],
        ...validations({ expression: "variables.b == '11'" }),
      },
      [],
    ],
    [
      'a variable before its declaration',
      {
        variables: [
          { name: 'a', expression: 'variables.b' },
          { name: 'b', expression: '1' },
        ],
      },
      [expect.stringContaining("undefined field 'b'")],
    ],
    [
      'a variable of another type',
      { variables: [{ name: 'a', expression: '1' }], ...validations({ expression: "variables.a == 'x'" }) },
      [expect.stringContaining("found no matching overload for '_==_' applied to '(int, string)'")],
    ],
    [
      'a reserved name',
      { variables: [{ name: 'for', expression: '1' }] },
      [wrong('spec.variables[0].name', 'for', 'must be a valid CEL identifier')],
    ],
    ['no variables', validations({ expression: 'variables.a' }), [expect.stringContaining("undeclared reference to 'variables'")]],
    [
      'conditions',
      { matchConditions: [{ name: 'c', expression: ' nope ' }] },
      [wrong('spec.matchConditions[0].expression', 'nope', undeclared('nope'))],
    ],
    [
      'conditions that refer to variables',
      { variables: [{ name: 'a', expression: 'true' }], matchConditions: [{ name: 'c', expression: 'variables.a' }] },
      [expect.stringContaining("undeclared reference to 'variables'")],
    ],
    [
      'an annotation',
      { auditAnnotations: [{ key: 'k', valueExpression: '1' }] },
      [wrong('spec.auditAnnotations[0].valueExpression', '1', 'must evaluate to one of [string null_type] but got int')],
    ],
    [
      'a long annotation',
      { auditAnnotations: [{ key: 'k', valueExpression: `'${'x'.repeat(5 * 1024)}'` }] },
      ['spec.auditAnnotations[0].valueExpression: Required value: must not exceed 5120 bytes in length'],
    ],
    [
      'too much',
      validations({ expression: `'${'x'.repeat(17_000)}' == ''` }),
      ['spec: Forbidden: expressions may have at most 16384 characters together, of which a short one counts 64'],
    ],
    [
      'a reason',
      validations({ expression: 'true', reason: 'Unauthorized' }),
      ['spec.validations[0].reason: Unsupported value: "Unauthorized": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"'],
    ],
  ])('%s', async (_, spec, want) => {
    expect(await validating(spec)).toEqual(want);
  });
});

describe('expressions of MutatingAdmissionPolicies', () => {
  it.each<[string, object, string[]]>([
    [
      'right',
      { mutations: [applies('Object{spec: Object.spec{replicas: 1}}'), patches("[JSONPatch{op: 'add', path: '/a', value: 1}]")] },
      [],
    ],
    [
      'no object',
      { mutations: [applies("{'a': 1}")] },
      [wrong('spec.mutations[0].applyConfiguration.expression', "{'a': 1}", 'must evaluate to Object but got map(string, int)')],
    ],
    [
      'no patches',
      { mutations: [patches('[1]')] },
      [wrong('spec.mutations[0].jsonPatch.expression', '[1]', 'must evaluate to list(JSONPatch) but got list(int)')],
    ],
    [
      'a field that patches do not have',
      { mutations: [patches("[JSONPatch{nope: 'a'}]")] },
      [expect.stringContaining("undefined field 'nope'")],
    ],
    ['nothing', { mutations: [applies(' ')] }, ['spec.mutations[0].applyConfiguration.expression: Required value']],
    [
      'both types',
      { mutations: [{ ...applies('Object{}'), jsonPatch: { expression: '[]' } }] },
      [wrong('spec.mutations[0].jsonPatch', '{jsonPatch}', 'must not be specified when patchType is ApplyConfiguration')],
    ],
    [
      'deletions',
      { matchConstraints: { resourceRules: [{ ...matchConstraints.resourceRules[0], operations: ['DELETE'] }] } },
      ['spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"'],
    ],
  ])('%s', async (_, spec, want) => {
    expect(await mutating(spec)).toEqual(want);
  });
});

it('conditions of webhooks are compiled', async () => {
  const webhook = { name: 'a.test.io', clientConfig: { url: 'https://a.test' }, sideEffects: 'None', admissionReviewVersions: ['v1'] };
  const webhooks = [{ ...webhook, matchConditions: [{ name: 'c', expression: 'params == null' }] }];
  expect(await causes('validatingwebhookconfigurations', 'ValidatingWebhookConfiguration', { webhooks })).toEqual([
    expect.stringContaining(
      'webhooks[0].matchConditions[0].expression: Invalid value: "params == null": compilation failed: ERROR: <input>:1:1: undeclared reference to \'params\'',
    ),
  ]);
});

it('a long policy is compiled in steps, between which others may work, before it is validated', async () => {
  const strategy = strategies.find(({ resource }) => resource === 'validatingadmissionpolicies');
  const variables = [{ name: 'a', expression: Array.from({ length: 800 }, () => 'true').join(' || ') }];
  const validations = [{ expression: Array.from({ length: 400 }, () => 'variables.a').join(' || ') }];
  const complete = { ...matchConstraints, matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} };
  const spec = { matchConstraints: complete, variables, validations };
  const object = { apiVersion: '', kind: '', metadata: { name: 'p' }, spec } as KubeObject;
  let pauses = 0;
  const pause = () => {
    pauses += 1;
    return undefined;
  };
  const ctx = { work: { pause } } as unknown as StrategyContext;
  await strategy?.confirm?.(object, undefined, ctx);
  expect([pauses, strategy?.validate?.(object, ctx)]).toEqual([7, []]);
});
