import { type admissionregistrationv1, scheme } from '#api';
import { builtInType, customType } from './kind-type.js';
import { type KnownKinds, kindsToCheck, typeWarnings } from './type-check.js';

const schema = {
  type: 'object',
  properties: { spec: { type: 'object', properties: { size: { type: 'integer' }, name: { type: 'string' } } } },
};
const kinds: KnownKinds = {
  kindOf(group, version, resource) {
    if (group === 'e.io' && resource === 'widgets') return { group, version, kind: 'Widget' };
    const kind = scheme.resourceFor(group, version, resource)?.kind;
    return kind === undefined ? undefined : { group, version, kind };
  },
  typeOf: (gvk) =>
    gvk.group === 'e.io'
      ? customType(gvk.kind, { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } })
      : builtInType(gvk),
};

const rule = (group: string, version: string, ...resources: string[]) => ({
  apiGroups: [group],
  apiVersions: [version],
  operations: ['*'],
  resources,
});
const DEPLOYMENTS = rule('apps', 'v1', 'deployments');

function policy(expression: string, { rules = [DEPLOYMENTS], ...spec }: { rules?: object[]; [field: string]: unknown } = {}) {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: { matchConstraints: { resourceRules: rules }, validations: [{ expression }], ...spec },
  } as admissionregistrationv1.ValidatingAdmissionPolicy;
}

const undefinedField = (gvk: string, column: number, source: string, field: string) =>
  `${gvk}: ERROR: <input>:1:${column}: undefined field '${field}'\n | ${source}\n | ${'.'.repeat(column - 1)}^\n`;

describe('typeWarnings', () => {
  it.each<[string, ReturnType<typeof policy>, string | undefined]>([
    ['right', policy("object.spec.replicas <= 5 && object.metadata.labels['a'] == 'b'"), undefined],
    ['an unknown field', policy('object.replicas > 1'), undefinedField('apps/v1, Kind=Deployment', 7, 'object.replicas > 1', 'replicas')],
    ['the old object', policy('oldObject.spec.nope'), undefinedField('apps/v1, Kind=Deployment', 15, 'oldObject.spec.nope', 'nope')],
    [
      'another type',
      policy("object.spec.replicas == 'x'"),
      `apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_==_' applied to '(int, string)'\n | object.spec.replicas == 'x'\n | .....................^\n`,
    ],
    [
      'quantities and ports are of any type',
      policy("object.spec.template.spec.containers.all(c, c.resources.limits['cpu'] == '1' || c.livenessProbe.httpGet.port == 80)"),
      undefined,
    ],
    ['times', policy("object.metadata.creationTimestamp < timestamp('2026-01-01T00:00:00Z')"), undefined],
    [
      'several kinds',
      policy('object.spec.replicas > 1', { rules: [rule('apps', 'v1', 'deployments', 'daemonsets')] }),
      undefinedField('apps/v1, Kind=DaemonSet', 12, 'object.spec.replicas > 1', 'replicas'),
    ],
    [
      'the core group',
      policy('object.x == 1', { rules: [rule('', 'v1', 'pods')] }),
      undefinedField('/v1, Kind=Pod', 7, 'object.x == 1', 'x'),
    ],
    ['wildcards are not checked', policy('object.x == 1', { rules: [rule('*', 'v1', 'pods')] }), undefined],
    ['variables', policy('variables.n > 1', { variables: [{ name: 'n', expression: 'object.spec.replicas' }] }), undefined],
    [
      'variables of another type',
      policy("variables.n == 'x'", { variables: [{ name: 'n', expression: 'object.spec.replicas' }] }),
      `apps/v1, Kind=Deployment: ERROR: <input>:1:13: found no matching overload for '_==_' applied to '(int, string)'\n | variables.n == 'x'\n | ............^\n`,
    ],
    [
      'parameters',
      policy('params.nope == 1', { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }),
      undefinedField('apps/v1, Kind=Deployment', 7, 'params.nope == 1', 'nope'),
    ],
    ['parameters of an unknown kind', policy('params.nope == 1', { paramKind: { apiVersion: 'x.io/v1', kind: 'Nope' } }), undefined],
    [
      'a custom kind',
      policy('object.spec.nope == 1', { rules: [rule('e.io', 'v1', 'widgets')] }),
      undefinedField('e.io/v1, Kind=Widget', 12, 'object.spec.nope == 1', 'nope'),
    ],
    [
      'the metadata of a custom kind',
      policy("object.metadata.labels.a == 'b' && object.spec.size > 1", { rules: [rule('e.io', 'v1', 'widgets')] }),
      undefined,
    ],
  ])('%s', (_, given, want) => {
    const [found, ...others] = typeWarnings(given, kinds);
    expect([found?.warning, others]).toEqual([want, []]);
  });

  it('names the expression', () => {
    const given = policy('true', { validations: [{ expression: 'object.a' }, { expression: 'true', messageExpression: 'object.b' }] });
    expect(typeWarnings(given, kinds).map(({ fieldRef }) => fieldRef)).toEqual([
      'spec.validations[0].expression',
      'spec.validations[1].messageExpression',
    ]);
  });

  it('checks ten kinds of a rule, and fewer where expressions are long', () => {
    const all = scheme.resources().filter(({ group, version }) => group === '' && version === 'v1');
    const rules = [rule('', 'v1', ...all.map(({ resource }) => resource))];
    expect(kindsToCheck(policy('true', { rules }), kinds).length).toBe(10);
    const long = policy(`object.nope == '${'x'.repeat(16_000)}'`, { rules });
    expect(typeWarnings(long, kinds)[0]?.warning.match(/Kind=/g)?.length).toBe(2);
  });
});
